// Settling what several wrote at the same time: one of the values is written again, knowing the others.

import { announce } from './frame.js';
import { sign, wordsOf } from './sign.js';

for (const form of document.querySelectorAll('form[data-settle]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { document: changed, settle: field } = form.dataset;
    const value = JSON.parse(form.elements.namedItem('value').value);
    try {
      await sign({ does: 'change', kind: 'report', document: changed, edits: { [field]: value } });
      location.reload();
    } catch (error) {
      const words = error.told?.remarks?.map((remark) => remark.message).join(' ') || wordsOf(error);
      form.querySelector('.error').textContent = words;
      announce(words);
    }
  });
}
