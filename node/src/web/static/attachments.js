// Pictures and documents of a report that is being written: brought to the worker's own node, which cleans them; shown as they will go
// out; kept with the draft, sealed. What the node says of them is believed as far as it can be checked: the bytes that are shown are
// those whose hash will be signed, and nothing else stands beside it. Texts and markup of a row are the page's (web/write/attached.rs).

import { hex } from './cbor.js';
import { announce } from './frame.js';
import { askAsWorker, wordsOf } from './sign.js';
import * as drafts from './drafts.js';

const TYPES = { jpeg: 'image/jpeg', png: 'image/png', pdf: 'application/pdf' };
const NUMBERED = ['id', 'name', 'for', 'aria-describedby', 'data-field', 'data-with'];
/** Longest name of a file that is sent to be looked at, in characters. */
const NAME_MAX = 100;
/** Longest side of a picture that is kept, in pixels: the node makes nothing larger. */
const SIDE_MAX = 2560;
/** From which length on a photograph is made smaller before it is sent, in bytes: lines are narrow and cameras are not. */
const SMALLER_FROM = 1_000_000;

/** The node gave back something other than it said. */
class Altered extends Error {}

/** Brings a file to the node. Returns `{attachment, told, remarks, cleaned}`: what a report is to say of it, and its bytes. */
async function bring(file, name) {
  const headers = { 'x-talkoot-file-name': encodeURIComponent(name.slice(0, NAME_MAX).toWellFormed?.() ?? '') };
  const answer = await askAsWorker('/session/attachments', file, { headers });
  if (!isSound(answer.attachment)) throw new Altered();
  const { hash, bytes } = answer.attachment;
  const given = await fetch(`/session/attachments/${hash}`);
  if (!given.ok) throw new Altered();
  const cleaned = await given.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', cleaned));
  if (hex(digest) !== hash || cleaned.byteLength !== bytes) throw new Altered();
  return { ...answer, cleaned };
}

/** Makes a large photograph smaller, if this browser can. The node cleans what comes all the same. */
async function smaller(file) {
  if (!['image/jpeg', 'image/webp'].includes(file.type) || file.size < SMALLER_FROM) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(Math.ceil(picture.width * scale), Math.ceil(picture.height * scale));
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    return made.size < file.size ? made : file;
  } catch {
    return file;
  }
}

/** Whether it says what a report says of an attachment and nothing more: no words that nobody here wrote. */
function isSound({ hash, kind, bytes, width = 1, height = 1, pages = 1, ...more }) {
  const isHash = typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash);
  return isHash && Object.hasOwn(TYPES, kind) && [bytes, width, height, pages].every(Number.isSafeInteger) && Object.keys(more).length === 0;
}

/**
 * Brings again what a draft keeps and the node has forgotten. Returns the entries as they read now: a picture is encoded once more, and
 * has another hash then.
 */
export async function renewed(draft, entries) {
  const now = [];
  for (const { caption, ...entry } of entries) {
    const kept = await drafts.takeFile(draft, entry.hash).catch(() => undefined);
    const brought = kept && await bring(new Blob([kept]), '');
    if (brought) await drafts.keepFile(draft, brought.attachment.hash, brought.cleaned).catch(() => {});
    now.push({ ...(brought?.attachment ?? entry), ...(caption === undefined ? {} : { caption }) });
  }
  return now;
}

/** Lets people add and remove attachments. Returns what the page needs: `{ restore, unlooked, renew }`. */
export function attaching(form, draft) {
  const place = document.getElementById('attachments');
  if (!place) return { restore: async () => {}, unlooked: () => [], renew: async () => {} };
  const state = { form, draft, place, says: document.getElementById('attach-texts').dataset, previews: new Map() };
  const input = document.getElementById('attach-file');
  input.addEventListener('change', async () => {
    const files = [...input.files];
    await take(state, files);
    input.value = '';
  });
  place.addEventListener('dragover', (event) => event.preventDefault());
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    take(state, [...event.dataTransfer.files]);
  });
  for (const row of rowsOf(state)) removing(state, row);
  return {
    restore: (values) => restore(state, values),
    unlooked: () => unlooked(state),
    renew: () => renew(state),
  };
}

const rowsOf = ({ place }) => [...place.querySelectorAll('[data-attachment]')];
const entryOf = (row) => row.querySelector('[data-type="json"]');
const isIn = (row) => entryOf(row).value !== '';

async function take(state, files) {
  const error = document.getElementById('attach-error');
  const said = document.getElementById('attach-said');
  error.textContent = '';
  state.place.setAttribute('aria-busy', 'true');
  for (const file of files) {
    said.textContent = state.says.working;
    const trouble = await added(state, file);
    said.textContent = '';
    if (trouble) error.textContent = [error.textContent, trouble].filter(Boolean).join(' ');
  }
  state.place.removeAttribute('aria-busy');
}

