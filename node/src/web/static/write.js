// The page on which a report is written: puts together marks, drafts, the outbox and similar reports. Signing is sign.js's.

import { announce } from './frame.js';
import { text } from './texts.js';
import { editsOf, readForm } from './form.js';
import { Nothing, askAsWorker, sign, wordsOf } from './sign.js';
import { addPlace, ensure, growing } from './rows.js';
import { watch } from './marks.js';
import * as drafts from './drafts.js';
import { attaching } from './attachments.js';
import { post, sendWaiting, takenUp } from './outbox.js';

/** How often what was typed is kept, in milliseconds. */
const KEEP_EVERY = 2000;
/** How long a title and text have to be to look for similar ones, in characters. */
const SIMILAR_FROM = 25;
/** How long typing rests before similar ones are looked for, in milliseconds. */
const SIMILAR_REST = 2500;

const form = document.getElementById('report');
const asked = new URLSearchParams(location.search);
const draft = { id: asked.get('from') ?? crypto.randomUUID(), note: asked.get('note'), isDirty: false, isDone: false };
const attachments = attaching(form, draft.id);

/** What has to be kept to show the form again: every control that says something, in order. */
function values() {
  const said = [...form.elements].filter((control) => control.name && control.name !== 'csrf' && control.type !== 'hidden');
  const chosen = said.filter((control) => (control.type === 'checkbox' || control.type === 'radio' ? control.checked : control.value !== ''));
  return chosen.map((control) => [control.name, control.value, control.closest('label')?.textContent.trim() ?? '']);
}

function content() {
  const { fields } = readForm(form);
  const scope = form.querySelector('[name="@scope"]:checked')?.value ?? 'network';
  const confirmed = form.querySelector('[name="@confirmed"]').checked;
  return { title: fields.title ?? '', fields, scope, confirmed, values: values(), changes: form.dataset.document ?? null, note: draft.note };
}

async function keep() {
  if (!draft.isDirty || draft.isDone) return;
  draft.isDirty = false;
  try {
    const { changed } = await drafts.keep({ id: draft.id, content: content() });
    const time = new Date(changed).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
    document.getElementById('kept').textContent = text('script-write-kept', { time });
    named();
  } catch {
    document.getElementById('kept').textContent = text('script-write-not-kept');
  }
}

/** The address names the draft, so that loading the page again or in another language goes on with it. */
function named() {
  const address = new URL(location.href);
  address.searchParams.delete('prefill');
  address.searchParams.delete('note');
  address.searchParams.set('from', draft.id);
  history.replaceState(null, '', address);
  const to = document.querySelector('.languages [name="to"]');
  if (to) to.value = address.pathname + address.search;
}

/** Fills the form with what a draft says. */
function fill(kept) {
  for (const control of form.elements) if (control.type === 'checkbox' || control.type === 'radio') control.checked = false;
  const seen = new Map();
  for (const [name, value, label] of kept) {
    ensure(form, name);
    const controls = [...form.elements].filter((control) => control.name === name);
    const box = controls.find((control) => (control.type === 'checkbox' || control.type === 'radio') && control.value === value);
    if (box) box.checked = true;
    else if (name === 'area[]') addPlace(form, value, label);
    else {
      const at = seen.get(name) ?? 0;
      seen.set(name, at + 1);
      if (controls[at] && controls[at].type !== 'checkbox') controls[at].value = value;
    }
  }
}

async function begin() {
  growing(form);
  const from = asked.get('from');
  if (from) {
    const kept = await drafts.take(from).catch(() => undefined);
    draft.note = kept?.content?.note ?? null;
    if (kept?.content?.values) {
      await attachments.restore(kept.content.values);
      fill(kept.content.values);
    } else if (kept) announce(text('script-write-draft-unreadable'));
  }
  // What another system has filled in, or residents wrote, lies at the node: from now on what becomes of it is here.
  if (asked.has('prefill') || asked.has('note')) draft.isDirty = true;
  const marks = watch(form, attachments.unlooked);
  form.addEventListener('input', () => { draft.isDirty = true; similarLater(); });
  setInterval(keep, KEEP_EVERY);
  addEventListener('pagehide', keep);
  document.addEventListener('visibilitychange', () => { if (document.hidden) keep(); });
  form.addEventListener('submit', (event) => { event.preventDefault(); signing(marks); });
  actions(marks);
  listDrafts();
  similarLater();
}

/** Signs what the form says and goes to the report; what keeps it from that is said above the form. */
async function signing(marks) {
  const unlooked = attachments.unlooked();
  if (unlooked.length) return marks.show(unlooked);
  const button = form.querySelector('button[type="submit"]');
  button.disabled = true;
  announce(text('sign-working'));
  try {
    const done = await signed();
    draft.isDone = true;
    await takenUp(draft.note, done.document);
    await drafts.drop(draft.id).catch(() => {});
    location.assign(`/reports/${done.document}`);
  } catch (error) {
    await keep();
    const remarks = error.told?.remarks ?? [];
    if (remarks.length) marks.show(remarks);
    else marks.trouble(wordsOf(error));
  } finally {
    button.disabled = false;
  }
  return undefined;
}

