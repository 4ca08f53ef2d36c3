// The page on which a browser is set up: takes the code, makes the key, waits for the certificate, shows what the browser holds.

import { readCode } from './code.js';
import { certified, enrol, forget, held } from './custody.js';
import { announce } from './frame.js';
import { wordsOf } from './sign.js';
import { text } from './texts.js';

const LOOK_EVERY = 2_000;
const parts = {
  typing: document.getElementById('enrol-code'),
  waiting: document.getElementById('enrol-waiting'),
  held: document.getElementById('enrol-held'),
};
const trouble = document.getElementById('enrol-trouble');
const sure = document.getElementById('enrol-forget');

/** Shows one part of the page, and moves the focus to its heading if something was done. */
function show(name, isNews) {
  for (const [part, element] of Object.entries(parts)) element.hidden = part !== name;
  if (isNews) parts[name].querySelector('[tabindex="-1"]')?.focus();
}

function tell(words) {
  trouble.hidden = false;
  trouble.querySelector('p').textContent = words;
  trouble.focus();
}

function fill(record) {
  const facts = {
    worker: record.worker.slice(0, 10),
    roles: (record.roles ?? []).join(', '),
    since: new Date(record.since).toLocaleDateString(document.documentElement.lang),
  };
  for (const [name, value] of Object.entries(facts)) parts.held.querySelector(`[data-fact="${name}"]`).textContent = value;
}

/** Shows how far this browser is, and looks again while it waits. */
async function look(isNews = false) {
  const record = await held();
  if (!record) return show('typing', isNews);
  try {
    if (await certified()) {
      fill(await held());
      show('held', isNews || !parts.waiting.hidden);
      if (isNews) announce(text('enrol-certified'));
      return undefined;
    }
    show('waiting', isNews);
  } catch (error) {
    show('waiting', isNews);
    tell(wordsOf(error));
  }
  setTimeout(look, LOOK_EVERY);
  return undefined;
}

parts.typing.addEventListener('submit', async (event) => {
  event.preventDefault();
  trouble.hidden = true;
  const field = parts.typing.querySelector('input');
  const place = parts.typing.querySelector('.error');
  const code = readCode(field.value);
  place.textContent = code ? '' : text('enrol-bad-code');
  field.toggleAttribute('aria-invalid', !code);
  if (!code) return field.focus();
  const button = parts.typing.querySelector('button');
  button.disabled = true;
  try {
    await enrol(code);
    field.value = '';
    await look(true);
  } catch (error) {
    // A code that is not taken leaves no key behind.
    if (!(error instanceof TypeError) && !(await held())?.certificate) await forget();
    tell(wordsOf(error));
  } finally {
    button.disabled = false;
  }
  return undefined;
});

for (const button of document.querySelectorAll('[data-forget]')) {
  button.addEventListener('click', async () => {
    if (parts.held.hidden) {
      await forget();
      show('typing', true);
      return;
    }
    sure.hidden = false;
    sure.focus();
  });
}
sure.querySelector('[data-forget-not]').addEventListener('click', () => { sure.hidden = true; });
sure.querySelector('[data-forget-now]').addEventListener('click', async () => {
  await forget();
  sure.hidden = true;
  show('typing', false);
  announce(text('enrol-forgotten'));
  parts.typing.querySelector('input').focus();
});

await look();
