// The worker's key: made in this browser, kept in its database in a form that no script can read out, used to sign. The node is
// told the public half only. What is known of the certificate is kept beside it, as it was when the browser was set up.

import { equal, hex, join, unhex } from './cbor.js';
import { idOf, proofOf } from './code.js';
import { ask } from './frame.js';

const DATABASE = 'talkoot';
const STORE = 'keys';
const RECORD = 'worker';
const ALGORITHM = { name: 'Ed25519' };
const SIGN_IN = new TextEncoder().encode('talkoot/1 sign-in\0');

/** This browser cannot hold a key; `why` is the key of a text. */
export class Unable extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Does one thing in the database, and waits until it is on disk. */
async function transact(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: 'strict' });
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

const put = (record) => transact('readwrite', (store) => store.put(record, RECORD));

/**
 * Returns what this browser holds; nothing if it holds no key. `key` is the private half, which nobody can read; `publicKey`,
 * `enrolment` and, once it is certified, `certificate`, `worker`, `organisation` and `network` are hexadecimal digits.
 */
export function held() {
  return transact('readonly', (store) => store.get(RECORD));
}

/** Returns what this browser holds, if it may sign already. */
export async function signer() {
  const record = await held();
  return record?.certificate ? record : undefined;
}

/** Takes the key away for good. */
export function forget() {
  return transact('readwrite', (store) => store.delete(RECORD));
}

/** Makes a key under a code and brings its public half to the node. The same code goes on with the same key. */
export async function enrol(code) {
  if (!isSecureContext) throw new Unable('custody-insecure');
  const enrolment = hex(await idOf(code));
  let record = await held();
  if (record?.enrolment !== enrolment) {
    let pair;
    try {
      pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
    } catch {
      throw new Unable('custody-unsupported');
    }
    const publicKey = hex(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
    record = { key: pair.privateKey, publicKey, enrolment };
    // A key that is certified goes on being used until the node has taken the new one.
    const before = await signer();
    if (!before) await put(record);
  }
  const proof = hex(await proofOf(code, unhex(record.publicKey)));
  await ask('POST', '/enrolment', { id: enrolment, key: record.publicKey, proof });
  await put(record);
  return record;
}

/** The node tells of a certificate for another key than this browser's. */
export class OtherKey extends Error {}

/** Asks how far the enrolment is; keeps what the certificate says. Returns whether the key may sign. */
export async function certified() {
  const record = await held();
  if (!record) return false;
  if (record.certificate) return true;
  const { enrolment, roles_named: roles } = await ask('GET', `/enrolment/${record.enrolment}`);
  if (enrolment.state !== 'certified') return false;
  if (enrolment.key !== record.publicKey) throw new OtherKey();
  const { certificate, worker, organisation, network } = enrolment;
  await put({ ...record, certificate, worker, organisation, network, roles, since: Date.now() });
  return true;
}

/** Signs bytes with this browser's key. */
export async function signature(record, bytes) {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, record.key, bytes));
}

/** Begins a session; nothing is typed. Returns whether this browser holds a key that may. */
export async function signIn() {
  const record = await signer();
  if (!record) return false;
  const { challenge, network } = await ask('POST', '/session/challenge', {});
  const bytes = unhex(challenge);
  if (bytes.length !== 32 || network !== record.network) throw new OtherKey();
  const message = join(SIGN_IN, unhex(record.network), bytes);
  const { csrf } = await ask('POST', '/session', {
    challenge, certificate: record.certificate, signature: hex(await signature(record, message)),
  });
  document.body.dataset.csrf = csrf;
  return true;
}

/** Returns whether two texts of digits are the same bytes. */
export function sameDigits(one, other) {
  return equal(unhex(one), unhex(other));
}
