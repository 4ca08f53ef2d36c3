// A small world with something of everything: four organisations with reports, phenomena, contradictions, proposals and answers, as
// `talkoot demo` invents them; one of their nodes runs, with a campaign, a resident's words and a saved view besides.

import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { Node, program } from './node.mjs';

const call = promisify(execFile);
/** What `talkoot demo` says its keys are kept with. */
const PASSPHRASE = 'talkoot-demo';

/** Makes the world and starts the town's node in it. */
export async function world(reports = 40) {
  const parent = await mkdtemp(path.join(tmpdir(), 'talkoot-world-'));
  const given = ['demo', '--keep', path.join(parent, 'nodes'), '--reports', String(reports)];
  await call(program(), given, { env: { ...process.env, TALKOOT_INSECURE_FAST_KEYS: '1' } });
  const node = new Node(parent, path.join(parent, 'nodes', 'municipality'), PASSPHRASE);
  return node.start();
}
