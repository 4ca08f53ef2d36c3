// Pictures and documents from a browser: a photograph with a place in it is brought, cleaned, looked at, signed, and seen and saved by a
// second organisation, without the place. What cannot be cleaned is refused in words; what was added stays with the draft; and a node
// that gives back another picture is found out. Both pages are looked at with axe in three languages.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import axe from 'axe-core';

import { launch, open } from '../lib/browser.mjs';
import { Node } from '../lib/node.mjs';
import { enrol } from '../lib/worker.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PLACE = 'GPSLatitude 61.4978 N';
// What cannot be cleaned; no connection; the attachment that nobody gives; a session that ends with its node.
const EXPECTED = ['status of 422', 'ERR_INTERNET_DISCONNECTED', 'ERR_FAILED', 'status of 409', 'status of 403', 'status of 401', 'status of 404', 'status of 503'];

let town;
let county;
let browser;
let page;
let reader;
let photograph;
/** The report's page, once it is there. */
let published;

before(async () => {
  [town, county, browser] = await Promise.all([
    Node.begin('Testilä'), Node.begin('Koealue', ['--kind', 'county', '--county', '12']), launch(),
  ]);
  const ids = await Promise.all([town, county].map(async (node) => (await node.talkoot('org', 'show'))[0].id));
  await town.talkoot('org', 'recognise', ids[1]);
  await county.talkoot('org', 'recognise', ids[0]);
  await town.start();
  await county.talkoot('peer', 'add', town.peer);
  await county.start();
  page = await open(browser, { address: town.address, expected: EXPECTED });
  reader = await open(browser, { address: county.address, expected: EXPECTED });
  for (const one of [page, reader]) one.setDefaultTimeout(15_000);
  await enrol(page, town);
  await enrol(reader, county, 'lukija');
  photograph = withPlace(await page.screenshot({ type: 'jpeg' }));
});
after(async () => {
  await browser?.close();
  await Promise.all([town?.end(), county?.end()]);
});

/** Puts what a camera writes into a picture: how it was held, and where it was taken. */
function withPlace(jpeg) {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010001000000000000', 'hex');
  const data = Buffer.concat([Buffer.from('Exif\0\0'), tiff, Buffer.from(PLACE)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

const field = (name) => page.locator(`main [name="${name}"]`).first();
const row = (at) => page.locator(`[data-attachment="${at}"]`);
const shelf = (node) => {
  try {
    return readdirSync(path.join(node.dir, 'attachments'));
  } catch {
    return [];
  }
};

async function bring(name, buffer, mimeType = 'image/jpeg') {
  await page.evaluate(() => { document.getElementById('attachments').open = true; });
  await page.locator('#attach-file').setInputFiles({ name, mimeType, buffer });
}

/** Answers everything that the form for professionals needs. */
async function fillIn(title) {
  await page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.open = true; }));
  await field('title').fill(title);
  await field('description').fill('Hissi on rikki, ja portaat ovat jyrkät.');
  for (const [name, value] of [
    ['valence', 'negative'], ['kind', 'phenomenon'], ['support_need[]', '1'], ['service_task[]', 'child_families'], ['sector[]', 'education'],
  ]) await page.check(`[name="${name}"][value="${value}"]`);
  await field('area[0]').selectOption({ label: 'Mikkeli' });
  for (const [name, value] of [
    ['target_group[0].group', 'children_families'], ['extent.spread', 'many'], ['level', 'municipality'],
    ['evidence[0].code', 'own_observation'], ['client_involved', 'heard'], ['author_role', 'social_worker'],
  ]) await field(name).selectOption(value);
  await field('observed_period').selectOption({ index: 1 });
  await field('done_so_far').fill('Ei vielä mitään.');
  await field('proposal[0].text').fill('Hissi korjataan.');
  await field('proposal[0].addressee').fill('Kaupunki');
}

async function looked(at) {
  await page.locator(`[name="@looked[${at}]"]`).check();
}

/** Signs, and says what kept it from that. */
async function signed() {
  const done = page.waitForURL(/\/reports\/[0-9a-f]{64}$/);
  await page.locator('#report button[type="submit"]').click();
  await done.catch(async () => assert.fail(await page.locator('#problems').innerText()));
}

