// Reads one automerge change as JSON, without automerge: what a page is asked to sign has to say what its form says. Only the one
// form is read in which this network's programs write (docs/protocol.md, 8): whole fields of the root map, set or taken away,
// nothing that reaches into other changes. All else is refused.

import { Malformed, equal, join } from './cbor.js';
import { sha256 } from './header.js';

const MAGIC = [0x85, 0x6f, 0x4a, 0x83];
const TYPE_AT = 8;
const CHANGE_TYPE = 1;
const ACTOR_BYTES = 16;
const OPS_MAX = 10_000;
const OTHERS_MAX = 256;
const DEPENDENCIES_MAX = 64;
/** Deepest nesting of lists and maps that this network's programs write in a field. */
const DEPTH_MAX = 8;
const COLUMN = {
  objectActor: 0x01, objectCounter: 0x02, keyActor: 0x11, keyCounter: 0x13, keyName: 0x15, insert: 0x34, action: 0x42,
  valueMeta: 0x56, value: 0x57, replacedCount: 0x70, replacedActor: 0x71, replacedCounter: 0x73,
};
const MAP = 0;
const SET = 1;
const LIST = 2;
const DELETE = 3;
const textOf = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ACTOR_DOMAIN = new TextEncoder().encode('talkoot/actor/1');

/** Stands for a field that is taken away. */
export const TAKEN = Symbol('taken away');

function need(holds, what) {
  if (!holds) throw new Malformed(what);
}

/** Reads bytes one after another. */
class Cursor {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get left() {
    return this.bytes.length - this.at;
  }

  take(length) {
    need(length <= this.left, 'cut short');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** The bytes of one LEB128 number. */
  #number() {
    const from = this.at;
    for (let length = 1; length <= 10; length += 1) {
      if (this.take(1)[0] < 0x80) return this.bytes.subarray(from, from + length);
    }
    throw new Malformed('a number too long');
  }

  unsigned() {
    const bytes = this.#number();
    need(bytes.length === 1 || bytes[bytes.length - 1] !== 0, 'a number longer than it need be');
    return safe(bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n));
  }

  signed() {
    const bytes = this.#number();
    const last = bytes[bytes.length - 1];
    if (bytes.length > 1) {
      const before = bytes[bytes.length - 2];
      need(!(last === 0 && !(before & 0x40)) && !(last === 0x7f && before & 0x40), 'a number longer than it need be');
    }
    const value = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
    return safe(last & 0x40 ? value - (1n << BigInt(7 * bytes.length)) : value);
  }

  text() {
    return textOf.decode(this.take(this.unsigned()));
  }
}

function safe(value) {
  const number = Number(value);
  need(Number.isSafeInteger(number), 'a number too great');
  return number;
}

/** Yields the rows of a run-length column, in the one form in which it may be written. */
function* runs(column, value) {
  if (!column) {
    while (true) yield null;
  }
  const cursor = new Cursor(column);
  let [before, last, rows, any] = ['', null, 0, false];
  const follow = (next) => {
    need(next !== last, 'equal neighbours apart');
    [last, any] = [next, true];
    return next;
  };
  while (cursor.left > 0) {
    const count = cursor.signed();
    const run = count === 0 ? 'null' : count < 0 ? 'literal' : 'repeated';
    const length = count === 0 ? cursor.unsigned() : Math.abs(count);
    rows += length;
    need(rows <= OPS_MAX && (run === 'repeated' ? length > 1 : length > 0 && run !== before), 'a run of no known form');
    before = run;
    if (run === 'null') last = null;
    const repeated = run === 'repeated' ? follow(value(cursor)) : null;
    for (let row = 0; row < length; row += 1) yield run === 'literal' ? follow(value(cursor)) : repeated;
  }
  need(any, 'a column of nothing');
  return undefined;
}

/** Yields the rows of a column of differences. */
function* differences(column) {
  let value = 0;
  for (const difference of runs(column, (cursor) => cursor.signed())) {
    if (difference !== null) value = safe(BigInt(value) + BigInt(difference));
    need(value >= 0, 'a negative number');
    yield difference === null ? null : value;
  }
}

