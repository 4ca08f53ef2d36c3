// Every page in three languages, and by telephone in the dark: what axe finds (WCAG 2.2 A and AA, and what it counts as good practice),
// what the console calls an error, what the policy stops, and whether anything runs out of the screen sideways. Which pages there are
// is read from the program's source, so that a new one is either looked at or missed here.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import axe from 'axe-core';

import { launch, open } from '../lib/browser.mjs';
import { enrol } from '../lib/worker.mjs';
import { world } from '../lib/world.mjs';

const SOURCE = path.resolve(import.meta.dirname, '../../../node/src');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const ROLES = ['reporter', 'coordinator', 'decision_maker', 'intake'];
/** As narrow as a page has to fit (WCAG 2.2, 1.4.10). */
const PHONE = { width: 320, height: 568 };
/** Answers to scripts, files, and pictures: no pages. */
const NO_PAGES = ['/enrolment/{id}', '/write/places', '/views.csv', '/views.json', '/network/state', '/network/request', '/network/bundle', '/repair/held', '/static/{edition}/{name}', '/worker.js',
  '/session/attachments/{hash}', '/reports/{id}/attachments/{attachment}'];
/** Where a crawl begins; the rest is found by links. */
const BEGINNINGS = ['/', '/write', '/write/shell', '/mine', '/search', '/enrol', '/resident', '/follow', '/campaigns', '/intake', '/inbox',
  '/repair', '/repair/hand', '/phenomena', '/proposals', '/views', '/map', '/network', '/help', '/accessibility', '/privacy', '/no-such-page'];
/** Pages that are made of what is asked for, and which nobody links to before asking. */
const FORMS = { phenomena: ['facet', 'status', 'period', 'describe', 'link', 'unlink', 'merge', 'part'], proposals: ['answer', 'forward',
  'outcome', 'support', 'repair', 'escalate', 'record', 'close'] };

let node;
let browser;
let desk;
let addresses;

before(async () => {
  [node, browser] = await Promise.all([world(160), launch()]);
  desk = await open(browser, { address: node.address });
  const { worker } = await enrol(desk, node, 'aino', ROLES);
  await fill(worker);
  addresses = await crawl();
});
after(async () => {
  await browser?.close();
  await node?.end();
});

/** Adds what the world has not: a saved view, a campaign with a note, a resident's words, proposals that the worker holds. */
async function fill(worker) {
  await node.talkoot('view', 'save', '--title', 'Tasapaino', '--preset', 'balance', '--worker', 'coordinator');
  for (const { document } of (await node.talkoot('repair', 'list')).slice(0, 3)) {
    await node.talkoot('repair', 'hand', document, '--to', worker, '--worker', 'coordinator');
  }
  await desk.goto('/campaigns');
  for (const language of ['fi', 'sv', 'en']) {
    await desk.locator(`[name="name_${language}"]`).fill('Mikä pännii?');
    await desk.locator(`[name="question_${language}"]`).fill('Mikä pännii kotikunnassasi?');
  }
  await desk.locator('[name="place"]').selectOption({ index: 5 });
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await desk.locator('main [name="from"]').fill(day(-1));
  await desk.locator('main [name="to"]').fill(day(7));
  await desk.locator('main form button').last().click();
  await desk.waitForURL(/\/campaigns\/[^/]+$/);
  await desk.goto('/resident');
  await desk.locator('[name="text"]').fill('Iltabussi ei kulje keskustaan.');
  await desk.locator('main form button').last().click();
  await desk.locator('.code').waitFor();
}

const readSource = (dir) => readdirSync(dir, { recursive: true }).filter((name) => name.endsWith('.rs'))
  .map((name) => readFileSync(path.join(dir, name), 'utf8')).join('\n');

