// The worker's key in a real browser: from the code to a stored report; and what a node gone bad gets.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { between } from '../lib/between.mjs';
import { launch, open } from '../lib/browser.mjs';
import { withForm } from '../lib/form.mjs';
import { Node } from '../lib/node.mjs';
import { enrol, signIn, typeCode } from '../lib/worker.mjs';

const NOTE = `
  <form data-sign="report" data-scope="network">
    <div class="field" data-field="title"><label for="f-title">Otsikko</label>
      <input id="f-title" name="title"><p class="error"></p></div>
    <div class="field" data-field="description"><label for="f-description">Kuvaus</label>
      <textarea id="f-description" name="description"></textarea><p class="error"></p></div>
    <input type="hidden" name="variant" value="resident"><input type="hidden" name="valence" value="negative">
    <input type="hidden" name="author_role" value="resident"><input type="hidden" name="language" value="fi">
    <input type="hidden" name="area[0].scheme" value="municipality"><input type="hidden" name="area[0].code" value="491">
    <input type="hidden" name="area[0].year" value="2026" data-type="integer">
    <label><input type="checkbox" name="want_feedback" data-type="boolean" checked> Palaute</label>
    <button>Lähetä</button>
  </form>`;

let node;
let browser;
let proxy;

before(async () => {
  [node, browser] = [await (await Node.begin()).start(), await launch()];
  proxy = await between(node.address);
});
after(async () => {
  await browser?.close();
  await proxy?.end();
  await node?.end();
});

async function write(page, title, description = 'Neuvontaan pääsee vain aamulla.') {
  await withForm(page, NOTE);
  await page.getByLabel('Otsikko').fill(title);
  await page.getByLabel('Kuvaus').fill(description);
  await page.getByRole('button', { name: 'Lähetä' }).click();
  const box = page.locator('[data-summary] .notice');
  await box.waitFor();
  return { tone: await box.getAttribute('class'), words: await box.innerText() };
}

const titles = async () => (await node.talkoot('report', 'list')).map((report) => report.title ?? report.fields?.title);

test('from a code to a stored report, and nothing secret leaves the browser', async () => {
  const page = await open(browser, { address: proxy.address });
  const worker = await enrol(page, node, 'maija');
  assert.equal(worker.browser, true);
  const told = await write(page, 'Neuvonnan aukiolo');
  assert.match(told.tone, /success/, told.words);
  assert.deepEqual(await titles(), ['Neuvonnan aukiolo']);

  const kept = await page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open('talkoot', 1);
      request.onsuccess = () => resolve(request.result);
    });
    const record = await new Promise((resolve) => {
      const request = database.transaction('keys').objectStore('keys').get('worker');
      request.onsuccess = () => resolve(request.result);
    });
    const tried = async (format) => crypto.subtle.exportKey(format, record.key).then(() => 'given', (error) => error.name);
    return { extractable: record.key.extractable, usages: record.key.usages, tries: await Promise.all(['raw', 'pkcs8', 'jwk'].map(tried)) };
  });
  assert.deepEqual(kept, { extractable: false, usages: ['sign'], tries: Array(3).fill('InvalidAccessError') });
  assert.deepEqual(page.failures, []);

  // What a key file or an exported key would hold: PKCS #8 of Ed25519 (RFC 8410) and JWK (RFC 8037).
  const bytes = Buffer.concat([...proxy.seen, ...(await everyFile(node.dir))]);
  for (const mark of [Buffer.from('302e020100300506032b6570', 'hex'), Buffer.from('"kty":"OKP"'), Buffer.from('"d":"')]) {
    assert.equal(bytes.indexOf(mark), -1);
  }
  await page.context().close();
});

