// What a form says, read from controls as a browser has them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { editsOf, fieldsOf, pathOf, readForm, same } from '../../node/src/web/static/form.js';

function control(name, value, more = {}) {
  const { data = {}, before = '', ...rest } = more;
  return { name, value, defaultValue: before, type: 'text', tagName: 'INPUT', disabled: false, dataset: data, ...rest };
}

const box = (name, value, checked, more = {}) => control(name, value, { type: 'checkbox', checked, defaultChecked: false, ...more });
const form = (...elements) => ({ elements });

test('names are paths, and what is empty is left out', () => {
  const area = { scheme: 'municipality', year: 2026, code: '491' };
  const said = form(
    control('title', 'Jono'), control('description', '  \n'), control('local.lift', 'true', { data: { type: 'boolean' } }),
    box('support_need[]', '2', true, { data: { type: 'number' } }), box('support_need[]', '3', false, { data: { type: 'number' } }),
    box('support_need[]', '99', true, { data: { type: 'number' } }), control('area[0]', JSON.stringify(area), { data: { type: 'json' } }),
    control('@scope', 'network'), control('csrf', 'x'), control('', 'button', { type: 'submit' }),
    control('service[0].system', 'urn:oid:1', { type: 'hidden', data: { with: 'service[0].code' } }), control('service[0].code', ''),
  );
  assert.deepEqual(fieldsOf(said), { title: 'Jono', 'local.lift': true, support_need: [2, 99], area: [area] });
});

test('an entry that is left out leaves no hole, and places are those that the node names', () => {
  const second = control('proposal[1].text', 'Lisää vuoroja');
  const { fields, places } = readForm(form(control('proposal[0].text', ''), second, control('proposal[1].addressee', 'Kunta')));
  assert.deepEqual(fields, { proposal: [{ text: 'Lisää vuoroja', addressee: 'Kunta' }] });
  assert.equal(places.get('proposal[0].text'), second);
});

test('a change is what differs, with null for what is gone', () => {
  const select = (name, value, before) => control(name, value, {
    tagName: 'SELECT', options: [{ value: '', defaultSelected: false }, { value: before, defaultSelected: true }],
  });
  const edits = editsOf(form(
    control('title', 'Jono', { before: 'Jono' }), control('description', 'Uusi', { before: 'Vanha' }), control('aim', '', { before: 'Tavoite' }),
    select('level', 'county', 'unit'), select('effect', 'helps', 'helps'),
  ));
  assert.deepEqual(edits, { description: 'Uusi', aim: null, level: 'county' });
});

test('no name reaches a prototype, and JSON is compared by what it says', () => {
  const said = fieldsOf(form(control('__proto__.polluted', 'yes'), control('constructor.prototype.polluted', 'yes')));
  assert.equal({}.polluted, undefined);
  assert.ok(Object.hasOwn(said, '__proto__'));
  assert.deepEqual(pathOf('evidence[3].link'), ['evidence', 3, 'link']);
  assert.deepEqual(pathOf('local.x.y'), ['local.x', 'y']);
  assert.ok(same({ a: [1, { b: null }], c: 2 }, { c: 2, a: [1, { b: null }] }));
  assert.ok(!same({ a: [1] }, { a: { 0: 1 } }) && !same({ a: 1 }, { a: 1, b: undefined }));
});