/** Yields the rows of a column of yes and no. */
function* booleans(column) {
  const cursor = new Cursor(column ?? new Uint8Array());
  let [value, rows, first] = [false, 0, true];
  while (cursor.left > 0) {
    const length = cursor.unsigned();
    need(length > 0 || first, 'an empty run');
    rows += length;
    need(rows <= OPS_MAX, 'too many rows');
    for (let row = 0; row < length; row += 1) yield value;
    [value, first] = [!value, false];
  }
}

/** Reads everything in front of the columns, and cuts them apart. */
function frame(bytes) {
  need(MAGIC.every((byte, at) => bytes[at] === byte) && bytes[TYPE_AT] === CHANGE_TYPE, 'not a change');
  const cursor = new Cursor(bytes);
  cursor.take(TYPE_AT + 1);
  need(cursor.unsigned() === cursor.left, 'another length');
  const count = cursor.unsigned();
  need(count <= DEPENDENCIES_MAX, 'too many dependencies');
  const dependencies = Array.from({ length: count }, () => cursor.take(32));
  need(cursor.unsigned() === ACTOR_BYTES, 'actor');
  const actorAt = cursor.at;
  const actor = cursor.take(ACTOR_BYTES);
  need(cursor.unsigned() === 1, 'sequence');
  const startOp = cursor.unsigned();
  need(startOp >= 1, 'first operation');
  need(cursor.signed() === 0 && cursor.unsigned() === 0, 'time or message');
  const others = cursor.unsigned();
  need(others <= OTHERS_MAX, 'too many actors');
  for (let other = 0; other < others; other += 1) {
    need(cursor.unsigned() === ACTOR_BYTES, 'actor');
    cursor.take(ACTOR_BYTES);
  }
  return { dependencies, actor, actorAt, startOp, others, columns: columns(cursor) };
}

function columns(cursor) {
  const known = Object.values(COLUMN);
  const listed = [];
  const count = cursor.unsigned();
  need(count <= known.length, 'too many columns');
  for (let at = 0; at < count; at += 1) {
    const [spec, length] = [cursor.unsigned(), cursor.unsigned()];
    need(known.includes(spec) && length > 0 && listed.every(([before]) => before < spec), 'a column that is not known');
    listed.push([spec, length]);
  }
  const found = new Map(listed.map(([spec, length]) => [spec, cursor.take(length)]));
  need(cursor.left === 0, 'bytes after the end');
  return found;
}

/** Reads the operations. */
function operations({ columns: found, startOp, others }) {
  const unsigned = (cursor) => cursor.unsigned();
  const of = (spec, value = unsigned) => runs(found.get(spec), value);
  const readers = {
    objectActor: of(COLUMN.objectActor), objectCounter: of(COLUMN.objectCounter), keyActor: of(COLUMN.keyActor),
    keyCounter: differences(found.get(COLUMN.keyCounter)), keyName: of(COLUMN.keyName, (cursor) => cursor.text()),
    insert: booleans(found.get(COLUMN.insert)), action: of(COLUMN.action), valueMeta: of(COLUMN.valueMeta),
    replacedCount: of(COLUMN.replacedCount), replacedActor: of(COLUMN.replacedActor),
    replacedCounter: differences(found.get(COLUMN.replacedCounter)),
  };
  const count = rowsOf(found.get(COLUMN.action)).length;
  const values = new Cursor(found.get(COLUMN.value) ?? new Uint8Array());
  const next = (name) => {
    const row = readers[name].next();
    need(!row.done, 'too few rows');
    return row.value;
  };
  const ops = Array.from({ length: count }, (_, at) => {
    const op = {
      number: startOp + at, object: [next('objectActor'), next('objectCounter')],
      key: [next('keyActor'), next('keyCounter'), next('keyName')], insert: next('insert'), action: next('action'),
      value: scalar(next('valueMeta'), values), replaces: next('replacedCount'),
    };
    for (let replaced = 0; replaced < op.replaces; replaced += 1) {
      const [actor, counter] = [next('replacedActor'), next('replacedCounter')];
      need(actor >= 1 && actor <= others && counter >= 1 && counter < startOp, 'it replaces what it may not');
    }
    return op;
  });
  need(values.left === 0, 'values that nothing names');
  for (const [name, reader] of Object.entries(readers)) {
    need(!found.has(COLUMN[name]) || reader.next().done, 'too many rows');
  }
  return ops;
}

