// Deterministic CBOR (RFC 8949, 4.2.1), as much of it as headers of changes need: unsigned numbers, bytes, texts, lists, maps
// with numbers for keys, and one tag. What is read is written again and compared, so that there is one encoding of each value.

/** What is read is not the encoding of anything this module knows. */
export class Malformed extends Error {}

const textOf = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const bytesOf = new TextEncoder();
/** Greatest depth of lists in one another. */
const DEPTH_MAX = 4;

/** Joins bytes. */
export function join(...parts) {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Returns whether two lists of bytes are the same. */
export function equal(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Returns bytes as hexadecimal digits. */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Reads hexadecimal digits. */
export function unhex(digits) {
  if (typeof digits !== 'string' || digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) throw new Malformed('digits');
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

function head(major, number) {
  if (number < 24) return Uint8Array.of((major << 5) | number);
  const length = number < 0x100 ? 1 : number < 0x10000 ? 2 : number < 0x100000000 ? 4 : 8;
  const bytes = new Uint8Array(1 + length);
  bytes[0] = (major << 5) | { 1: 24, 2: 25, 4: 26, 8: 27 }[length];
  let rest = number;
  for (let at = length; at > 0; at -= 1) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** Writes a value: a whole number, a text, bytes, a list, a `Map` from numbers in ascending order, `null`. */
export function encode(value) {
  if (value === null) return Uint8Array.of(0xf6);
  if (Number.isSafeInteger(value) && value >= 0) return head(0, value);
  if (value instanceof Uint8Array) return join(head(2, value.length), value);
  if (typeof value === 'string') {
    const bytes = bytesOf.encode(value);
    return join(head(3, bytes.length), bytes);
  }
  if (Array.isArray(value)) return join(head(4, value.length), ...value.map(encode));
  if (value instanceof Map) {
    return join(head(5, value.size), ...[...value].flatMap(([key, entry]) => [encode(key), encode(entry)]));
  }
  throw new Malformed('a value that cannot be written');
}

/** Writes a value with a tag before it. */
export function tagged(tag, value) {
  return join(head(6, tag), value);
}

/** Reads one value that fills the bytes, in the one encoding that `encode` gives it. */
export function decode(bytes) {
  const reader = { bytes, at: 0 };
  const value = read(reader, 0);
  if (reader.at !== bytes.length) throw new Malformed('bytes after the end');
  if (!equal(encode(value), bytes)) throw new Malformed('not the one encoding of its value');
  return value;
}

function take(reader, length) {
  if (length > reader.bytes.length - reader.at) throw new Malformed('cut short');
  const taken = reader.bytes.slice(reader.at, reader.at + length);
  reader.at += length;
  return taken;
}

function number(reader, detail) {
  if (detail < 24) return detail;
  const length = { 24: 1, 25: 2, 26: 4, 27: 8 }[detail];
  if (!length) throw new Malformed('a length of no known form');
  const value = take(reader, length).reduce((sum, byte) => sum * 256 + byte, 0);
  if (!Number.isSafeInteger(value)) throw new Malformed('a number too great');
  return value;
}

function read(reader, depth) {
  if (depth > DEPTH_MAX) throw new Malformed('too deep');
  const [first] = take(reader, 1);
  const major = first >> 5;
  if (first === 0xf6) return null;
  if (major > 5 || major === 1) throw new Malformed('a value of no known form');
  const count = number(reader, first & 0x1f);
  if (major === 0) return count;
  if (major === 2) return take(reader, count);
  if (major === 3) return textOf.decode(take(reader, count));
  // Each entry takes a byte at least: more cannot follow than there are bytes.
  if (count > reader.bytes.length - reader.at) throw new Malformed('cut short');
  if (major === 4) return Array.from({ length: count }, () => read(reader, depth + 1));
  return map(reader, count, depth);
}

function map(reader, count, depth) {
  const entries = new Map();
  let last = -1;
  for (let at = 0; at < count; at += 1) {
    const key = read(reader, depth + 1);
    if (!Number.isSafeInteger(key) || key <= last) throw new Malformed('keys out of order');
    last = key;
    entries.set(key, read(reader, depth + 1));
  }
  return entries;
}