test('a node that swaps the text under the signature is caught, and named', async () => {
  const page = await open(browser, { address: proxy.address });
  await enrol(page, node, 'pekka');
  const stored = await titles();
  const begun = proxy.seen.length;
  const asPrepared = (change) => (url, json) => (url === '/session/prepare' ? change(json) : undefined);
  const inFields = (more) => ({ ask: asPrepared((asked) => {
    Object.assign(asked.writing.fields, more);
    return asked;
  }) });
  for (const [swap, expected] of [
    // A sound change, only of other words: what a node does that simply asks itself for something else.
    [inFields({ title: 'Valhe' }), /kohdassa ”title” on muuta kuin kirjoitit/],
    [inFields({ 'local.lisays': 'x' }), /kohta ”local.lisays”, jota et kirjoittanut/],
    [{ ask: asPrepared((asked) => ({ ...asked, writing: { ...asked.writing, scope: 'region:12' } })) }, /toisille vastaanottajille/],
    [{ ask: asPrepared((asked) => ({ ...asked, claimed: asked.claimed - 86_400_000 })) }, /toisella kellonajalla/],
    // The same change with its text overwritten, checksum and hash mended.
    [{ answer: asPrepared(({ header, body }) => swapText(header, body, 'Totta', 'Valhe')) }, /jota selain ei ymmärrä/],
    [{ answer: asPrepared(({ header, body }) => ({ header: flip(header, 12), body })) }, /toisen verkoston muutos/],
  ]) {
    Object.assign(proxy, { ask: undefined, answer: undefined, ...swap });
    const told = await write(page, 'Totta');
    Object.assign(proxy, { ask: undefined, answer: undefined });
    assert.match(told.tone, /error/);
    assert.match(told.words, expected);
    assert.equal(await page.getByLabel('Otsikko').inputValue(), 'Totta', 'the text is kept');
  }
  assert.deepEqual(await titles(), stored, 'nothing was stored');
  assert.equal(proxy.seen.slice(begun).some((bytes) => bytes.includes('POST /session/submit')), false, 'nothing was signed');
  assert.deepEqual(page.failures, []);
  await page.context().close();
});

test('a page goes on when its session has ended', async () => {
  const page = await open(browser, { address: node.address, expected: ['401', '403'] });
  await enrol(page, node, 'ville');
  await withForm(page, NOTE);
  const again = async (title) => {
    await page.getByLabel('Otsikko').fill(title);
    await page.getByRole('button', { name: 'Lähetä' }).click();
    await page.locator('[data-summary] .notice.success').waitFor();
  };
  await page.getByLabel('Kuvaus').fill('Neuvontaan pääsee vain aamulla.');
  await page.context().clearCookies();
  await again('Ilman istuntoa');
  const other = await page.context().newPage();
  await other.goto('/sign-in?to=/enrol');
  await page.evaluate(() => { document.body.dataset.csrf = 'ab'.repeat(32); });
  await again('Vanhalla tunnisteella');
  const stored = await titles();
  assert.equal(stored.includes('Ilman istuntoa') && stored.includes('Vanhalla tunnisteella'), true);
  assert.deepEqual(page.failures, []);
  await page.context().close();
});

test('something to mend is shown at its field, and an identifier is never sent', async () => {
  const page = await open(browser, { address: node.address, expected: ['422'] });
  await enrol(page, node, 'liisa');
  const told = await write(page, '', 'Asiakas 131052-308T odotti.');
  assert.match(told.words, /Otsikko: Täytä tämä kohta/);
  assert.match(await page.locator('[data-field="description"] .error').innerText(), /henkilötunnus/);
  assert.equal(await page.evaluate(() => document.activeElement.closest('[data-summary]') !== null), true);
  assert.equal(node.log.includes('131052'), false);
  assert.deepEqual(page.failures, []);
  await page.context().close();
});