/** Adds one file. Returns why not, in words. */
async function added(state, file) {
  const { says, place } = state;
  if (rowsOf(state).filter(isIn).length >= Number(place.dataset.most)) return says.full;
  if (!navigator.onLine) return says.offline;
  try {
    const sent = await smaller(file);
    if (sent.size > Number(place.dataset.bytes)) return says.long;
    const brought = await bring(sent, file.name);
    const isThere = (row) => isIn(row) && JSON.parse(entryOf(row).value).hash === brought.attachment.hash;
    if (rowsOf(state).some(isThere)) return says.twice;
    const row = rowAt(state, rowsOf(state).length);
    fill(state, row, brought);
    row.dispatchEvent(new Event('input', { bubbles: true }));
    announce(`${says.added} ${brought.told}`);
    return await drafts.keepFile(state.draft, brought.attachment.hash, brought.cleaned).then(() => '', () => says.unkept);
  } catch (error) {
    if (error instanceof Altered) return says.altered;
    // What fetch throws when nobody answers.
    return error instanceof TypeError ? says.offline : wordsOf(error);
  }
}

/** Makes a row of this number out of the template. */
function rowAt(state, at) {
  const row = document.getElementById('attachment-row').content.firstElementChild.cloneNode(true);
  for (const element of row.querySelectorAll('*')) {
    for (const { name, value } of [...element.attributes]) {
      if (NUMBERED.includes(name)) element.setAttribute(name, value.replaceAll('[N]', `[${at}]`).replaceAll('-N-', `-${at}-`));
    }
  }
  row.dataset.attachment = at;
  row.setAttribute('aria-label', row.getAttribute('aria-label').replace(/N$/, at + 1));
  document.getElementById('attached').append(row);
  removing(state, row);
  return row;
}

function fill(state, row, { attachment, told, remarks, cleaned }) {
  entryOf(row).value = JSON.stringify(attachment);
  row.querySelector('[data-told]').textContent = told;
  const lines = remarks.map((words) => Object.assign(document.createElement('li'), { textContent: words }));
  row.querySelector('[data-remarks]').replaceChildren(...lines);
  show(state, row, attachment, cleaned, told);
}

/** Shows the bytes that will go out. */
function show(state, row, { kind }, cleaned, told) {
  const address = URL.createObjectURL(new Blob([cleaned], { type: TYPES[kind] }));
  forget(state, row);
  state.previews.set(row, address);
  const [known, save] = [row.querySelector('img'), row.querySelector('[data-save]')];
  if (kind !== 'pdf') {
    const picture = known ?? document.createElement('img');
    Object.assign(picture, { src: address, alt: told });
    row.firstElementChild.prepend(picture);
  }
  Object.assign(save, { href: address, download: `talkoot.${kind === 'jpeg' ? 'jpg' : kind}`, hidden: false });
}

function forget({ previews }, row) {
  if (previews.has(row)) URL.revokeObjectURL(previews.get(row));
  previews.delete(row);
}

function removing(state, row) {
  row.querySelector('[data-remove]').addEventListener('click', () => {
    const { hash } = JSON.parse(entryOf(row).value) ?? {};
    takeOut(state, row);
    if (hash) drafts.dropFile(state.draft, hash).catch(() => {});
    row.dispatchEvent(new Event('input', { bubbles: true }));
    document.getElementById('attach-file').focus();
    announce(state.says.removed);
  });
}

// The row stays where it is: what it said when the page came is what a change takes away.
function takeOut(state, row) {
  forget(state, row);
  for (const control of row.querySelectorAll('input')) {
    if (control.type === 'checkbox') control.checked = false;
    else control.value = '';
  }
  row.hidden = true;
}

/** Makes rows as a draft has them; `values` are names and values of its controls. */
async function restore(state, values) {
  const kept = new Map(values.map(([name, value]) => [name, value]));
  const isEntry = /^attachment\[(\d{1,3})\]$/;
  const most = Math.max(-1, ...[...kept.keys()].map((name) => Number(isEntry.exec(name)?.[1] ?? -1)));
  while (rowsOf(state).length <= most) rowAt(state, rowsOf(state).length);
  for (const row of rowsOf(state)) {
    const name = entryOf(row).name;
    if (!kept.has(name)) {
      takeOut(state, row);
      continue;
    }
    state.place.open = true;
    row.querySelector('[name$=".caption"]').value = kept.get(`${name}.caption`) ?? '';
    entryOf(row).value = kept.get(name);
    await again(state, row);
  }
}

/** Shows what a draft keeps of a row's bytes, if it is one that was added in it. */
async function again(state, row) {
  const attachment = JSON.parse(entryOf(row).value);
  const told = `${attachment.kind?.toUpperCase()}, ${Math.ceil(attachment.bytes / 1024)} KiB`;
  const place = row.querySelector('[data-told]');
  if (place.textContent === '') place.textContent = told;
  const cleaned = await drafts.takeFile(state.draft, attachment.hash).catch(() => undefined);
  if (!cleaned || !Object.hasOwn(TYPES, attachment.kind)) return;
  show(state, row, attachment, cleaned, told);
}

/** What nobody has looked at yet, as remarks. */
function unlooked(state) {
  const open = rowsOf(state).filter((row) => isIn(row) && row.querySelector('[name^="@looked"]')?.checked === false);
  return open.map((row) => ({ field: row.querySelector('[name^="@looked"]').name, name: 'not_looked', weight: 'mend', message: state.says.look }));
}

/** Brings again what the node has forgotten. */
async function renew(state) {
  for (const row of rowsOf(state).filter(isIn)) {
    const [entry] = await renewed(state.draft, [JSON.parse(entryOf(row).value)]);
    entryOf(row).value = JSON.stringify(entry);
  }
}
