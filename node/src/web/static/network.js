// The page of the network says from time to time how things stand now, quietly: nothing is read out, nothing moves.
import { ask } from './frame.js';

const EVERY = 10000;
const page = document.getElementById('network');

async function refresh() {
  if (document.hidden) return;
  let told;
  try {
    told = await ask('GET', '/network/state');
  } catch {
    return; // The foot of the page says that there is no connection; the next try may work.
  }
  const places = [...document.querySelectorAll('[data-figure]')];
  const known = new Set(places.map((place) => place.dataset.figure));
  const isOther = String(told.peers) !== page.dataset.peers || Object.keys(told.figures).some((name) => name !== 'summary' && !known.has(name));
  // What was said about a bundle that was handed in, or is on its way, is not swept away.
  const isTold = page.querySelector('[data-told]:not([hidden])');
  if (isOther && !isTold && !page.contains(document.activeElement)) {
    location.reload();
    return;
  }
  for (const place of places) {
    const text = told.figures[place.dataset.figure] ?? '';
    if (place.textContent !== text) place.textContent = text;
  }
  const lead = document.querySelector('main > .lead');
  if (lead) lead.textContent = told.figures.summary;
}

if (page) setInterval(refresh, EVERY);
