// Writing a report in a real browser: marks as one types, drafts that only this browser reads, an outbox that loses nothing and writes
// nothing twice, and the report's own page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, open } from '../lib/browser.mjs';
import { Node } from '../lib/node.mjs';
import { enrol } from '../lib/worker.mjs';

// No connection; something to be mended; and the page kept for writing offline, which comes without a session and then signs in.
const EXPECTED = ['ERR_INTERNET_DISCONNECTED', 'ERR_FAILED', 'status of 422', 'status of 403'];

let node;
let browser;
let page;

before(async () => {
  [node, browser] = await Promise.all([Node.begin().then((made) => made.start()), launch()]);
  page = await open(browser, { address: node.address, expected: EXPECTED });
  page.setDefaultTimeout(15_000);
  await enrol(page, node);
});

after(async () => {
  await browser?.close();
  await node?.end();
});

const field = (name) => page.locator(`main [name="${name}"]`).first();

/** Answers everything that the form for professionals needs. */
async function fillIn(title) {
  await page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.open = true; }));
  await field('title').fill(title);
  await field('description').fill('Koulukuljetuksia odotetaan pihalla yli tunti, kun vuoroja on karsittu.');
  for (const [name, value] of [['valence', 'negative'], ['kind', 'phenomenon']]) await page.check(`[name="${name}"][value="${value}"]`);
  for (const [name, value] of [['support_need[]', '1'], ['service_task[]', 'child_families'], ['sector[]', 'education']]) {
    await page.check(`[name="${name}"][value="${value}"]`);
  }
  await field('area[0]').selectOption({ label: 'Mikkeli' });
  await field('target_group[0].group').selectOption('children_families');
  for (const [name, value] of [
    ['extent.spread', 'many'], ['level', 'municipality'], ['evidence[0].code', 'own_observation'], ['client_involved', 'heard'],
    ['author_role', 'social_worker'],
  ]) await field(name).selectOption(value);
  await field('observed_period').selectOption({ index: 1 });
  await field('language').selectOption('fi');
  await field('done_so_far').fill('Ei vielä mitään.');
  await field('proposal[0].text').fill('Vuorojen karsinta perutaan.');
  await field('proposal[0].addressee').fill('Kaupunki');
}

/** Signs, and says what kept it from that. */
async function signed() {
  await page.locator('#report button[type="submit"]').click();
  const problems = page.locator('#problems');
  const left = page.waitForURL(/\/reports\/[0-9a-f]{64}$/);
  const said = problems.waitFor({ state: 'visible' }).then(() => problems.innerText(), () => null);
  const words = await Promise.race([left.then(() => null), said]);
  assert.equal(words, null);
  await left;
}

async function titles() {
  const reports = await node.talkoot('report', 'list');
  return reports.map((report) => report.fields.title).sort();
}

test('what could name somebody is marked while it is typed, and replaced on request', async () => {
  await page.goto('/write');
  await field('description').fill('Perhe odottaa. Äiti on Maija Virtanen, tunnus 131052-308T.');
  const marks = page.locator('[data-field="description"] .marks li');
  await marks.filter({ hasText: '131052-308T' }).waitFor();
  assert.match(await marks.filter({ hasText: '131052-308T' }).textContent(), /Korjattava/);
  await marks.filter({ hasText: '131052-308T' }).getByRole('button').click();
  await page.waitForFunction(() => document.querySelector('[name="description"]').value.includes('[henkilötunnus]'));
  await marks.filter({ hasText: '131052-308T' }).waitFor({ state: 'detached' });
  assert.match(await field('description').inputValue(), /^Perhe odottaa\. Äiti on Maija Virtanen, tunnus \[henkilötunnus\]\.$/);
  assert.equal(await field('description').getAttribute('aria-invalid'), null);
  assert.ok(!node.log.includes('Virtanen') && !node.log.includes('131052'));
  assert.deepEqual(page.failures, []);
});

