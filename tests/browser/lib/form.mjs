// A page with a form that is signed, put in where the node has none: what `sign.js` does is seen without any particular page.

/** Serves `html` as the content of a page of the node at `/test-form`, with the node's own policy and scripts. */
export async function withForm(page, html, language = 'fi') {
  const answer = await page.request.get('/enrol');
  const policy = answer.headers()['content-security-policy'];
  const text = await answer.text();
  const [edition] = /\/static\/[0-9a-f]+\//.exec(text);
  const csrf = /data-csrf="([0-9a-f]+)"/.exec(text)?.[1] ?? '';
  const body = `<!DOCTYPE html><html lang="${language}"><head><meta charset="utf-8"><title>Koe</title>
    <script type="module" src="${edition}sign.js"></script></head>
    <body data-csrf="${csrf}" data-language="${language}"><main><h1>Koe</h1>${html}</main>
    <div id="announced" role="status" aria-live="polite"></div></body></html>`;
  const headers = { 'content-security-policy': policy };
  await page.route('**/test-form', (route) => route.fulfill({ body, headers, contentType: 'text/html; charset=utf-8' }));
  await page.goto('/test-form');
}
