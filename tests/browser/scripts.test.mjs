// The scripts that look at what is to be signed, held to the vectors. Run with `node --test tests/browser`.

import assert from 'node:assert/strict';
import test from 'node:test';

import { hex, unhex } from '../../node/src/web/static/cbor.js';
import { Mismatch, check, same } from '../../node/src/web/static/check.js';
import { readChunk } from '../../node/src/web/static/chunk.js';
import { idOf, proofOf, readCode } from '../../node/src/web/static/code.js';
import { differences, gathered, pathOf, valueOf } from '../../node/src/web/static/fields.js';
import { change, changeId, readHeader, sha256 } from '../../node/src/web/static/header.js';
import { apart, vectors } from './vectors.mjs';

const file = vectors('unsigned');

/** What a page wants signed, as the vector has it. */
function wantedBy(vector) {
  const { network, key, certificate, organisation } = file;
  const writing = { ...vector.writing, kind: vector.kind };
  return { network, key, certificate, organisation, claimed: vector.claimed, salt: unhex(vector.salt), writing };
}

const looked = (vector, header, body, wanted = wantedBy(vector)) =>
  check(header ?? unhex(vector.header), body ?? unhex(vector.body), wanted);

for (const vector of file.vectors) {
  test(`says what is written: ${vector.name}`, async () => {
    await looked(vector);
    assert.equal(hex(await changeId(unhex(vector.header))), vector.id);
  });
}

test('whatever stands in a change is noticed to be something else', async () => {
  for (const vector of file.vectors) {
    const written = vector.writing.fields ?? vector.writing.edits;
    const named = vector.writing.fields ? 'fields' : 'edits';
    const wanted = (other) => {
      const wished = wantedBy(vector);
      return { ...wished, writing: { ...wished.writing, [named]: other } };
    };
    const [first] = Object.keys(written);
    const { [first]: left, ...fewer } = written;
    const tries = [
      ['added', fewer, first], ['left-out', { ...written, more: 'x' }, 'more'],
      ['changed', { ...written, [first]: [left, left] }, first],
      ['changed', { ...written, [first]: left === null ? 'x' : null }, first],
    ];
    for (const [what, other, field] of tries) {
      await assert.rejects(looked(vector, undefined, undefined, wanted(other)), (error) =>
        error instanceof Mismatch && error.what === what && error.field === field, `${vector.name}: ${what}`);
    }
  }
});

test('whatever a header says is noticed to be something else', async () => {
  const [begun] = file.vectors.filter((vector) => vector.writing.does === 'begin' && vector.kind === 'report');
  const [edited] = file.vectors.filter((vector) => vector.writing.does === 'change');
  const other = 'ab'.repeat(32);
  const wish = (vector, change) => ({ ...wantedBy(vector), ...change });
  const write = (vector, change) => wish(vector, { writing: { ...wantedBy(vector).writing, ...change } });
  const tries = [
    [begun, 'network', wish(begun, { network: other })], [begun, 'author', wish(begun, { key: other })],
    [begun, 'certificate', wish(begun, { certificate: other })], [begun, 'claimed', wish(begun, { claimed: begun.claimed + 1 })],
    [begun, 'salt', wish(begun, { salt: new Uint8Array(16) })], [begun, 'kind', write(begun, { kind: 'service_path' })],
    [begun, 'scope', write(begun, { scope: 'region:12' })], [begun, 'scope', write(begun, { scope: `organisation:${other}` })],
    [begun, 'document', write(begun, { does: 'change', document: other, edits: begun.writing.fields })],
    [edited, 'document', write(edited, { document: other })],
    [edited, 'document', write(edited, { does: 'begin', scope: 'network', fields: edited.writing.edits })],
  ];
  for (const [vector, what, wanted] of tries) {
    await assert.rejects(looked(vector, undefined, undefined, wanted), (error) => error.what === what, what);
  }
  const statement = apart(vectors('valid').vectors.find(({ name }) => name.includes('certificate')).change);
  await assert.rejects(looked(begun, statement.header, statement.body), (error) => error instanceof Mismatch);
});

test('one changed byte anywhere is refused', async () => {
  const small = file.vectors.filter((vector) => vector.body.length < 2_000);
  let flips = 0;
  for (const vector of [small[0], small.find(({ writing }) => writing.does === 'change')]) {
    for (const part of ['header', 'body']) {
      const bytes = unhex(vector[part]);
      for (let at = 0; at < bytes.length; at += 1) {
        bytes[at] ^= 1 << (at % 8);
        const [header, body] = part === 'header' ? [bytes, undefined] : [undefined, bytes];
        // A changed hash of the body or another past still says what the form says, but no longer under this id.
        const refused = await looked(vector, header, body).then(() => false, (error) => error instanceof Mismatch);
        assert.ok(refused || (part === 'header' && refusedByNodes(vector, bytes)), `${vector.name}, ${part}, byte ${at}`);
        bytes[at] ^= 1 << (at % 8);
        flips += 1;
      }
    }
  }
  assert.ok(flips > 900, `${flips} bytes were changed`);
});