/** What axe finds on a page as it stands. */
async function violations(of) {
  await of.evaluate(axe.source);
  return of.evaluate(async (tags) => {
    const { violations: all } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
    return all.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((one) => `${one.target} ${one.failureSummary}`).join(' | ')}`);
  }, TAGS);
}

test('what cannot be cleaned is refused in words, and no byte of it is kept', async () => {
  await page.goto('/write');
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  for (const [name, bytes, words] of [
    ['kuva.svg', svg, /ei voi puhdistaa/],
    ['kuva.jpg', Buffer.from('<!DOCTYPE html><script>alert(1)</script>'), /ei voi puhdistaa/],
    ['katkennut.jpg', photograph.subarray(0, 300), /vioittunut/],
    ['131052-308T.jpg', photograph, /tunniste/],
    ['tyhja.pdf', Buffer.from('%PDF-1.7\n'), /vioittunut/],
  ]) {
    await bring(name, bytes);
    await page.locator('#attach-error').filter({ hasText: words }).waitFor();
    // A look at the words meanwhile does not take it away.
    await Promise.all([page.waitForResponse('**/session/examine'), field('title').fill(`Hissi ${name.length}`)]);
    await page.waitForTimeout(100);
    assert.ok(await page.locator('#attach-error').filter({ hasText: words }).isVisible());
    assert.ok(!(await page.locator('main').textContent()).includes('131052'));
  }
  assert.equal(await page.locator('[data-attachment]').count(), 0);
  assert.deepEqual([shelf(town), page.failures], [[], []]);
  assert.ok(!town.log.includes('131052'));
});

test('a photograph is cleaned, looked at by a person, and signed', async () => {
  await page.goto('/write');
  await fillIn('Hissi on rikki');
  await bring('IMG_2031.jpg', photograph);
  await row(0).locator('img').waitFor();
  assert.ok(await row(0).locator('img').evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
  assert.match(await row(0).innerText(), /Piilotiedot poistettiin/);
  await row(0).getByLabel('Mitä siinä näkyy?').fill('Portaikko, jossa ei ole kaidetta');
  // Twice is once.
  await bring('IMG_2031.jpg', photograph);
  await page.locator('#attach-error').filter({ hasText: 'jo mukana' }).waitFor();
  // A second one that is taken out again goes nowhere.
  await bring('toinen.png', readFileSync(path.resolve(import.meta.dirname, '../../data/photograph.png')), 'image/png');
  await row(1).waitFor();
  await row(1).getByRole('button', { name: 'Poista liite' }).click();
  assert.ok(!(await row(1).isVisible()));
  assert.deepEqual(shelf(town), [], 'what is not signed is not on disk');
  // A person has to look.
  await page.locator('#report button[type="submit"]').click();
  await page.locator('#problems').filter({ hasText: 'Katso liite' }).waitFor();
  await page.waitForTimeout(1500);
  assert.match(await page.locator('[data-field="@looked[0]"] .error').textContent(), /Katso liite/);
  assert.deepEqual(await violations(page), []);
  await looked(0);
  await page.waitForFunction(() => document.querySelector('[data-field="@looked[0]"] .error').textContent === '');
  await signed();
  published = new URL(page.url()).pathname;
  assert.equal(shelf(town).length, 1);
  const image = page.locator('#attached img');
  assert.equal(await image.getAttribute('alt'), 'Portaikko, jossa ei ole kaidetta');
  assert.ok(await image.evaluate((shown) => shown.decode().then(() => shown.naturalWidth > 0)));
  assert.deepEqual(page.failures, []);
});

test('a second organisation sees that it is elsewhere, fetches it, and saves it without the place', async () => {
  await reader.waitForFunction(async (address) => (await fetch(address)).ok, published);
  await reader.goto(published);
  assert.match(await reader.locator('#attached').innerText(), /Ei vielä täällä.*Testilä/s);
  assert.deepEqual([shelf(county), await reader.locator('#attached img').count()], [[], 0]);
  await reader.getByRole('link', { name: /^Hae/ }).click();
  await reader.locator('#attached img').waitFor();
  assert.equal(shelf(county).length, 1);
  const address = await reader.locator('#attached img').getAttribute('src');
  const answer = await reader.request.get(address);
  const headers = answer.headers();
  assert.match(headers['content-disposition'], /^attachment; filename="talkoot-[0-9a-f]+\.jpg"$/);
  assert.match(headers['content-security-policy'], /^default-src 'none'.*sandbox$/);
  assert.deepEqual([headers['content-type'], headers['x-content-type-options'], headers['cache-control']], ['image/jpeg', 'nosniff', 'no-store']);
  const bytes = await answer.body();
  for (const part of [PLACE, 'Exif', 'IMG_2031']) assert.ok(!bytes.includes(part), part);
  const download = reader.waitForEvent('download');
  await reader.getByRole('link', { name: /^Tallenna/ }).click();
  const file = await download;
  assert.match(file.suggestedFilename(), /^talkoot-[0-9a-f]+\.jpg$/);
  assert.deepEqual(readFileSync(await file.path()), bytes);
  const stranger = await open(browser, { address: county.address });
  assert.equal((await stranger.request.get(address, { maxRedirects: 0, headers: { accept: '*/*' } })).status(), 401);
  assert.deepEqual(reader.failures, []);
});

test('its author adds another and takes the first away', async () => {
  await page.goto(`/write?report=${published.split('/').pop()}`);
  assert.equal(await row(0).getByLabel('Mitä siinä näkyy?').inputValue(), 'Portaikko, jossa ei ole kaidetta');
  await row(0).getByRole('button', { name: 'Poista liite' }).click();
  await bring('toinen.png', readFileSync(path.resolve(import.meta.dirname, '../../data/photograph.png')), 'image/png');
  await row(1).getByLabel('Mitä siinä näkyy?').fill('Ovi');
  await looked(1);
  await signed();
  assert.deepEqual(await page.locator('#attached img').evaluateAll((all) => all.map((one) => one.alt)), ['Ovi']);
  assert.deepEqual(page.failures, []);
});

test('what was added stays with the draft, sealed, and outlives the node', async () => {
  await page.goto('/write');
  await fillIn('Kuva odottaa');
  await bring('kuva.jpg', photograph);
  await row(0).getByLabel('Mitä siinä näkyy?').fill('Portaat');
  await looked(0);
  await page.waitForURL(/from=/);
  await page.waitForTimeout(2500);
  const sealed = await page.evaluate(async () => {
    const database = await new Promise((resolve) => { const asked = indexedDB.open('talkoot-drafts'); asked.onsuccess = () => resolve(asked.result); });
    const files = await new Promise((resolve) => { const asked = database.transaction('files').objectStore('files').getAll(); asked.onsuccess = () => resolve(asked.result); });
    database.close();
    return files.map((file) => [...new Uint8Array(file.sealed).subarray(0, 3)]);
  });
  assert.ok(sealed.length >= 1 && sealed.every(([one, two, three]) => !(one === 0xff && two === 0xd8 && three === 0xff)));
  await page.context().setOffline(true);
  await bring('toinen.jpg', photograph.subarray());
  await page.locator('#attach-error').filter({ hasText: 'vaatii yhteyden' }).waitFor();
  await page.context().setOffline(false);
  await page.reload();
  await row(0).locator('img').waitFor();
  assert.equal(await row(0).getByLabel('Mitä siinä näkyy?').inputValue(), 'Portaat');
  // The node has forgotten what waits: the page brings it again by itself.
  let gone = 0;
  await page.route('**/session/prepare', async (route) => {
    gone += 1;
    await route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ name: 'attachment_gone', detail: 'Poissa.' }) });
  }, { times: 1 });
  await signed();
  assert.equal(gone, 1);
  assert.equal(await page.locator('#attached img').getAttribute('alt'), 'Portaat');
  assert.deepEqual(page.failures, []);
});

test('what was added before the connection went is sent with the report when it is back', async () => {
  await page.goto('/write');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => (await caches.keys()).length > 0 && navigator.serviceWorker.controller);
  await fillIn('Kuva linja-autosta');
  await bring('kuva.jpg', photograph);
  await row(0).locator('img').waitFor();
  await row(0).getByLabel('Mitä siinä näkyy?').fill('Pysäkki');
  await page.context().setOffline(true);
  // Also of what is sent later a person says that they have looked.
  await page.locator('[data-do="later"]').click();
  await page.locator('#problems').filter({ hasText: 'Katso liite' }).waitFor();
  await looked(0);
  await page.locator('[data-do="later"]').click();
  await page.locator('#outbox li').filter({ hasText: 'Tallessa täällä' }).waitFor();
  let gone = 0;
  await page.route('**/session/prepare', async (route) => {
    gone += 1;
    await route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ name: 'attachment_gone', detail: 'Poissa.' }) });
  }, { times: 1 });
  await page.context().setOffline(false);
  await page.locator('#outbox li').filter({ hasText: 'tallessa solmussa' }).waitFor();
  assert.equal(gone, 1);
  await page.locator('#outbox li').filter({ hasText: 'Kuva linja-autosta' }).getByRole('link').click();
  await page.locator('#attached img').waitFor();
  assert.equal(await page.locator('#attached img').getAttribute('alt'), 'Pysäkki');
  assert.deepEqual(page.failures, []);
});

test('a large photograph is made smaller before it goes over the line', async () => {
  await page.goto('/write');
  const large = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(4000, 2000);
    const drawn = canvas.getContext('2d');
    for (let at = 0; at < 40_000; at += 1) {
      drawn.fillStyle = `hsl(${(at * 137) % 360} 70% ${20 + (at % 60)}%)`;
      drawn.fillRect((at * 7919) % 4000, (at * 104_729) % 2000, 11, 11);
    }
    const reader = new FileReader();
    reader.readAsDataURL(await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 }));
    await new Promise((resolve) => { reader.onload = resolve; });
    return reader.result.split(',')[1];
  }).then((text) => Buffer.from(text, 'base64'));
  assert.ok(large.length > 1_000_000, `${large.length}`);
  let sent;
  await page.route('**/session/attachments', async (route) => {
    sent = route.request().postDataBuffer();
    await route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ name: 'bad_file', detail: 'Ei käy.' }) });
  }, { times: 1 });
  await bring('iso.jpg', withPlace(large));
  await page.locator('#attach-error').filter({ hasText: 'Ei käy.' }).waitFor();
  assert.ok(sent.length < large.length * 0.8 && !sent.includes(PLACE), `${sent.length} of ${large.length} bytes`);
});

test('a node that gives back another picture, or words of its own, is found out', async () => {
  await page.goto('/write');
  for (const change of [(told) => { told.attachment.hash = 'ab'.repeat(32); }, (told) => { told.attachment.caption = 'Jotain muuta'; }]) {
    await page.route('**/session/attachments', async (route) => {
      const answer = await route.fetch();
      const told = await answer.json();
      change(told);
      await route.fulfill({ response: answer, json: told });
    }, { times: 1 });
    await bring('kuva.jpg', photograph);
    await page.locator('#attach-error').filter({ hasText: 'muuta kuin kertoi' }).waitFor();
    await page.locator('#attach-error').evaluate((place) => { place.textContent = ''; });
  }
  assert.equal(await page.locator('[data-attachment]').count(), 0);
});

test('both pages are fit for everybody, in three languages', async () => {
  const found = [];
  for (const language of ['fi', 'sv', 'en']) {
    const other = await open(browser, { address: town.address, language, expected: EXPECTED, serviceWorkers: 'block' });
    await other.context().addCookies(await page.context().cookies());
    for (const address of [published, '/write', `/write?report=${published.split('/').pop()}`]) {
      await other.goto(address);
      await other.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.open = true; }));
      assert.equal(await other.evaluate(() => document.documentElement.lang), language);
      found.push(...(await violations(other)).map((violation) => `${language} ${address} ${violation}`), ...other.failures.splice(0));
    }
    await other.context().close();
  }
  assert.deepEqual(found, []);
});
