// Whether what a node wants signed says what the page's form says: header and content, to the last field. Nothing of what the node
// sent is believed.

import { equal, hex } from './cbor.js';
import { TAKEN, readChunk } from './chunk.js';
import { same } from './fields.js';
import { CHANGE, KINDS, Mismatch, readHeader, scopeOf, sha256 } from './header.js';

export { Mismatch, same };

const SALT_BYTES = 16;

function need(holds, what, field) {
  if (!holds) throw new Mismatch(what, field);
}

/** Returns the prefix of an organisation's entries in documents that several organisations write in. */
export function prefixOf(organisation) {
  return `${organisation.slice(0, 32)}/`;
}

/**
 * Checks a header and a body against what is to be signed.
 *
 * `wanted` holds `network`, `key`, `certificate`, `organisation` (hexadecimal digits, from when the browser was set up), `claimed`
 * (milliseconds), `salt` (bytes), and `writing`: `{does: 'begin', kind, scope, fields}` or `{does: 'change', kind, document,
 * edits}`. Throws a `Mismatch`.
 */
export async function check(headerBytes, body, wanted) {
  let header;
  try {
    header = readHeader(headerBytes);
  } catch {
    throw new Mismatch('header');
  }
  const { writing } = wanted;
  need(hex(header.network) === wanted.network, 'network');
  need(header.act === CHANGE, 'act');
  need(hex(header.author) === wanted.key, 'author');
  need(header.certificate && hex(header.certificate) === wanted.certificate, 'certificate');
  need(header.claimed === wanted.claimed, 'claimed');
  place(header, writing);
  need(header.bodyLength === body.length && equal(header.bodyHash, await sha256(body)), 'body');
  need(equal(body.subarray(0, SALT_BYTES), wanted.salt), 'salt');
  const document = header.begins ? undefined : header.document;
  let chunk;
  try {
    chunk = await readChunk(body.subarray(SALT_BYTES), header.author, document);
  } catch {
    throw new Mismatch('chunk');
  }
  need(chunk.dependencies.length === 0 ? header.begins : chunk.dependencies.length <= header.dependencies.length, 'position');
  const isJoint = ['phenomenon', 'proposal', 'view'].includes(writing.kind);
  said(chunk.fields, writing, isJoint ? prefixOf(wanted.organisation) : '');
  return header;
}

function place(header, writing) {
  if (writing.does === 'begin') {
    need(header.begins, 'document');
    need(header.kind === KINDS[writing.kind], 'kind');
    need(scopeOf(header.scope) === writing.scope, 'scope');
    need(header.sequence === 1 && header.dependencies.length === 0, 'position');
  } else {
    need(!header.begins && hex(header.document) === writing.document, 'document');
    need(header.dependencies.length > 0, 'position');
  }
}

/** Checks that the fields are those that were written, each with its value, and no others. */
function said(fields, { does, fields: begun, edits }, prefix) {
  const written = does === 'begin' ? begun : edits;
  for (const [name, value] of Object.entries(written)) {
    const key = prefix + name;
    need(key in fields, 'left-out', name);
    need(value === null && does === 'change' ? fields[key] === TAKEN : fields[key] !== TAKEN && same(fields[key], value), 'changed', name);
  }
  const known = new Set(Object.keys(written).map((name) => prefix + name));
  for (const key of Object.keys(fields)) {
    need(known.has(key), 'added', key.startsWith(prefix) ? key.slice(prefix.length) : key);
  }
}
