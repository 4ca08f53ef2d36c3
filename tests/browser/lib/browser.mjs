// A real browser, and pages in which nothing may go wrong unseen.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const STATIC = path.resolve(import.meta.dirname, '../../../node/src/web/static');
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Returns where a browser is; nothing if there is none. */
export function browserPath() {
  return [process.env.TALKOOT_CHROMIUM, ...CANDIDATES].find((candidate) => candidate && existsSync(candidate));
}

/** Starts the browser. */
export async function launch() {
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: browserPath(), args: FLAGS });
}

/**
 * Opens a page in a context of its own, as another person's browser would be. `page.failures` gathers what the console calls an
 * error, what scripts throw and what the policy stops; `expected` names texts that may be among them. With TALKOOT_STATIC=tree
 * scripts and styles come from the source tree instead of the program.
 */
export async function open(browser, { address, language = 'fi', expected = [], ...options }) {
  const context = await browser.newContext({ baseURL: address, locale: language, ...options });
  const page = await context.newPage();
  watch(page, expected);
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  if (process.env.TALKOOT_STATIC === 'tree') await page.route('**/static/*/*', fromTree);
  return page;
}

function watch(page, expected) {
  page.failures = [];
  const note = (text) => {
    if (!expected.some((part) => text.includes(part))) page.failures.push(text);
  };
  page.on('console', (message) => { if (message.type() === 'error') note(message.text()); });
  page.on('pageerror', (error) => note(String(error)));
}

async function fromTree(route) {
  const file = path.join(STATIC, path.basename(new URL(route.request().url()).pathname));
  if (!existsSync(file)) return route.fallback();
  const contentType = file.endsWith('.js') ? 'text/javascript' : file.endsWith('.css') ? 'text/css' : 'image/svg+xml';
  return route.fulfill({ body: readFileSync(file), contentType });
}
