// A node of one organisation as a process: its directories, the program, the addresses.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const call = promisify(execFile);

/** Returns the program to test: `TALKOOT_PROGRAM`, or what cargo built last. */
export function program() {
  const targets = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');
  const found = [process.env.TALKOOT_PROGRAM, path.join(targets, 'debug/talkoot'), path.join(targets, 'release/talkoot')]
    .find((candidate) => candidate && existsSync(candidate));
  if (!found) throw new Error('there is no program: cargo build, or name one with TALKOOT_PROGRAM');
  return found;
}

/** A node that is begun in a directory of its own and goes with it. */
export class Node {
  /** Begins an organisation and its node; `more` goes to `talkoot init`. */
  static async begin(name = 'Testilä', more = ['--kind', 'municipality', '--county', '12']) {
    const parent = await mkdtemp(path.join(tmpdir(), 'talkoot-browser-'));
    const node = new Node(parent);
    await node.talkoot('init', '--name', name, '--listen', '127.0.0.1:0', ...more);
    return node;
  }

  /** A node that is there, in `dir`; with it goes `parent`. */
  constructor(parent, dir = path.join(parent, 'node'), passphrase = 'vain kokeeksi') {
    this.parent = parent;
    this.dir = dir;
    this.keys = `${dir}-keys`;
    this.passphrase = passphrase;
  }

  get #environment() {
    const { TALKOOT_DIR: _, TALKOOT_KEYS: __, ...rest } = process.env;
    return { ...rest, TALKOOT_PASSPHRASE: this.passphrase, TALKOOT_INSECURE_FAST_KEYS: '1' };
  }

  #arguments(given) {
    return [...given, '--dir', this.dir, '--keys', this.keys, '--json'];
  }

  /** Calls the program and returns the objects it prints. */
  async talkoot(...given) {
    const { stdout } = await call(program(), this.#arguments(given), { env: this.#environment });
    return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  /** Starts the node; afterwards `address` says where it answers over HTTP. */
  async start(...more) {
    const given = ['run', '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0', ...more];
    this.process = spawn(program(), this.#arguments(given), { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    this.process.stderr.on('data', (text) => { this.log += text; });
    const [line] = await new Promise((resolve, reject) => {
      const lines = [];
      createInterface({ input: this.process.stdout }).on('line', (text) => {
        lines.push(text);
        resolve(lines);
      });
      this.process.once('exit', (code) => reject(new Error(`the node ended with ${code}: ${this.log}`)));
    });
    const told = JSON.parse(line);
    this.address = `http://${told.http[0].replace(/^https?:\/\//, '').replace(/\/$/, '')}`;
    this.peer = told.addresses?.[0];
    return this;
  }

  /** Stops the node and takes its directory away. */
  async end() {
    if (this.process?.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGTERM');
      await ended;
    }
    await rm(this.parent, { recursive: true, force: true });
  }
}
