// A new worker, from the code on a slip of paper to a published report, by keyboard alone; how much that takes; until a second
// organisation's node shows it; and what the page of the form weighs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, open } from '../lib/browser.mjs';
import { Node } from '../lib/node.mjs';
import { enrol } from '../lib/worker.mjs';

/** How fast somebody types who does not type for a living, in characters a minute. */
const TYPING = 200;
/** How long one looks at a field before answering it, in seconds. */
const LOOKING = 2;
/** What the form may weigh as it is transferred, in bytes. */
const WEIGHT_MAX = 150_000;

let town;
let county;
let browser;
let page;

before(async () => {
  [town, county, browser] = await Promise.all([
    Node.begin('Testilä'), Node.begin('Koealue', ['--kind', 'county', '--county', '12']), launch(),
  ]);
  await befriend(town, county);
  page = await open(browser, { address: town.address });
  page.setDefaultTimeout(15_000);
});
after(async () => {
  await browser?.close();
  await Promise.all([town?.end(), county?.end()]);
});

/** Has two organisations recognise and call each other. */
async function befriend(one, other) {
  const ids = await Promise.all([one, other].map(async (node) => (await node.talkoot('org', 'show'))[0].id));
  await one.talkoot('org', 'recognise', ids[1]);
  await other.talkoot('org', 'recognise', ids[0]);
  await one.start();
  await other.talkoot('peer', 'add', one.peer);
  await other.start();
}

/** Somebody at a keyboard: every key counted. */
class Hands {
  constructor() {
    Object.assign(this, { keys: 0, typed: 0, fields: 0, begun: Date.now() });
  }

  async press(key) {
    this.keys += 1;
    await page.keyboard.press(key);
  }

  async type(text) {
    this.keys += text.length;
    this.typed += text.length;
    this.fields += 1;
    await page.keyboard.type(text);
  }

