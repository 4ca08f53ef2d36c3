// What every page does: tells when there is no connection, and reads out what happened.

/** Has assistive programs read something out. */
export function announce(words) {
  const place = document.getElementById('announced');
  if (!place) return;
  place.textContent = '';
  setTimeout(() => { place.textContent = words; }, 50);
}

/** Asks this node something; what changes carries the session's token. A Blob goes as it is. Throws a Problem. */
export async function ask(method, address, body, more = {}) {
  const headers = { accept: 'application/json', ...more };
  const isFile = body instanceof Blob;
  const csrf = document.body.dataset.csrf;
  if (csrf) headers['x-talkoot-csrf'] = csrf;
  if (body !== undefined) headers['content-type'] = isFile ? 'application/octet-stream' : 'application/json';
  const answer = await fetch(address, { method, headers, body: body === undefined || isFile ? body : JSON.stringify(body) });
  const told = answer.headers.get('content-type')?.includes('json') ? await answer.json() : null;
  if (!answer.ok) throw new Problem(answer.status, told);
  return told;
}

/** What the node refused, by its name (RFC 9457). */
export class Problem extends Error {
  constructor(status, told) {
    super(told?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.kind = told?.name ?? 'unknown';
    this.parameter = told?.parameter ?? null;
    this.told = told;
  }
}

const connection = document.getElementById('connection');
function tell() {
  connection.textContent = navigator.onLine ? '' : connection.dataset.offline;
}
if (connection) {
  addEventListener('online', tell);
  addEventListener('offline', tell);
  tell();
}