/** Signs; what the node has forgotten of what was attached is brought again first. */
async function signed() {
  try {
    return await sign(writing(), content().confirmed);
  } catch (error) {
    if (error.kind !== 'attachment_gone') throw error;
    await attachments.renew();
    return sign(writing(), content().confirmed);
  }
}

function writing() {
  const { document: changed } = form.dataset;
  if (!changed) return { does: 'begin', kind: 'report', scope: content().scope, fields: content().fields };
  const edits = editsOf(form);
  if (Object.keys(edits).length === 0) throw new Nothing();
  return { does: 'change', kind: 'report', document: changed, edits };
}

function actions(marks) {
  const later = form.querySelector('[data-do="later"]');
  const hide = form.querySelector('[data-do="hide"]');
  if (!later || !hide) return;
  hide.hidden = false;
  const connection = () => { later.hidden = navigator.onLine; };
  addEventListener('online', connection);
  addEventListener('offline', connection);
  connection();
  later.addEventListener('click', async () => {
    const unlooked = attachments.unlooked();
    if (unlooked.length) {
      marks.show(unlooked);
      return;
    }
    draft.isDone = true;
    await post(draft.id, content());
    location.assign('/write');
  });
  hide.addEventListener('click', async () => {
    document.querySelector('main').hidden = true;
    draft.isDirty = true;
    await keep();
    location.replace('/');
  });
}

async function listDrafts() {
  const place = document.getElementById('drafts');
  const all = await drafts.all().catch(() => []);
  const others = all.filter((kept) => kept.state === 'draft' && kept.id !== draft.id);
  place.hidden = others.length === 0;
  place.querySelector('ul').replaceChildren(...others.map(draftLine));
}

function draftLine({ id, changed, content: kept }) {
  const item = document.createElement('li');
  const title = kept?.title || text('script-write-untitled');
  const time = document.createElement('span');
  time.className = 'small soft';
  time.textContent = ` ${new Date(changed).toLocaleString(document.documentElement.lang, { dateStyle: 'short', timeStyle: 'short' })} `;
  if (kept) {
    const link = document.createElement('a');
    link.href = kept.changes ? `/write?report=${kept.changes}&from=${id}` : `/write?from=${id}`;
    link.textContent = text('script-write-draft-open', { title });
    item.append(link);
  } else {
    item.append(text('script-write-draft-unreadable'));
  }
  item.append(time, deleting(id, title));
  return item;
}

function deleting(id, title) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet small' });
  button.textContent = text('script-write-draft-delete', { title });
  let isSure = false;
  button.addEventListener('click', async () => {
    if (!isSure) {
      isSure = true;
      button.textContent = text('script-write-draft-sure');
      return;
    }
    await drafts.drop(id);
    announce(text('script-write-draft-deleted'));
    await listDrafts();
  });
  return button;
}

let similarTimer = 0;
let similarTo = '';
function similarLater() {
  clearTimeout(similarTimer);
  similarTimer = setTimeout(similar, SIMILAR_REST);
}

async function similar() {
  const { fields } = readForm(form);
  const words = `${fields.title ?? ''} ${fields.description ?? ''}`;
  if (!navigator.onLine || words.length < SIMILAR_FROM || words === similarTo) return;
  try {
    const { entries } = await askAsWorker('/write/similar', { fields });
    similarTo = words;
    const own = form.dataset.document;
    const lines = entries.filter((entry) => entry.document !== own).map(similarLine);
    const none = Object.assign(document.createElement('li'), { textContent: text('script-write-no-similar') });
    document.querySelector('#similar ul').replaceChildren(...(lines.length ? lines : [none]));
  } catch {
    // It helps, and nothing depends on it: it is asked again with the next words.
  }
}

function similarLine({ document: id, title, organisation, shared }) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  Object.assign(link, { href: `/reports/${id}`, target: '_blank', rel: 'noopener', textContent: title || text('script-write-untitled') });
  const words = document.createElement('p');
  words.className = 'small soft';
  words.textContent = shared.length ? `${organisation}. ${text('script-write-shared', { words: shared.join(', ') })}` : organisation;
  item.append(link, words);
  return item;
}

// The page comes without script too; without a connection it comes from what this browser keeps of it (worker.js).
if (navigator.serviceWorker && window.trustedTypes) {
  const policy = trustedTypes.createPolicy('talkoot-worker', { createScriptURL: () => '/worker.js' });
  navigator.serviceWorker.register(policy.createScriptURL('')).catch(() => {});
} else if (navigator.serviceWorker) {
  navigator.serviceWorker.register('/worker.js').catch(() => {});
}

begin().then(sendWaiting);