  /** Presses the tabulator until something has the focus. */
  async to(target) {
    for (let pressed = 0; pressed < 120; pressed += 1) {
      await this.press('Tab');
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    assert.fail(`it cannot be reached by keyboard: ${target}`);
  }

  /** Chooses a radio button: the tabulator comes to the group, arrows go on in it. */
  async choose(name, value) {
    const group = page.locator(`[name="${name}"]`);
    const values = await group.evaluateAll((all) => all.map((one) => one.value));
    await this.to(group.first());
    await this.press('Space');
    for (let at = 0; at < values.indexOf(value); at += 1) await this.press('ArrowDown');
    assert.equal(await page.locator(`[name="${name}"]:checked`).getAttribute('value'), value);
    this.fields += 1;
  }

  /** Ticks a box. */
  async tick(name, value) {
    await this.to(page.locator(`[name="${name}"][value="${value}"]`));
    await this.press('Space');
    this.fields += 1;
  }

  /** Chooses from a list: by arrows, or by typing how it begins where it is long. */
  async select(name, label) {
    await this.to(field(name));
    const at = await field(name).evaluate((list, wanted) => [...list.options].findIndex((one) => one.label.startsWith(wanted)), label);
    assert.ok(at > 0, `${name} has no ${label}`);
    if (at > 8) await this.type(label);
    else for (let down = 0; down < at; down += 1) await this.press('ArrowDown');
    if (at <= 8) this.fields += 1;
    assert.equal(await field(name).evaluate((list) => list.selectedIndex), at);
  }

  async fill(name, text) {
    await this.to(field(name));
    await this.type(text);
  }

  /** Opens a part of the form. */
  async unfold(part) {
    await this.to(page.locator(`details[data-section="${part}"] > summary`));
    await this.press('Enter');
  }
}

const field = (name) => page.locator(`main [name="${name}"]`).first();

/** Signs in for the first time. */
async function enrolled(hands, code) {
  await page.goto('/enrol');
  await page.locator('#enrol-code').waitFor();
  await hands.to(page.getByRole('textbox'));
  await hands.type(code);
  await hands.press('Enter');
  await page.locator('#enrol-waiting').waitFor();
  await town.talkoot('worker', 'certify', 'uusi');
  await page.locator('#enrol-held').waitFor();
}

/** Answers all that has to be answered, part by part as they come. */
async function written(hands) {
  await hands.fill('title', 'Iltabussi ei kulje');
  await hands.fill('description', 'Harrastuksiin ei pääse, kun viimeinen bussi lähtee viideltä.');
  await hands.choose('valence', 'negative');
  await hands.choose('kind', 'phenomenon');
  await hands.select('area[0]', 'Mikkeli');
  await hands.unfold('whom');
  await hands.tick('support_need[]', '1');
  await hands.tick('service_task[]', 'child_families');
  await hands.select('target_group[0].group', 'Lap');
  await hands.select('extent.spread', 'Monia');
  await hands.unfold('where');
  await hands.select('level', 'Kunta');
  await hands.tick('sector[]', 'education');
  await hands.unfold('done');
  await hands.fill('done_so_far', 'Ei vielä mitään.');
  await hands.unfold('proposal');
  await hands.fill('proposal[0].text', 'Yksi iltavuoro lisää.');
  await hands.fill('proposal[0].addressee', 'Kaupunki');
  await hands.unfold('basis');
  await hands.select('evidence[0].code', 'Oma');
  await hands.select('client_involved', 'Heitä');
  await hands.select('observed_period', `${new Date().getUTCMonth() + 1}/`);
  await hands.select('author_role', 'Sosiaalityöntekijä');
}

/** Somebody at the other organisation who reads. */
async function reader() {
  const other = await open(browser, { address: county.address });
  await enrol(other, county, 'lukija');
  return other;
}

test('a new worker: from the code to a report that a second organisation sees, by keyboard alone', async () => {
  const other = await reader();
  const [{ code }] = await town.talkoot('worker', 'invite', 'uusi');
  const hands = new Hands();
  await enrolled(hands, code);
  await page.goto('/write');
  await written(hands);
  await hands.to(page.locator('#report button[type="submit"]'));
  const stored = page.waitForResponse((answer) => answer.url().endsWith('/session/submit') && answer.ok());
  await hands.press('Enter');
  await stored.catch(async () => assert.fail(await page.locator('#problems').innerText()));
  const published = Date.now();
  await page.waitForURL(/\/reports\/[0-9a-f]{64}$/);
  const { pathname } = new URL(page.url());
  const machine = (Date.now() - hands.begun) / 1000;
  let seen = await other.request.get(pathname);
  while (!seen.ok() && Date.now() - published < 10_000) {
    await other.waitForTimeout(20);
    seen = await other.request.get(pathname);
  }
  const apart = Date.now() - published;
  assert.ok(seen.ok(), 'the second organisation sees it');
  assert.match(await seen.text(), /Iltabussi ei kulje/);
  const person = (hands.typed * 60) / TYPING + hands.fields * LOOKING;
  console.log(`from code to published: ${hands.fields} fields, 0 clicks, ${hands.keys} keystrokes (${hands.typed} of text), `
    + `${Math.round(machine)} s of the machine, ${Math.round(person + machine)} s with ${TYPING} characters a minute and ${LOOKING} s to look at each field; `
    + `at the second organisation ${apart} ms later`);
  assert.deepEqual([page.failures, other.failures], [[], []]);
});

/** Opens the form as the same worker in a browser that has loaded nothing yet. */
async function fresh(options) {
  const other = await open(browser, { address: town.address, serviceWorkers: 'block', ...options });
  await other.context().addCookies(await page.context().cookies());
  return other;
}

test('the form weighs little', async () => {
  const other = await fresh();
  const devtools = await other.context().newCDPSession(other);
  await devtools.send('Network.enable');
  const sizes = [];
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => sizes.push(encodedDataLength));
  await other.goto('/write');
  await other.waitForLoadState('networkidle');
  const weight = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`/write: ${sizes.length} requests, ${weight} bytes`);
  assert.ok(weight < WEIGHT_MAX, `${weight} bytes`);
});

test('the form is there without script', async () => {
  const other = await fresh({ javaScriptEnabled: false });
  const begun = Date.now();
  await other.goto('/write', { waitUntil: 'commit' });
  await other.locator('[name="title"]').waitFor({ state: 'visible' });
  const visible = Date.now() - begun;
  await other.waitForLoadState();
  const paint = await other.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  console.log(`/write without script: first paint after ${Math.round(paint)} ms, its fields are there after ${visible} ms`);
  assert.ok(paint > 0);
  assert.ok(await other.locator('h1').isVisible());
  assert.ok(await other.getByText('JavaScript').first().isVisible() || await other.locator('noscript').first().isVisible());
});
