// Somebody between the browser and the node, or a node gone bad: passes everything on, notes every byte, and changes what a test
// tells it to.

import http from 'node:http';

/** Listens in front of a node. `ask(path, question)` and `answer(path, answer)` may return other JSON than they are given. */
export async function between(target) {
  const seen = [];
  const proxy = { ask: undefined, answer: undefined, seen };
  const server = http.createServer(async (asked, answer) => {
    const body = await read(asked);
    seen.push(Buffer.from(`${asked.method} ${asked.url} ${JSON.stringify(asked.headers)}`), body);
    const question = body.length > 0 ? proxy.ask?.(asked.url, JSON.parse(body)) : undefined;
    const sent = question === undefined ? body : Buffer.from(JSON.stringify(question));
    const given = await forward(target, asked, sent, proxy.address);
    seen.push(Buffer.from(JSON.stringify(given.headers)), given.body);
    const isJson = String(given.headers['content-type']).includes('json');
    const changed = isJson && given.status === 200 ? proxy.answer?.(asked.url, JSON.parse(given.body)) : undefined;
    const bytes = changed === undefined ? given.body : Buffer.from(JSON.stringify(await changed));
    const { 'content-length': _, 'transfer-encoding': __, ...headers } = given.headers;
    answer.writeHead(given.status, { ...headers, 'content-length': bytes.length }).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.address = `http://127.0.0.1:${server.address().port}`;
  proxy.end = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  return proxy;
}

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function forward(target, asked, body, own) {
  const headers = { ...asked.headers, 'content-length': body.length };
  // The node looks at where a request comes from; whoever is in front of it can say what it likes.
  if (headers.origin === own) headers.origin = target;
  headers.host = new URL(target).host;
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(asked.url, target), { method: asked.method, headers }, async (answer) => {
      resolve({ status: answer.statusCode, headers: answer.headers, body: await read(answer) });
    });
    request.on('error', reject);
    request.end(body);
  });
}