/** Returns all rows of the column that says what each operation does; every operation has one. */
function rowsOf(column) {
  need(column, 'no operations');
  return [...runs(column, (cursor) => cursor.unsigned())];
}

/** Reads the value of one operation. */
function scalar(meta, values) {
  need(meta !== null, 'no value');
  const bytes = values.take(Math.floor(meta / 16));
  const number = new Cursor(bytes);
  switch (meta % 16) {
    case 0: return empty(bytes, null);
    case 1: return empty(bytes, false);
    case 2: return empty(bytes, true);
    case 4: return whole(number, number.signed());
    case 6: return textOf.decode(bytes);
    default: throw new Malformed('a value of no known form');
  }
}

function empty(bytes, value) {
  need(bytes.length === 0, 'a value longer than it need be');
  return value;
}

function whole(cursor, value) {
  need(cursor.left === 0, 'a value longer than it need be');
  return value;
}

/** Puts the operations together; each field of the root map is written whole, once. */
function assemble(ops) {
  const root = Object.create(null);
  const objects = new Map();
  for (const op of ops) {
    const place = placeOf(op, root, objects);
    if (op.action === DELETE) {
      need(place.isRoot && op.replaces > 0 && op.value === null, 'a removal of no known form');
      place.put(TAKEN);
    } else if (op.action === MAP || op.action === LIST) {
      need(op.value === null, 'an object with a value');
      const made = op.action === MAP ? Object.create(null) : [];
      need(place.depth < DEPTH_MAX, 'too deep');
      objects.set(op.number, { made, last: null, depth: place.depth + 1 });
      place.put(made);
    } else {
      need(op.action === SET, 'an action of no known form');
      place.put(op.value);
    }
  }
  return root;
}

/** Returns where an operation writes, if that is a new place in the root map or in an object of the same change. */
function placeOf(op, root, objects) {
  const [objectActor, objectCounter] = op.object;
  const [keyActor, keyCounter, keyName] = op.key;
  const isRoot = objectActor === null && objectCounter === null;
  const object = isRoot ? { made: root, depth: 0 } : objectActor === 0 ? objects.get(objectCounter) : undefined;
  need(object, 'it writes into something else');
  need(isRoot || op.replaces === 0, 'it replaces what it may not');
  if (!Array.isArray(object.made)) {
    need(keyActor === null && keyCounter === null && typeof keyName === 'string' && keyName !== '' && !op.insert, 'key');
    need(!(keyName in object.made), 'a key written twice');
    return { isRoot, depth: object.depth, put: (value) => { object.made[keyName] = value; } };
  }
  const after = object.last === null ? keyActor === null && keyCounter === 0 : keyActor === 0 && keyCounter === object.last;
  need(after && keyName === null && op.insert, 'an item out of order');
  object.last = op.number;
  return { isRoot, depth: object.depth, put: (value) => { object.made.push(value); } };
}

/**
 * Reads a change: `fields` by name, with `TAKEN` for those taken away, and `dependencies`. `author` is the public key, `document`
 * the id of the document, or nothing for a document's first change.
 */
export async function readChunk(bytes, author, document) {
  const read = frame(bytes);
  const hash = await sha256(bytes.subarray(TYPE_AT));
  need(equal(hash.subarray(0, 4), bytes.subarray(4, TYPE_AT)), 'checksum');
  const expected = await sha256(join(
    ACTOR_DOMAIN, author, document ?? new Uint8Array(), bytes.subarray(TYPE_AT, read.actorAt), new Uint8Array(ACTOR_BYTES),
    bytes.subarray(read.actorAt + ACTOR_BYTES)));
  need(equal(expected.subarray(0, ACTOR_BYTES), read.actor), 'actor');
  const fields = assemble(operations(read));
  const taken = Object.values(fields).includes(TAKEN);
  const first = read.dependencies.length === 0 && read.startOp === 1 && read.others === 0 && !taken;
  need(document ? read.dependencies.length > 0 : first, 'a past that does not fit');
  return { fields, dependencies: read.dependencies };
}
