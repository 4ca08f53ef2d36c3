// The header of a change, byte for byte (docs/protocol.md, 6), and what is signed of it.

import { Malformed, decode, encode, join, tagged } from './cbor.js';

/** The node wanted something else signed. `what` is a stable name, `field` the field it is about. */
export class Mismatch extends Error {
  constructor(what, field) {
    super(field === undefined ? what : `${what}: ${field}`);
    this.what = what;
    this.field = field;
  }
}

/** The act of changing a document. */
export const CHANGE = 1;
/** Numbers of kinds of documents. */
export const KINDS = { report: 1, phenomenon: 2, proposal: 3, view: 4, form_package: 6, service_path: 8 };

const VERSION = 1;
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x27);
const CONTEXT = new TextEncoder().encode('talkoot/1');
const COSE_SIGN1 = 18;
const ID_BYTES = 32;
const NAMES = [
  'version', 'network', 'act', 'document', 'kind', 'scope', 'author', 'certificate', 'sequence', 'previous', 'dependencies',
  'claimed', 'bodyHash', 'bodyLength',
];
const IDS = ['network', 'document', 'author', 'certificate', 'previous', 'bodyHash'];
const NUMBERS = ['version', 'act', 'kind', 'sequence', 'claimed', 'bodyLength'];

function need(holds, what) {
  if (!holds) throw new Malformed(what);
}

/** Reads a header. What is not there is `undefined`. */
export function readHeader(bytes) {
  const entries = decode(bytes);
  need(entries instanceof Map, 'the header is no map');
  const header = {};
  for (const [key, value] of entries) {
    need(key < NAMES.length, 'an entry of the header that is not known');
    header[NAMES[key]] = value;
  }
  for (const name of IDS) {
    need(header[name] === undefined || (header[name] instanceof Uint8Array && header[name].length === ID_BYTES), name);
  }
  for (const name of NUMBERS) need(header[name] === undefined || Number.isSafeInteger(header[name]), name);
  for (const name of ['network', 'act', 'author', 'sequence', 'claimed', 'bodyHash', 'bodyLength']) {
    need(header[name] !== undefined, `${name} is missing`);
  }
  need(header.version === VERSION, 'another version');
  const begins = header.kind !== undefined && header.scope !== undefined && header.document === undefined;
  const continues = header.kind === undefined && header.scope === undefined && header.document !== undefined;
  need(begins || continues, 'it neither begins nor continues a document');
  need((header.sequence === 1) === (header.previous === undefined) && header.sequence >= 1, 'position');
  need(header.dependencies === undefined || sorted(header.dependencies), 'dependencies');
  return { ...header, dependencies: header.dependencies ?? [], begins };
}

function sorted(ids) {
  const digits = Array.isArray(ids) && ids.every((id) => id instanceof Uint8Array && id.length === ID_BYTES)
    ? ids.map((id) => id.join(',').replace(/\d+/g, (byte) => byte.padStart(3, '0')))
    : [];
  return digits.length > 0 && digits.length <= 64 && digits.every((id, at) => at === 0 || digits[at - 1] < id);
}

/** Returns for whom a document is, as `network`, `region:12` or `organisation:…`; nothing if it is none of them. */
export function scopeOf(scope) {
  const [kind, of] = Array.isArray(scope) ? scope : [];
  const organisation = of instanceof Uint8Array && of.length === ID_BYTES ? of : null;
  if (kind === 2 && scope.length === 1) return 'network';
  if (kind === 1 && scope.length === 2 && Number.isSafeInteger(of)) return `region:${String(of).padStart(2, '0')}`;
  if (kind !== 0 || scope.length !== 2 || !organisation) return undefined;
  return `organisation:${Array.from(organisation, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Returns the bytes that are signed (RFC 9052, 4.4). */
export function toSign(header) {
  return encode(['Signature1', PROTECTED, CONTEXT, header]);
}

/** Returns a change as it travels. */
export function change(header, signature, body) {
  const signed = tagged(COSE_SIGN1, encode([PROTECTED, new Map(), header, signature]));
  return join(Uint8Array.of(0x82), signed, encode(body));
}

/** Returns SHA-256. */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** Returns the id of the change with this header. */
export function changeId(header) {
  return sha256(toSign(header));
}
