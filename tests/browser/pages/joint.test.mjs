// A coordinator and a decision maker in a real browser: a phenomenon with its contradiction, a proposal, and its answer given by
// keyboard alone. What the forms say is what the command line reads afterwards.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, open } from '../lib/browser.mjs';
import { Node } from '../lib/node.mjs';
import { enrol, tabTo } from '../lib/worker.mjs';

let node;
let browser;
let page;

before(async () => {
  [node, browser] = [await (await Node.begin()).start(), await launch()];
  page = await open(browser, { address: node.address, language: 'en' });
  await enrol(page, node, 'kerttu', ['coordinator', 'decision_maker']);
});
after(async () => {
  await browser?.close();
  await node?.end();
});

/** Presses the button that signs, and waits for the page that comes then. */
async function signed(name, expected) {
  const button = page.locator('main form[data-sign]').getByRole('button', { name });
  const told = page.locator('[data-summary] .notice');
  await button.first().click();
  await Promise.race([page.waitForURL(expected), told.waitFor()]);
  const words = (await told.count()) > 0 ? await told.innerText() : '';
  assert.match(page.url(), expected, words);
}

const idOf = () => new URL(page.url()).pathname.split('/')[2];

test('a phenomenon is begun, contradicted, settled and taken back', async () => {
  await page.goto('/phenomena/new');
  await page.getByLabel('Name').fill('Asuntojono');
  await page.getByLabel('Language of the text').selectOption('fi');
  await page.getByLabel('What it is about').fill('Nuoret odottavat asuntoa puoli vuotta.');
  await signed('Sign and begin', /\/phenomena\/[0-9a-f]{64}$/);
  const id = idOf();
  for (const value of ['keväällä', 'syksyllä']) {
    await page.goto(`/phenomena/${id}/facet`);
    await page.getByLabel('Aspect').fill('Milloin 1.2');
    await page.getByLabel('What you say of it').fill(value);
    await page.getByLabel('Where').selectOption({ label: 'Mikkeli' });
    await signed('Sign and save', /\/phenomena\/[0-9a-f]{64}$/);
  }
  const card = async () => (await node.talkoot('phenomenon', 'show', id))[0].card;
  assert.equal((await card()).open, 1);
  const [facet] = (await card()).aspects[0].facets;
  assert.deepEqual(facet.said.area, { scheme: 'municipality', year: 2026, code: '491' });

  await page.getByRole('link', { name: 'Settle the contradiction: Milloin 1.2' }).click();
  await page.getByLabel('What holds').fill('keväällä');
  await page.getByLabel('Reason').fill('Katsoimme yhdessä jonon kirjat.');
  await signed('Sign and save', /\/phenomena\/[0-9a-f]{64}$/);
  assert.equal((await card()).aspects[0].contradiction.state, 'settled');
  assert.deepEqual((await card()).aspects[0].settlements[0].said.considered.sort(), ['keväällä', 'syksyllä']);

  await page.getByRole('link', { name: 'Take your word back' }).first().click();
  await signed('Sign and save', /\/phenomena\/[0-9a-f]{64}$/);
  assert.equal((await card()).aspects[0].settlements.length, 0);
  assert.equal((await card()).open, 1);
  assert.deepEqual(page.failures, []);
});

test('a proposal is made, waits in the inbox, and is answered by keyboard alone', async () => {
  const [{ organisation }] = await node.talkoot('status');
  await page.goto('/proposals/new');
  await page.getByLabel('The proposal in one line').fill('Neuvonta illalla');
  await page.getByLabel('What should be done and why').fill('Neuvonta auki kerran viikossa illalla.');
  await page.getByLabel('The organisation that should act').selectOption(organisation);
  await signed('Sign and send', /\/proposals\/[0-9a-f]{64}$/);
  const id = idOf();
  const proposal = async () => (await node.talkoot('proposal', 'show', id))[0];
  assert.equal((await proposal()).phase, 'open');

  await page.goto('/inbox');
  await signed('Acknowledge receipt', /\/inbox$/);
  await page.getByText('Receipt acknowledged').waitFor();
  assert.equal((await proposal()).phase, 'acknowledged');

  const answer = page.getByRole('link', { name: /^Answer.*Neuvonta illalla$/ });
  await tabTo(page, answer);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/answer$/);
  await tabTo(page, page.getByRole('radio').first());
  await page.keyboard.press('Space');
  await tabTo(page, page.getByLabel('Reason'));
  await page.keyboard.type('Aloitamme tammikuussa.');
  await tabTo(page, page.getByRole('button', { name: 'Sign and save' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/proposals\/[0-9a-f]{64}$/);
  const { answers, verdict } = await proposal();
  assert.deepEqual([verdict, answers[0].answer.code, answers[0].not_counted], [0, 'accepted', null]);
  assert.equal(answers[0].earlier_wording, false);
  await page.goto('/inbox');
  await page.getByText('Everything that was asked is answered.').waitFor();

  await page.goto(`/proposals/${id}/repair`);
  await page.locator('#take').getByRole('button').click();
  await page.waitForURL(/\/proposals\/[0-9a-f]{64}$/);
  assert.equal((await proposal()).holders.length, 1);
  assert.deepEqual(page.failures, []);
});
