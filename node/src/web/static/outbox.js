// Reports that are to be sent once there is a connection. Each says truthfully where it is:
//   waiting   kept here only         stored    signed, and stored at the node
//   refused   kept here; the node said why not
// Before a change is handed in its signed bytes are kept, so that one whose answer was lost is handed in again and not written twice.

import { announce } from './frame.js';
import { text } from './texts.js';
import * as drafts from './drafts.js';

/** How long one that is stored is still told of, in milliseconds. */
const TOLD = 24 * 3600 * 1000;
/** What the node says when it is to be tried again later. */
const LATER = ['busy', 'stopping', 'too_many_requests', 'too_slow', 'not_stored', 'no_session', 'waits'];

let shownIn = null;

/** Puts a report into the outbox: its fields, for whom it is, and what the form needs to show it again. */
export async function post(id, content) {
  await drafts.keep({ id, state: 'waiting', content });
  await show();
  await sendWaiting();
}

/** Sends what waits, one after the other; in one tab at a time. */
export async function sendWaiting() {
  if (!navigator.onLine) return;
  await navigator.locks.request('talkoot-outbox', { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    for (const entry of await drafts.all()) {
      if (entry.state === 'waiting' && entry.content && !(await send(entry))) break;
    }
  });
}

/** Sends one. Returns whether it makes sense to go on with the next. */
async function send(entry) {
  const { sign, submit, wordsOf } = await import('./sign.js');
  const { id, content } = entry;
  await show(id);
  try {
    let document = content.document;
    if (content.signed) {
      await submit(content.signed);
    } else {
      const before = async (made) => {
        Object.assign(content, { signed: made.signed, document: made.document });
        await drafts.keep({ id, state: 'waiting', content });
      };
      const make = () => sign({ does: 'begin', kind: 'report', scope: content.scope, fields: content.fields }, content.confirmed, before);
      ({ document } = await make().catch(async (error) => {
        // What was attached hours ago, the node may have forgotten.
        if (error.kind !== 'attachment_gone') throw error;
        const { renewed } = await import('./attachments.js');
        content.fields.attachment = await renewed(id, content.fields.attachment);
        return make();
      }));
    }
    await takenUp(content.note, document);
    await drafts.keep({ id, state: 'stored', content: { title: content.title, document } });
    await drafts.dropFiles(id);
    announce(text('script-write-outbox-stored'));
  } catch (error) {
    if (error instanceof TypeError || LATER.includes(error.kind)) {
      await show();
      return false;
    }
    const words = reason(error, wordsOf);
    const { signed: _signed, document: _document, ...kept } = content;
    await drafts.keep({ id, state: 'refused', content: { ...kept, reason: words } });
    announce(text('script-write-outbox-refused', { reason: words }));
  }
  await show();
  return true;
}

/** Tells the node that what residents wrote has become this report. If that fails, it still waits, and a worker can tell later. */
export async function takenUp(note, document) {
  if (!note) return;
  const { askAsWorker } = await import('./sign.js');
  await askAsWorker(`/intake/${encodeURIComponent(note)}/published`, { document }).catch(() => {});
}

function reason(error, wordsOf) {
  const remarks = error.told?.remarks ?? [];
  return remarks.length ? text('script-write-outbox-remarks', { count: remarks.length }) : wordsOf(error);
}

/** Shows what is in the outbox, in the list of this page. */
export async function show(sending = null) {
  const place = shownIn ?? document.getElementById('outbox');
  if (!place) return;
  shownIn = place;
  const entries = [];
  for (const entry of await drafts.all()) {
    if (entry.state === 'stored' && Date.now() - entry.changed > TOLD) await drafts.drop(entry.id);
    else if (entry.state !== 'draft') entries.push(entry);
  }
  place.hidden = entries.length === 0;
  place.querySelector('ul').replaceChildren(...entries.map((entry) => line(entry, entry.id === sending)));
}

function line({ id, state, content }, isSending) {
  const item = document.createElement('li');
  const title = document.createElement('strong');
  title.textContent = content?.title || text('script-write-outbox-title');
  const words = document.createElement('p');
  words.textContent = isSending ? text('script-write-outbox-sending') : said(state, content);
  item.append(title, words);
  if (state === 'stored') item.append(link(`/reports/${content.document}`, text('script-write-outbox-show')));
  else if (content && !isSending) item.append(link(`/write?from=${id}`, text('script-write-outbox-open')));
  return item;
}

function said(state, content) {
  if (!content) return text('script-write-draft-unreadable');
  if (state === 'stored') return text('script-write-outbox-stored');
  if (state === 'refused') return text('script-write-outbox-refused', { reason: content.reason });
  return text('script-write-outbox-kept');
}

function link(address, words) {
  const made = document.createElement('a');
  made.href = address;
  made.textContent = words;
  return made;
}

addEventListener('online', () => sendWaiting());
show().then(sendWaiting, () => {});