/** Whether only the ids of what a change builds on, or its number in its chain, are others: every node refuses that by itself. */
function refusedByNodes(vector, bytes) {
  const [is, was] = [readHeader(bytes), readHeader(unhex(vector.header))];
  const past = ({ dependencies, previous, sequence, ...rest }) => JSON.stringify(rest);
  return past(is) === past(was);
}

test('a content that was swapped with its hash is refused', async () => {
  const vector = file.vectors.find(({ name }) => name === 'a report for one county');
  const body = unhex(vector.body);
  const [was, is] = ['iltaisin', 'koskaan!'].map((text) => new TextEncoder().encode(text));
  const at = body.findIndex((_, start) => was.every((byte, index) => body[start + index] === byte));
  assert.ok(at > 0);
  body.set(is, at);
  // The swapped chunk gets its checksum, and the header its hash; its actor no longer fits, and mended it says something else.
  body.set((await sha256(body.subarray(16 + 8))).subarray(0, 4), 16 + 4);
  const header = unhex(vector.header);
  header.set(await sha256(body), header.length - 32 - 4);
  await assert.rejects(looked(vector, header, body), (error) => error.what === 'chunk');
});

test('all changes of the vectors are read, and hostile ones refused', async () => {
  for (const name of ['valid', 'joint', 'paths']) {
    for (const { change: digits, id } of vectors(name).vectors) {
      const { header, signature, body } = apart(digits);
      assert.equal(hex(await changeId(header)), id);
      assert.equal(hex(change(header, signature, body)), digits);
    }
  }
  for (const { name, change: digits, verdict } of vectors('content').vectors) {
    if (verdict === 'identifier' || verdict === 'statement_malformed') continue;
    const { header, body } = apart(digits);
    const read = readHeader(header);
    const refused = readChunk(body.subarray(16), read.author, read.begins ? undefined : read.document);
    assert.equal(await refused.then(() => 'read', () => 'refused'), 'refused', name);
  }
});

test('names of controls are paths', () => {
  assert.deepEqual(pathOf('proposal[0].text'), ['proposal', 0, 'text']);
  assert.deepEqual(pathOf('support_need[]'), ['support_need', '']);
  assert.deepEqual(pathOf('local.lift'), ['local.lift']);
  assert.deepEqual(pathOf('local.lift[]'), ['local.lift', '']);
  assert.deepEqual(pathOf('answer/0a1b2c3d.code', false), ['answer/0a1b2c3d', 'code']);
  for (const bad of ['a[', 'a]', 'a..b', '__proto__.x', 'a.constructor']) assert.throws(() => pathOf(bad), bad);
});

test('a form becomes fields without what is empty', () => {
  const entry = (name, text, type) => ({ path: pathOf(name), value: valueOf(text, type) });
  const fields = gathered([
    entry('title', 'Jono'), entry('description', ' '), entry('support_need[]', '2', 'integer'),
    entry('support_need[]', '3', 'integer'), entry('proposal[0].text', ''), entry('proposal[2].text', 'Toinen'),
    entry('proposal[2].addressee', 'Kunta'), entry('want_feedback', 'on', 'boolean'), entry('extent.spread', ''),
    entry('funding', 'false', 'boolean'), entry('year', 'twelve', 'integer'),
  ]);
  assert.deepEqual(fields, {
    title: 'Jono', support_need: [2, 3], proposal: [{ text: 'Toinen', addressee: 'Kunta' }], want_feedback: true, funding: false,
    year: 'twelve',
  });
});

test('only what differs is an edit', () => {
  const edits = differences({ a: [1], b: 'x', c: 'y' }, { a: [1], b: 'z', d: true }, same);
  assert.deepEqual(edits, { b: 'z', c: null, d: true });
});

test('a code is read as people type it, and known by the same hash as elsewhere', async () => {
  const code = '0123456789ABCDEF';
  for (const typed of ['0123-4567-89AB-CDEF', ' o123 – 4567 89ab-cdef', 'OL23456789abcdef']) {
    assert.equal(readCode(typed), code, typed);
  }
  for (const typed of ['', code.slice(1), `${code}F`, '0123456789ABCDEU', '0123456789ABCDEÄ']) {
    assert.equal(readCode(typed), undefined, typed);
  }
  assert.equal(hex(await idOf(code)), 'ef8503947096c8f9ec8edf009faf20969ddc23cf6bf0aa69f04f11b93aeca87c');
  assert.equal(hex(await proofOf(code, new Uint8Array(32).fill(7))), '6b80de11db0b02a869ff68cdd62d9733d8abf289392749c9be0295e0eb1876ca');
});
