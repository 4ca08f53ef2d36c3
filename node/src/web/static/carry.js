// Hands in a bundle: the file goes as it is, and what came of it is said below the form.
import { announce } from './frame.js';

for (const form of document.querySelectorAll('form[data-carry]')) {
  const told = form.querySelector('[data-told]');
  const button = form.querySelector('button');
  let isBusy = false;

  const show = (lines) => {
    told.replaceChildren(...lines.map((line) => {
      const item = document.createElement('li');
      item.textContent = line;
      return item;
    }));
    told.hidden = false;
    announce(lines.join(' '));
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const [file] = form.querySelector('input[type=file]').files;
    if (!file || isBusy) return;
    isBusy = true;
    button.setAttribute('aria-disabled', 'true');
    show([form.dataset.working]);
    show(await handIn(form, file));
    told.focus();
    isBusy = false;
    button.removeAttribute('aria-disabled');
  });
}

/** Sends the file, and returns what came of it in sentences. */
async function handIn(form, file) {
  const headers = { accept: 'application/json', 'content-type': 'application/vnd.talkoot.bundle', 'x-talkoot-csrf': document.body.dataset.csrf ?? '' };
  try {
    const answer = await fetch(form.getAttribute('action'), { method: 'POST', headers, body: file });
    return (await answer.json()).lines ?? [form.dataset.failed];
  } catch {
    return [form.dataset.failed];
  }
}
