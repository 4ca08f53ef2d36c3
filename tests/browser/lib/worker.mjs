// A worker with a browser: invited, enrolled, certified, signed in, perhaps at the keyboard only.

import assert from 'node:assert/strict';

/** Types a code at /enrol and waits until the browser holds a key that waits for its certificate. */
export async function typeCode(page, code) {
  await page.goto('/enrol');
  await page.getByRole('textbox').fill(code);
  await page.locator('#enrol-code button').click();
  await page.locator('#enrol-waiting').waitFor({ state: 'visible' });
}

/** Makes a worker whose key is in the page's browser; afterwards it is signed in. Returns what `worker certify` tells. */
export async function enrol(page, node, name = 'maija', roles = ['reporter']) {
  const [{ code }] = await node.talkoot('worker', 'invite', name, '--role', roles.join(','));
  await typeCode(page, code);
  const [worker] = await node.talkoot('worker', 'certify', name);
  await page.locator('#enrol-held').waitFor({ state: 'visible' });
  await signIn(page);
  return worker;
}

/** Opens a page as a worker: the browser shows its key by itself. */
export async function signIn(page, to = '/') {
  await page.goto(to);
  await page.waitForURL((url) => url.pathname === new URL(to, url).pathname);
}

/** Presses the tabulator until something has the focus. */
export async function tabTo(page, target) {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail('it cannot be reached by keyboard');
}
