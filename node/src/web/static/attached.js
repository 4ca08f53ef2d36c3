// A report's attachments that are not at this node yet: fetched from a partner when somebody asks, and shown when they are here.

import { announce } from './frame.js';

for (const link of document.querySelectorAll('[data-fetch]')) {
  link.addEventListener('click', async (event) => {
    event.preventDefault();
    const place = link.closest('li').querySelector('[role="status"]');
    place.textContent = link.dataset.working;
    try {
      const answer = await fetch(link.href, { headers: { accept: 'application/json' } });
      if (answer.ok) return location.reload();
      place.textContent = answer.status === 503 ? link.dataset.later : link.dataset.nowhere;
    } catch {
      place.textContent = link.dataset.later;
    }
    announce(place.textContent);
    return undefined;
  });
}
