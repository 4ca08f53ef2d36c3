// Lets the page on which reports are written open without a connection. Keeps that page as it is for everybody, and the files it
// needs, by their edition; never a page with anything on it that somebody wrote, and no answer of the node. EDITION and FILES stand
// before this text when it is served.

/* global EDITION, FILES */
const SHELL = '/write/shell';
const KEPT = `talkoot-${EDITION}`;

self.addEventListener('install', (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

async function keep() {
  const kept = await caches.open(KEPT);
  await kept.addAll([SHELL, ...FILES]);
}

self.addEventListener('activate', (event) => {
  event.waitUntil(forget().then(() => self.clients.claim()));
});

/** Forgets other editions. */
async function forget() {
  for (const name of await caches.keys()) if (name.startsWith('talkoot-') && name !== KEPT) await caches.delete(name);
}

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin) return;
  if (mode === 'navigate' && pathname === '/write') event.respondWith(written(event.request));
  else if (pathname.startsWith('/static/')) event.respondWith(file(event.request));
});

async function written(request) {
  try {
    return await fetch(request);
  } catch {
    const kept = await caches.open(KEPT);
    return (await kept.match(SHELL)) ?? Response.error();
  }
}

async function file(request) {
  const kept = await caches.open(KEPT);
  return (await kept.match(request)) ?? fetch(request);
}