test('a used or unknown code gets a plain sentence, a lost browser a new key for the same worker', async () => {
  const [{ code, worker }] = await node.talkoot('worker', 'invite', 'sari');
  const first = await open(browser, { address: node.address });
  await typeCode(first, code.toLowerCase().replaceAll('-', ' '));
  const other = await open(browser, { address: node.address, expected: ['409', '404'] });
  for (const [typed, expected] of [[code, /jo käytetty/], ['0000-0000-0000-0000', /ei tunneta/]]) {
    await other.goto('/enrol');
    await other.getByRole('textbox').fill(typed);
    await other.locator('#enrol-code button').click();
    await other.locator('#enrol-trouble').waitFor({ state: 'visible' });
    assert.match(await other.locator('#enrol-trouble').innerText(), expected);
  }
  await other.getByRole('textbox').fill('no code');
  await other.locator('#enrol-code button').click();
  assert.match(await other.locator('#enrol-code .error').innerText(), /16 kirjainta/);
  await node.talkoot('worker', 'certify');
  const [again] = await node.talkoot('worker', 'invite', 'sari', '--again');
  assert.equal(again.worker, worker);
  await typeCode(other, again.code);
  const [certified] = await node.talkoot('worker', 'certify', 'sari');
  assert.equal(certified.worker, worker);
  await other.locator('#enrol-held').waitFor({ state: 'visible' });
  assert.equal(await other.locator('[data-fact="worker"]').innerText(), worker.slice(0, 10));
  const listed = (await node.talkoot('worker', 'list')).filter((line) => line.name === 'sari');
  assert.deepEqual(listed.map((line) => [line.worker, line.browser]), [[worker, true], [worker, true]]);
  await signIn(other);
  await other.goto('/enrol');
  await other.locator('#enrol-held [data-forget]').click();
  await other.locator('[data-forget-now]').click();
  await other.locator('#enrol-code').waitFor({ state: 'visible' });
  assert.deepEqual([first.failures, other.failures], [[], []]);
  await Promise.all([first.context().close(), other.context().close()]);
});

test('a key put in the place of a worker\'s is not certified', async () => {
  const [{ code }] = await node.talkoot('worker', 'invite', 'outi');
  const page = await open(browser, { address: proxy.address });
  const file = path.join(node.dir, 'enrolments.json');
  await typeCode(page, code);
  const kept = await readFile(file, 'utf8');
  assert.equal(kept.includes(code.replaceAll('-', '')) || kept.includes(code), false, 'the node does not know the code');
  const refused = await swapped(file, kept, () => node.talkoot('worker', 'certify', 'outi'));
  assert.match(refused, /does not know the code/);
  assert.equal((await node.talkoot('worker', 'certify', 'outi')).length, 1);
  await page.context().close();
});

/** Puts another key under every code while something is tried, and returns what is said. */
async function swapped(file, kept, attempt) {
  const other = JSON.parse(kept);
  for (const enrolment of Object.values(other)) if (enrolment.brought) enrolment.brought[0] = 'ab'.repeat(32);
  await writeFile(file, JSON.stringify(other));
  try {
    await attempt();
    return 'certified';
  } catch (error) {
    return error.stderr;
  } finally {
    await writeFile(file, kept);
  }
}

function flip(digits, at) {
  const bytes = Buffer.from(digits, 'hex');
  bytes[at] ^= 1;
  return bytes.toString('hex');
}

/** Swaps a text of a body, and mends the checksum of the chunk, the hash of the body and all lengths. */
function swapText(header, body, was, is) {
  const hash = (bytes) => createHash('sha256').update(bytes).digest();
  const [head, bytes] = [Buffer.from(header, 'hex'), Buffer.from(body, 'hex')];
  bytes.write(is, bytes.indexOf(was));
  hash(bytes.subarray(16 + 8)).copy(bytes, 16 + 4, 0, 4);
  const at = head.lastIndexOf(Buffer.from([0x0c, 0x58, 0x20])) + 3;
  hash(bytes).copy(head, at);
  return { header: head.toString('hex'), body: bytes.toString('hex') };
}

async function everyFile(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map((file) => readFile(file)));
}
