// The page on which a browser shows its key by itself.

import { signIn } from './custody.js';
import { announce } from './frame.js';
import { wordsOf } from './sign.js';

const place = document.getElementById('sign-in');

/** Says why it did not work, and where a code is typed. */
function tell(words) {
  place.querySelector('.while-signing').textContent = words;
  place.querySelector('.without-key').hidden = false;
}

try {
  if (await signIn()) location.replace(place.dataset.to);
  else tell('');
} catch (error) {
  const words = wordsOf(error);
  tell(words);
  announce(words);
}