test('what is missing is named at its field and in a summary that gets the focus, and only once somebody wants to sign', async () => {
  await page.goto('/write');
  await field('title').fill('Koulukuljetus myöhästyy');
  await page.locator('#examined').filter({ hasText: 'Tarkistettu' }).waitFor();
  assert.equal(await page.locator('#f-valence-error').textContent(), '');
  await page.locator('#report button[type="submit"]').click();
  await page.locator('#problems').waitFor({ state: 'visible' });
  assert.ok(await page.evaluate(() => document.activeElement.id === 'problems'));
  assert.notEqual(await page.locator('#f-valence-error').textContent(), '');
  await page.locator('#problems a').filter({ hasText: 'Taso' }).click();
  assert.ok(await page.evaluate(() => document.activeElement.name === 'level' && document.activeElement.closest('details').open));
});

test('a draft is kept sealed, taken up again and signed', async () => {
  await page.goto('/write');
  await fillIn('Koulukuljetus myöhästyy');
  await page.locator('[data-add="proposal"]').click();
  await field('proposal[1].text').fill('Odotustila avataan.');
  await field('proposal[1].addressee').fill('Koulu');
  await field('@place').focus();
  await page.waitForFunction(() => document.getElementById('places').options.length > 300);
  await field('@place').fill('Oulu');
  await page.locator('[name="area[]"]:checked').waitFor();
  await page.locator('#kept').filter({ hasText: 'Luonnos on tallessa' }).waitFor();
  await page.waitForTimeout(2200);
  const raw = await page.evaluate(async () => {
    const database = await new Promise((resolve) => { const asked = indexedDB.open('talkoot-drafts'); asked.onsuccess = () => resolve(asked.result); });
    const get = (store, act) => new Promise((resolve) => { const asked = act(database.transaction(store).objectStore(store)); asked.onsuccess = () => resolve(asked.result); });
    const [kept, key] = [await get('drafts', (store) => store.getAll()), await get('keys', (store) => store.get('key'))];
    const texts = kept.map((draft) => new TextDecoder('latin1').decode(draft.sealed) + JSON.stringify(draft));
    return { texts, extractable: key.extractable, exported: await crypto.subtle.exportKey('raw', key).then(() => true, () => false) };
  });
  assert.deepEqual([raw.extractable, raw.exported], [false, false]);
  assert.ok(raw.texts.length > 0 && raw.texts.every((text) => !text.includes('Koulu') && !text.includes('kuljetus')));
  // In another language it goes on with the same draft.
  await page.getByRole('button', { name: 'English' }).click();
  await page.waitForFunction(() => document.documentElement.lang === 'en' && document.querySelector('[name="proposal[1].text"]')?.value === 'Odotustila avataan.');
  await page.getByRole('button', { name: 'Suomi' }).click();
  await page.waitForFunction(() => document.documentElement.lang === 'fi');
  await page.goto('/write');
  await page.locator('#drafts a').filter({ hasText: 'Koulukuljetus' }).first().click();
  await page.waitForFunction(() => document.querySelector('[name="proposal[1].text"]')?.value === 'Odotustila avataan.');
  assert.equal(await field('title').inputValue(), 'Koulukuljetus myöhästyy');
  assert.ok(await page.locator('[name="area[]"]').isChecked());
  await signed();
  assert.equal(await page.locator('h1').textContent(), 'Koulukuljetus myöhästyy');
  assert.match(await page.locator('main').textContent(), /Odotustila avataan\. → Koulu/);
  assert.match(await page.locator('main').textContent(), /Oulu; Mikkeli/);
  assert.deepEqual(await titles(), ['Koulukuljetus myöhästyy']);
  assert.deepEqual(page.failures, []);
});

test('its author changes it, and the history says so', async () => {
  await page.getByRole('link', { name: 'Muuta tai täydennä' }).click();
  await page.waitForURL(/\/write\?report=/);
  assert.equal(await field('title').inputValue(), 'Koulukuljetus myöhästyy');
  await page.locator('#examined').filter({ hasText: 'Tarkistettu' }).waitFor();
  await field('level').selectOption('county');
  await signed();
  assert.match(await page.locator('#answers ~ dl').textContent(), /Hyvinvointialue/);
  assert.equal(await page.locator('details table tbody tr').count(), 2);
  const [report] = await node.talkoot('report', 'list');
  assert.deepEqual([report.fields.level, report.fields.title, report.changes], ['county', 'Koulukuljetus myöhästyy', 2]);
});

