// A repair coordinator hands over what she holds: some of it, with a line that breaks half-way and an answer that is lost; the rest by
// keyboard alone. And why somebody was asked later stands where it is answered.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, open } from '../lib/browser.mjs';
import { Node } from '../lib/node.mjs';
import { enrol, tabTo } from '../lib/worker.mjs';

const TITLES = ['Ensimmäinen', 'Toinen', 'Kolmas', 'Neljäs', 'Viides'];

let node;
let browser;
let page;
let own;
let colleague;

before(async () => {
  [node, browser] = [await (await Node.begin()).start(), await launch()];
  page = await open(browser, { address: node.address, language: 'en', expected: ['net::ERR_'] });
  own = (await enrol(page, node, 'kerttu', ['coordinator', 'decision_maker'])).worker;
  colleague = (await node.talkoot('worker', 'add', 'maija', '--role', 'coordinator'))[0].worker;
  for (const title of TITLES) {
    const given = ['--title', title, '--text', 'Pitäisi tehdä.', '--body', 'Tekninen lautakunta', '--deadline', '2030-01-31'];
    const [{ document }] = await node.talkoot('proposal', 'new', ...given, '--language', 'fi', '--worker', 'maija');
    await handTo(document, own);
  }
});
after(async () => {
  await browser?.close();
  await node?.end();
});

const handTo = (document, worker) => node.talkoot('repair', 'hand', document, '--to', worker, '--worker', 'maija');

/** Returns the titles of what a worker holds. */
async function heldBy(worker) {
  const states = await node.talkoot('repair', 'list');
  return states.filter(({ holders }) => holders.some((holder) => holder.worker === worker)).map(({ ask }) => ask.title).sort();
}

const item = (title) => page.locator('[data-item]', { hasText: title });

test('what a broken line leaves is handed over when it is back, and nothing twice or not at all', async () => {
  await page.goto('/repair');
  await page.getByRole('link', { name: 'Hand over the 5 that you hold' }).click();
  assert.equal(await page.locator('[data-item]').count(), 5);
  assert.equal(await item('Toinen').locator('label span').getAttribute('lang'), 'fi');
  const button = page.getByRole('button', { name: 'Sign each and hand over' });
  await page.getByLabel('To whom').selectOption({ value: JSON.stringify({ worker: colleague }) });
  await page.getByLabel('What the next one should know').fill('Lautakunta kokoontuu torstaina.');
  const kept = await page.locator('[name="@document"]').last().evaluate((box) => box.closest('label').innerText.trim());
  await page.locator('[name="@document"]').last().uncheck();

  let handedIn = 0;
  await page.route('**/session/*', async (route) => {
    if (handedIn === 3) return route.abort();
    if (!route.request().url().endsWith('/submit')) return route.continue();
    handedIn += 1;
    if (handedIn < 3) return route.continue();
    // The third is stored, and nobody hears of it.
    await route.fetch();
    return route.abort();
  });
  await button.click();
  const told = page.locator('[data-summary] .notice');
  await told.waitFor();
  assert.match(await told.innerText(), /It stopped after 2 of 4; those are signed and stored\. 2 are left/);
  assert.equal(await page.evaluate(() => document.activeElement.className), 'notice error');
  assert.equal(await page.locator('[data-progress]').innerText(), '2 of 4');
  assert.equal(await page.getByText('Signed and stored.', { exact: true }).count(), 2);
  assert.deepEqual([(await heldBy(colleague)).length, (await heldBy(own)).length], [3, 2]);

  await page.unroute('**/session/*');
  await button.click();
  await page.locator('[data-summary] .notice.success').waitFor();
  assert.match(await told.innerText(), /all 1\./);
  assert.equal(await page.getByText('Left out: it was not yours any more.').count(), 1);
  assert.deepEqual(await heldBy(own), [kept]);
  assert.deepEqual(await heldBy(colleague), TITLES.filter((title) => title !== kept).sort());
  const [{ repair }] = await node.talkoot('proposal', 'show', (await node.talkoot('repair', 'list'))[0].document);
  assert.equal(repair.length, 1);

  await button.click();
  await page.getByText('Tick at least one.').waitFor();
  assert.deepEqual(page.failures, []);
});

test('by keyboard alone', async () => {
  for (const { document, holders } of await node.talkoot('repair', 'list')) {
    if (holders[0].worker === colleague) await handTo(document, own);
  }
  assert.equal((await heldBy(own)).length, 5);
  await page.goto('/repair');
  await tabTo(page, page.getByRole('link', { name: 'Hand over the 5 that you hold' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/repair\/hand$/);
  await tabTo(page, item('Kolmas').getByRole('checkbox'));
  await page.keyboard.press('Space');
  await tabTo(page, page.getByLabel('To whom'));
  await page.keyboard.press('ArrowDown');
  await tabTo(page, page.getByRole('button', { name: 'Sign each and hand over' }));
  await page.keyboard.press('Enter');
  await page.locator('[data-summary] .notice.success').waitFor();
  assert.match(await page.evaluate(() => document.activeElement.innerText), /all 4\./);
  assert.deepEqual(await heldBy(own), ['Kolmas']);
  assert.deepEqual(page.failures, []);
});

test('why somebody was asked later stands in the inbox and with the proposal', async () => {
  const [{ organisation }] = await node.talkoot('status');
  const reason = 'Lautakunta ei vastannut puoleen vuoteen.';
  const { document } = (await node.talkoot('repair', 'list')).find(({ ask }) => ask.title === 'Kolmas');
  const given = ['--to', organisation, '--reason', reason, '--deadline', '2030-03-31', '--worker', 'maija'];
  await node.talkoot('proposal', 'escalate', document, ...given);
  await page.goto('/inbox');
  await page.getByText(`asked later, because: ${reason}`).waitFor();
  const heading = page.getByRole('link', { name: 'Kolmas', exact: true });
  assert.equal(await heading.getAttribute('lang'), 'fi');
  await heading.click();
  await page.getByRole('table').getByText(`asked later, because: ${reason}`).waitFor();
  assert.equal(await page.locator('h1').getAttribute('lang'), 'fi');
  assert.deepEqual(page.failures, []);
});
