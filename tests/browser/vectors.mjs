// The committed vectors, and changes taken apart.

import { readFileSync } from 'node:fs';

import { decode, join, unhex } from '../../node/src/web/static/cbor.js';

/** Reads a file of vectors. */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../../docs/vectors/${name}.json`, import.meta.url), 'utf8'));
}

/** Takes a change apart: header, signature, body. The tag is the one byte that `cbor.js` does not read. */
export function apart(digits) {
  const bytes = unhex(digits);
  const [[, , header, signature], body] = decode(join(bytes.subarray(0, 1), bytes.subarray(2)));
  return { header, signature, body };
}
