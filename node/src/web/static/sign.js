// Signing what a form says. The node makes the change; this script looks at what it was given before the key is used, signs, and
// hands it in. `<form data-sign="report">` and `<form data-sign="entries">` need nothing else than names that are paths:
//
//   data-sign="report"     fields of a document of one organisation; `data-kind` says which, `report` without it
//   data-sign="entries"    entries of a document of several; `data-kind` is `phenomenon`, `proposal` or `view`
//   data-scope="network"   for whom a new document is; or a control named `@scope`
//   data-document="…"      the whole id of the document that is changed; only what differs from what the page came with is written
//   data-then="/x/{id}"    where to go afterwards; without it the page stays
//   on a control: data-type="integer" or "boolean"; data-if="name" sends it only if that control is filled in;
//                 data-entry="path" on it or around it: the entry it is in, where the path has points or brackets in it;
//                 data-type="json", or "none": the whole entry is taken back
//   data-always            on a form: all of it is written, also what the page came with
//
// A form of which the same words go into several documents is signed by `several.js`.

import { hex, unhex } from './cbor.js';
import { OtherKey, Unable, held, signIn, signature, signer } from './custody.js';
import { differences, gathered, pathOf, same, valueOf } from './fields.js';
import { Problem, announce, ask } from './frame.js';
import { Mismatch, change, changeId, toSign } from './header.js';
import { oneOf, text } from './texts.js';

const SALT_BYTES = 16;

/** There is nothing to sign. */
export class Nothing extends Error {}

/** Asks something that takes a session, and signs in anew if it has ended. */
export async function askAsWorker(address, body, { method = 'POST', headers = {} } = {}) {
  try {
    return await ask(method, address, body, headers);
  } catch (error) {
    const ended = error instanceof Problem && ['no_session', 'foreign_request'].includes(error.kind);
    if (!ended || !(await signIn())) throw error;
    return ask(method, address, body, headers);
  }
}

/**
 * Has a change made, looks at it, signs it and hands it in. `writing` is `{does: 'begin', kind, scope, fields}` or
 * `{does: 'change', kind, document, edits}`. Returns `{document, change}`. Throws a `Mismatch` if the node wants something else
 * signed, a `Problem` if it refuses; nothing is signed then. What is to be kept before it is handed in, `before` is given:
 * `{document, signed}`.
 */
export async function sign(writing, confirmed = false, before = null) {
  const record = await signer();
  if (!record) throw new Unable('sign-no-key');
  // What reads a change is long, and only who signs needs it.
  const { check } = await import('./check.js');
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const claimed = Date.now();
  const { kind, ...changed } = writing;
  const sent = writing.does === 'begin' ? writing : changed;
  const prepared = await askAsWorker('/session/prepare', { writing: sent, claimed, salt: hex(salt), confirmed });
  const [header, body] = [read(prepared.header), read(prepared.body)];
  const { network, publicKey: key, certificate, organisation } = record;
  await check(header, body, { network, key, certificate, organisation, claimed, salt, writing });
  const signed = change(header, await signature(record, toSign(header)), body);
  const id = hex(await changeId(header));
  const document = writing.does === 'begin' ? id : writing.document;
  await before?.({ document, signed: hex(signed) });
  if ((await submit(hex(signed))) !== id) throw new OtherId();
  return { document, change: id };
}

/** Hands in a signed change, in hexadecimal digits; twice is as good as once. Returns its id. */
export async function submit(signed) {
  return (await askAsWorker('/session/submit', { change: signed })).id;
}

/** The node answered with another id than that of what was signed. */
export class OtherId extends Error {}

function read(digits) {
  try {
    return unhex(digits);
  } catch {
    throw new Mismatch('header');
  }
}

/** Returns what is said in a form. */
export function said(form) {
  const isReport = form.dataset.sign === 'report';
  const filled = (name) => [...form.elements].some((other) => other.name === name && isOn(other) && other.value.trim() !== '');
  const entries = [...form.elements].filter((control) => {
    if (!control.name || control.name.startsWith('@') || control.name === 'csrf' || control.disabled) return false;
    if (['submit', 'button', 'reset', 'file'].includes(control.type)) return false;
    return isOn(control) && (!control.dataset.if || filled(control.dataset.if));
  });
  return gathered(entries.map((control) => {
    const entry = control.closest('[data-entry]')?.dataset.entry;
    if (control.dataset.type === 'none') return { path: [entry ?? control.name], value: null };
    const path = pathOf(control.name, isReport);
    return { path: entry === undefined ? path : [entry, ...path], value: valueOf(control.value, control.dataset.type) };
  }));
}

function isOn(control) {
  return !['checkbox', 'radio'].includes(control.type) || control.checked;
}

/** Returns what a form is about to write. */
export function writingOf(form) {
  const { document: changed, scope, kind = 'report' } = form.dataset;
  const fields = said(form);
  if (changed) return { does: 'change', kind, document: changed, edits: differences((form.dataset.always === undefined && before.get(form)) || {}, fields, same) };
  const chosen = form.elements.namedItem('@scope')?.value;
  return { does: 'begin', kind, scope: chosen || scope || 'network', fields };
}

/** Asks what there is to say about a form as it stands: remarks, field by field. Nothing is stored or remembered. */
export async function examine(form) {
  const { kind = 'report' } = form.dataset;
  return (await askAsWorker('/session/examine', { kind, fields: said(form) })).remarks;
}

/** What forms said when the page came. */
const before = new WeakMap();

