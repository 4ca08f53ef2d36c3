// The same words for several documents: each that is ticked is prepared, looked at, signed and stored before the next is begun, so
// what is done stays done whatever stops the rest. Pressing the button again goes on with what is left.
//
//   <form data-each data-kind="proposal">       its fields are entries, as in a form with `data-sign="entries"`
//   <input type="checkbox" name="@document">    the whole id of a document; around it an element with `data-item`, and in that a
//                                               place with `data-told` for what came of it
//   data-progress                               in the form, a live region: how far it has come
//   data-still="/x"                             where to ask before anything is signed which of them are still to be done:
//                                               `{documents: […]}`

import { Problem } from './frame.js';
import { askAsWorker, clear, said, showTrouble, sign, summary, wordsOf } from './sign.js';
import { text } from './texts.js';

/** How long to wait where the node asks for patience, in milliseconds, and how often. */
const PAUSE = 1000;
const PAUSES_MAX = 10;

const boxesOf = (form) => [...form.querySelectorAll('[name="@document"]')];
const isLeft = (box) => box.checked && !box.disabled;

/** Signs what a form says for each document that is ticked, and says how far it came. */
export async function signEach(form, confirmed = false) {
  const button = form.querySelector('button:not([type="button"])');
  clear(form);
  if (!boxesOf(form).some(isLeft)) {
    summary(form, text('several-none'), [], 'error');
    return;
  }
  button.disabled = true;
  const count = { all: 0, done: 0, refused: 0 };
  try {
    await passOver(form);
    const left = boxesOf(form).filter(isLeft);
    count.all = left.length;
    if (left.length === 0) {
      summary(form, text('several-gone'), [], 'success');
      return;
    }
    for (const box of left) {
      progress(form, count);
      await one(form, box, confirmed, count);
    }
    progress(form, count);
    if (count.refused === 0) summary(form, text('several-done', count), [], 'success');
    else summary(form, text('several-refused', count), [], 'error');
  } catch (error) {
    progress(form, count);
    stopped(form, error, count);
  } finally {
    button.disabled = false;
  }
}

/** Signs it for one document. What the node refuses for this one alone keeps nobody from the others. */
async function one(form, box, confirmed, count) {
  const writing = { does: 'change', kind: form.dataset.kind, document: box.value, edits: said(form) };
  try {
    await patiently(writing, confirmed);
  } catch (error) {
    if (!isAboutOne(error)) throw error;
    // It reads so already: an answer to an earlier attempt was lost on its way.
    if (error.kind !== 'no_change') {
      count.refused += 1;
      tell(box, wordsOf(error));
      return;
    }
  }
  count.done += 1;
  finish(box, text('sign-done'));
}

async function patiently(writing, confirmed) {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await sign(writing, confirmed);
    } catch (error) {
      if (error.kind !== 'too_many_requests' || pauses === PAUSES_MAX) throw error;
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
  }
}

function isAboutOne(error) {
  return error instanceof Problem && [404, 409].includes(error.status);
}

/** Leaves out what is not to be done any more: done by an attempt of which nothing was heard, or by somebody else meanwhile. */
async function passOver(form) {
  if (!form.dataset.still) return;
  const { documents } = await askAsWorker(form.dataset.still, undefined, { method: 'GET' });
  const still = new Set(documents);
  boxesOf(form).filter((box) => isLeft(box) && !still.has(box.value)).forEach((box) => finish(box, text('several-passed')));
}

function finish(box, words) {
  box.checked = false;
  box.disabled = true;
  tell(box, words);
}

function tell(box, words) {
  box.closest('[data-item]').querySelector('[data-told]').textContent = words;
}

function progress(form, { all, done, refused }) {
  form.querySelector('[data-progress]').textContent = text('several-progress', { at: done + refused, all });
}

function stopped(form, error, count) {
  if (error instanceof Problem && error.told?.remarks) {
    showTrouble(form, error, () => signEach(form, true));
    return;
  }
  const rest = boxesOf(form).filter(isLeft).length;
  summary(form, text('several-stopped', { ...count, rest, why: wordsOf(error) }), [], 'error');
}

for (const form of document.querySelectorAll('form[data-each]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    signEach(form);
  });
}