/** Returns the addresses of all pages as the program names them. */
function routes() {
  const text = readFileSync(path.join(SOURCE, 'web.rs'), 'utf8') + readSource(path.join(SOURCE, 'web'));
  const named = [...text.matchAll(/\.route\("([^"]+)",\s*get\(/g)].map((found) => found[1]);
  return [...new Set(named)].filter((route) => !NO_PAGES.includes(route));
}

/** Returns which page an address is of: the most particular one that fits. */
function routeOf(address, all) {
  const { pathname } = new URL(address, 'http://x');
  const fits = (route) => new RegExp(`^${route.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname);
  return all.filter(fits).sort((one, other) => one.split('{').length - other.split('{').length)[0];
}

/** Follows links, and keeps one address of each page and each sort of question to it. */
async function crawl() {
  const all = routes();
  const [kept, waiting, seen] = [new Map(), [...BEGINNINGS], new Set(BEGINNINGS)];
  while (waiting.length > 0) {
    const address = waiting.shift();
    const { pathname, searchParams } = new URL(address, node.address);
    const route = routeOf(address, all) ?? pathname;
    const form = route.endsWith('{form}') ? pathname.split('/').pop() : '';
    const key = [route, form, ...[...searchParams.keys()].sort()].join(' ');
    if (kept.has(key)) continue;
    const answer = await desk.request.get(address, { maxRedirects: 0 });
    if (!answer.headers()['content-type']?.includes('html')) continue;
    if (answer.status() !== 200 && address !== '/no-such-page') continue;
    kept.set(key, address);
    const links = [...(await answer.text()).matchAll(/href="(\/[^"#]*)/g)].map((found) => found[1].replaceAll('&amp;', '&'));
    const forms = Object.entries(FORMS).flatMap(([of, names]) => (route === `/${of}/{id}` ? names.map((name) => `${pathname}/${name}`) : []));
    for (const link of [...links, ...forms]) {
      if (seen.has(link) || link.startsWith('/static/')) continue;
      seen.add(link);
      waiting.push(link);
    }
  }
  return [...kept.values()];
}

/** Looks at a page as it stands. */
async function look(page, name, found) {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (tags) => {
    const { violations: all } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
    return all.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((one) => `${one.target} ${one.failureSummary}`).join(' | ')}`);
  }, TAGS);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  found.push(...violations.map((violation) => `${name} ${violation}`), ...page.failures.splice(0).map((failure) => `${name} ${failure}`));
  if (wide > 0) found.push(`${name} runs ${wide} px out of the screen`);
}

/** Looks at all addresses in a language. */
async function round(page, language, list, found) {
  for (const address of list) {
    await page.goto(address);
    assert.equal(await page.evaluate(() => document.documentElement.lang), language, address);
    await look(page, `${language} ${address}`, found);
  }
}

/** Opens a browser in another language with the session of the same worker, whose key it has not. */
async function beside(language, options = {}) {
  // No such page; something to be mended; and the page kept for writing offline, which comes without a session.
  const expected = ['status of 404', 'status of 422', 'status of 403'];
  const page = await open(browser, { address: node.address, language, expected, serviceWorkers: 'block', ...options });
  await page.context().addCookies(await desk.context().cookies());
  return page;
}

test('every page that the program has is looked at', () => {
  const all = routes();
  const looked = new Set(addresses.map((address) => routeOf(address, all)));
  // Where a session is begun: looked at below, without one.
  looked.add('/sign-in');
  assert.deepEqual(all.filter((route) => !looked.has(route)), []);
});

test('pages in three languages, and by telephone in the dark', async () => {
  const begun = Date.now();
  const found = [];
  const rounds = [['fi'], ['sv'], ['en'], ['fi', { viewport: PHONE, colorScheme: 'dark', reducedMotion: 'reduce' }]];
  await Promise.all(rounds.map(async ([language, options]) => {
    const page = await beside(language, options);
    await round(page, language, addresses, found);
    await page.context().close();
  }));
  await round(desk, 'fi', ['/enrol'], found);
  const seconds = Math.round((Date.now() - begun) / 1000);
  console.log(`${addresses.length} pages x 3 languages, and by telephone in the dark: ${found.length} violations, ${seconds} s`);
  assert.deepEqual(found, []);
});

/** What a page says on which something is to be mended, and one with something found. */
async function answered(language, found) {
  const page = await beside(language, language === 'sv' ? { viewport: PHONE, colorScheme: 'dark' } : {});
  await page.goto('/write');
  await page.locator('[name="description"]').fill('Perhe odottaa. Äiti on Maija Virtanen, tunnus 131052-308T.');
  await page.locator('.marks li').first().waitFor();
  await page.locator('#report button[type="submit"]').click();
  await page.locator('#problems').waitFor();
  await look(page, `${language} /write with something to mend`, found);
  await page.goto('/search');
  await page.locator('[name="words"]').fill('jono');
  await page.locator('form[role="search"] button').click();
  await page.waitForLoadState();
  await look(page, `${language} /search with what was found`, found);
  await page.context().close();
}

/** What somebody without an account sees, by telephone. */
async function stranger(language, list, found) {
  const page = await open(browser, { address: node.address, language, expected: ['status of 422', 'status of 401'], viewport: PHONE });
  await round(page, language, list, found);
  await page.goto('/resident');
  await page.locator('[name="text"]').fill('Tunnus 131052-308T odottaa.');
  await page.locator('main form button').last().click();
  await page.locator('.notice.error').waitFor();
  await look(page, `${language} /resident with something to mend`, found);
  await page.context().close();
}

test('pages for somebody without an account, and forms with something to mend', async () => {
  const found = [];
  const campaign = addresses.find((address) => /^\/c\/[^/?]+$/.test(address));
  const list = ['/', '/sign-in', '/enrol', '/resident', '/follow', campaign, '/help', '/accessibility', '/privacy'];
  await Promise.all(['fi', 'sv', 'en'].map(async (language) => {
    await stranger(language, list, found);
    await answered(language, found);
  }));
  assert.deepEqual(found, []);
});
