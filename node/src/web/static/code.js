// The one-time code of an enrolment (docs/protocol.md, "Enrolment"): how it is typed, what the node knows it by, and what shows
// that whoever brings a key knows it.

import { join } from './cbor.js';
import { sha256 } from './header.js';

const DOMAIN = new TextEncoder().encode('talkoot enrolment/1');
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;

/** Reads a code as people type it; nothing if it is none. */
export function readCode(typed) {
  const plain = typed.toUpperCase().replace(/[\s\u2010-\u2015-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return plain.length === LENGTH && [...plain].every((letter) => ALPHABET.includes(letter)) ? plain : undefined;
}

/** Returns what the node knows a code by. */
export function idOf(code) {
  return sha256(join(DOMAIN, new TextEncoder().encode(code)));
}

/** Returns the proof for a public key. */
export async function proofOf(code, publicKey) {
  const secret = await crypto.subtle.importKey(
    'raw', new TextEncoder().encode(code), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', secret, join(DOMAIN, publicKey)));
}
