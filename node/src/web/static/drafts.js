// Drafts that only this browser can read: IndexedDB, each sealed with AES-GCM under a key that was made here and cannot be taken out.
// Knows neither forms nor nodes. A draft is `{ id, changed, state, content }`; what its states are, outbox.js says.
// Nothing of a content stands beside it unsealed: a title can tell as much as a text.

const NAME = 'talkoot-drafts';
/** Most drafts that are kept. */
export const DRAFTS_MAX = 200;

let opened;

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 2);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        request.result.createObjectStore('keys');
        request.result.createObjectStore('drafts', { keyPath: 'id' });
      }
      request.result.createObjectStore('files');
    };
    request.onsuccess = () => {
      // A newer page in another tab may change what is here.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    // A page of an older edition in another tab: once it is closed, this one gets through.
    request.onblocked = () => {
      opened = undefined;
      reject(new Error('another tab holds the drafts'));
    };
  });
  return opened;
}

async function within(store, mode, act) {
  const transaction = (await database()).transaction(store, mode);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  const result = await act(transaction.objectStore(store));
  await done;
  return result;
}

/** Returns the key; the first that asks makes it. */
async function key() {
  const known = await within('keys', 'readonly', (keys) => asked(keys.get('key')));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  // Another tab may have made one meanwhile: the first stays.
  return within('keys', 'readwrite', async (keys) => {
    const first = await asked(keys.get('key'));
    if (!first) await asked(keys.put(made, 'key'));
    return first ?? made;
  });
}

// The id is bound to what is sealed, so that two drafts cannot be swapped.
function sealing(id, iv) {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(id) };
}

/** Keeps a draft, new or known, and returns it. */
export async function keep({ id = crypto.randomUUID(), state = 'draft', content }) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const sealed = await crypto.subtle.encrypt(sealing(id, iv), await key(), plain);
  const changed = Date.now();
  await within('drafts', 'readwrite', (drafts) => asked(drafts.put({ id, changed, state, iv, sealed })));
  return { id, changed, state, content };
}

async function open({ id, changed, state, iv, sealed }) {
  try {
    const plain = await crypto.subtle.decrypt(sealing(id, iv), await key(), sealed);
    return { id, changed, state, content: JSON.parse(new TextDecoder().decode(plain)) };
  } catch {
    return { id, changed, state, content: null };
  }
}

/** Returns a draft; `undefined` if there is none; its content is `null` if it cannot be read. */
export async function take(id) {
  const held = await within('drafts', 'readonly', (drafts) => asked(drafts.get(id)));
  return held && open(held);
}

/** Returns all drafts, the one changed last first. */
export async function all() {
  const held = await within('drafts', 'readonly', (drafts) => asked(drafts.getAll(null, DRAFTS_MAX)));
  const drafts = await Promise.all(held.map(open));
  return drafts.sort((one, other) => other.changed - one.changed);
}

// Files of a draft lie beside it, each under the draft's id and a name: a draft is sealed anew every few seconds, they are not.
const placeOf = (id, name) => `${id}/${name}`;

/** Keeps bytes with a draft. */
export async function keepFile(id, name, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(sealing(placeOf(id, name), iv), await key(), bytes);
  await within('files', 'readwrite', (files) => asked(files.put({ iv, sealed }, placeOf(id, name))));
}

/** Returns bytes that are kept with a draft; `undefined` if there are none. */
export async function takeFile(id, name) {
  const held = await within('files', 'readonly', (files) => asked(files.get(placeOf(id, name))));
  return held && crypto.subtle.decrypt(sealing(placeOf(id, name), held.iv), await key(), held.sealed);
}

/** Deletes bytes that are kept with a draft. */
export async function dropFile(id, name) {
  await within('files', 'readwrite', (files) => asked(files.delete(placeOf(id, name))));
}

/** Deletes all bytes that are kept with a draft. */
export async function dropFiles(id) {
  const all = IDBKeyRange.bound(placeOf(id, ''), placeOf(id, '\uffff'));
  await within('files', 'readwrite', (files) => asked(files.delete(all)));
}

/** Deletes a draft, and its files. */
export async function drop(id) {
  await dropFiles(id);
  await within('drafts', 'readwrite', (drafts) => asked(drafts.delete(id)));
}