/** Signs what a form says and shows what came of it. */
export async function signForm(form, confirmed = false) {
  const button = form.querySelector('button:not([type="button"])');
  clear(form);
  if (button) button.disabled = true;
  announce(text('sign-working'));
  try {
    const writing = writingOf(form);
    const isNothing = writing.does === 'change' && Object.keys(writing.edits).length === 0;
    if (isNothing) throw new Nothing();
    const done = await sign(writing, confirmed || Boolean(form.elements.namedItem('@confirm')?.checked));
    before.set(form, said(form));
    announce(text('sign-done'));
    const goes = form.dispatchEvent(new CustomEvent('signed', { bubbles: true, cancelable: true, detail: done }));
    if (goes && form.dataset.then) location.assign(form.dataset.then.replace('{id}', done.document));
    else if (goes) summary(form, text('sign-done'), [], 'success');
    return done;
  } catch (error) {
    form.dispatchEvent(new CustomEvent('refused', { bubbles: true, detail: { error } }));
    showTrouble(form, error, () => signForm(form, true));
    return undefined;
  } finally {
    if (button) button.disabled = false;
  }
}

/** Returns what an error means, in the language of the page. */
export function wordsOf(error) {
  if (error instanceof Mismatch) return text('mismatch', { what: oneOf('mismatch', error.what, { field: error.field ?? '' }) });
  if (error instanceof Unable) return oneOf('custody', error.why.replace(/^custody-/, '')) ?? text('sign-no-key');
  if (error instanceof OtherId) return text('sign-other-id');
  if (error instanceof OtherKey) return text('enrol-other-key');
  if (error instanceof Nothing) return text('sign-nothing');
  if (error instanceof Problem) return oneOf('refused', error.kind.replaceAll('_', '-')) ?? error.message;
  // What fetch throws when nobody answers.
  if (error instanceof TypeError) return text('sign-offline');
  throw error;
}

/** Shows what kept a form from being signed; `asItIs` signs it all the same, where that is left to a person. */
export function showTrouble(form, error, asItIs) {
  const remarks = error instanceof Problem ? (error.told?.remarks ?? []) : [];
  const stopping = remarks.filter((remark) => remark.weight !== 'note');
  if (stopping.length === 0) {
    summary(form, wordsOf(error), [], 'error');
    return;
  }
  stopping.forEach((remark) => mark(form, remark));
  const mayConfirm = stopping.every((remark) => remark.weight === 'confirm');
  const box = summary(form, mayConfirm ? text('sign-confirm') : text('sign-mend'), stopping, 'error');
  if (mayConfirm) box.append(confirming(asItIs));
}

function confirming(asItIs) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'second';
  button.textContent = text('sign-as-it-is');
  button.addEventListener('click', asItIs);
  return button;
}

/** Returns the field of a form that a remark is about: the nearest one whose name the place begins with. */
function fieldOf(form, place) {
  const nameOf = (field) => {
    const entry = field.closest('[data-entry]')?.dataset.entry;
    return entry === undefined ? field.dataset.field : `${entry}.${field.dataset.field}`;
  };
  const isWithin = (inner, outer) => inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  const named = [...form.querySelectorAll('[data-field]')].map((field) => ({ field, name: nameOf(field) }));
  const around = named.filter(({ name }) => isWithin(place, name)).sort((one, other) => other.name.length - one.name.length);
  return (around[0] ?? named.find(({ name }) => isWithin(name, place)))?.field;
}

function mark(form, remark) {
  const field = fieldOf(form, remark.field);
  const place = field?.querySelector('.error');
  if (place) place.textContent = [place.textContent, remark.message].filter(Boolean).join(' ');
  field?.querySelectorAll('input, select, textarea').forEach((control) => control.setAttribute('aria-invalid', 'true'));
}

/** Takes the marks of an earlier attempt away. */
export function clear(form) {
  form.querySelectorAll('[data-field] .error').forEach((place) => { place.textContent = ''; });
  form.querySelectorAll('[aria-invalid]').forEach((control) => control.removeAttribute('aria-invalid'));
  form.querySelector('[data-summary]')?.replaceChildren();
}

/** Says above the form what happened, with links to the fields it is about, and moves the focus there. */
export function summary(form, words, remarks, tone) {
  let place = form.querySelector('[data-summary]');
  if (!place) {
    place = document.createElement('div');
    place.dataset.summary = '';
    form.prepend(place);
  }
  const box = document.createElement('div');
  box.className = `notice ${tone}`;
  box.tabIndex = -1;
  box.setAttribute('role', tone === 'error' ? 'alert' : 'status');
  const sentence = document.createElement('p');
  sentence.textContent = words;
  box.append(sentence);
  if (remarks.length > 0) box.append(listOf(form, remarks));
  place.replaceChildren(box);
  box.focus();
  return box;
}

function listOf(form, remarks) {
  const list = document.createElement('ul');
  for (const remark of remarks) {
    const item = document.createElement('li');
    const field = fieldOf(form, remark.field);
    const control = field?.querySelector('input, select, textarea');
    const label = field?.querySelector('label, legend')?.firstChild?.textContent?.trim();
    const words = label ? `${label}: ${remark.message}` : remark.message;
    if (control?.id) {
      const link = document.createElement('a');
      link.href = `#${control.id}`;
      link.textContent = words;
      link.addEventListener('click', (event) => { event.preventDefault(); control.focus(); });
      item.append(link);
    } else {
      item.textContent = words;
    }
    list.append(item);
  }
  return list;
}

for (const form of document.querySelectorAll('form[data-sign]')) {
  before.set(form, said(form));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    signForm(form);
  });
}

export { held };