test('what was written at the same time stands side by side until its author settles it', async () => {
  const [{ document: id }] = await node.talkoot('report', 'list');
  await page.goto(`/reports/${id}`);
  await page.evaluate(async (document_) => {
    const { sign } = await import(document.querySelector('script[src*="frame.js"]').src.replace('frame.js', 'sign.js'));
    const level = (value) => ({ does: 'change', kind: 'report', document: document_, edits: { level: value } });
    // The second is made before the first is handed in, so neither knows of the other.
    await sign(level('national'), false, () => sign(level('unit')));
  }, id);
  await page.reload();
  const cards = page.locator('[aria-labelledby="contested"] .card');
  assert.deepEqual((await cards.locator('p:first-child').allTextContents()).sort(), ['Valtakunta', 'Yksikkö']);
  await cards.filter({ hasText: 'Valtakunta' }).getByRole('button').click();
  await cards.first().waitFor({ state: 'detached' });
  const [report] = await node.talkoot('report', 'list');
  assert.deepEqual([report.fields.level, report.conflicts ?? {}], ['national', {}]);
  assert.deepEqual(page.failures, []);
});

test('written without a connection it is kept, and sent when the connection is back', async () => {
  await page.goto('/write');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => (await caches.keys()).length > 0 && navigator.serviceWorker.controller);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)));
    return all.flat().filter((path) => !path.startsWith('/static/'));
  });
  assert.deepEqual(kept, ['/write/shell']);
  await page.context().setOffline(true);
  await page.goto('/write');
  await page.locator('#examined').filter({ hasText: 'Yhteyttä ei ole' }).waitFor();
  await fillIn('Kirjoitettu linja-autossa');
  await page.locator('[data-do="later"]').click();
  await page.locator('#outbox li').filter({ hasText: 'Tallessa täällä' }).waitFor();
  assert.deepEqual(await titles(), ['Koulukuljetus myöhästyy']);
  await page.context().setOffline(false);
  await page.locator('#outbox li').filter({ hasText: 'tallessa solmussa' }).waitFor();
  assert.deepEqual(await titles(), ['Kirjoitettu linja-autossa', 'Koulukuljetus myöhästyy']);
  assert.deepEqual(page.failures, []);
});

test('a report whose answer was lost is handed in again and not written twice', async () => {
  await page.goto('/write');
  await page.context().setOffline(true);
  await page.goto('/write');
  await fillIn('Vastaus katosi');
  await page.locator('[data-do="later"]').click();
  await page.locator('#outbox li').filter({ hasText: 'Tallessa täällä' }).waitFor();
  let lost = 0;
  await page.route('**/session/submit', async (route) => {
    await route.fetch();
    lost += 1;
    await route.abort();
  }, { times: 1 });
  await page.context().setOffline(false);
  await page.waitForFunction(() => document.querySelector('#outbox li')?.textContent.includes('Tallessa täällä'));
  while (lost === 0) await page.waitForTimeout(50);
  assert.ok((await titles()).includes('Vastaus katosi'));
  await page.goto('/mine');
  await page.locator('#outbox li').filter({ hasText: 'Vastaus katosi' }).filter({ hasText: 'tallessa solmussa' }).waitFor();
  assert.equal((await titles()).filter((title) => title === 'Vastaus katosi').length, 1);
});

test('a refused one stays here with the reason', async () => {
  await page.goto('/write');
  await page.context().setOffline(true);
  await page.goto('/write');
  await field('title').fill('Kesken jäi');
  await page.locator('[data-do="later"]').click();
  await page.context().setOffline(false);
  await page.locator('#outbox li').filter({ hasText: 'Kesken jäi' }).filter({ hasText: 'Ei lähetetty' }).waitFor();
  await page.locator('#outbox li').filter({ hasText: 'Kesken jäi' }).getByRole('link').click();
  await page.waitForFunction(() => document.querySelector('[name="title"]').value === 'Kesken jäi');
});

test('own reports and search', async () => {
  await page.goto('/mine');
  const own = await page.locator('main > .list h2').allTextContents();
  assert.equal(own.length, 3);
  await page.goto('/search');
  await page.locator('[name="words"]').fill('koulukuljetus');
  await page.locator('form[role="search"] button').click();
  await page.locator('mark').first().waitFor();
  assert.ok(!page.url().includes('koulukuljetus'));
  assert.match(await page.locator('main').textContent(), /3 raportin sanat|raportin sanat/);
});
