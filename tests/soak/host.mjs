// For tests of what breaks from outside: the program as people start it, and whether its database is whole.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';

const program = process.env.KECHUANG_PROGRAM;

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

// One server. `log` is what it has said on standard error so far.
export async function serve(db, { words = [], env = {} } = {}) {
  const port = await freePort();
  const process_ = spawn(program, ['serve', '--db', `sqlite:${db}`, '--listen', `127.0.0.1:${port}`, '--pack', 'tests/packs/xingzhou', ...words],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const at = { port, process: process_, token: null, log: '', said: '' };
  process_.stderr.on('data', (part) => { at.log += part; });
  const gone = once(process_, 'exit');
  const told = new Promise((resolve) => {
    process_.stdout.on('data', (part) => {
      at.said += part;
      at.token ??= at.said.match(/one-time token: (\w+)/)?.[1] ?? null;
      if (at.token) resolve();
    });
  });
  await Promise.race([told, gone]);
  if (!at.token) throw new Error(`it did not start: ${at.said}${at.log}`);
  at.stop = async () => {
    process_.kill('SIGTERM');
    await gone;
  };
  return at;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
export const ask = ({ port, token }, method, path, body, headers = {}) => new Promise((resolve, reject) => {
  const bytes = body && JSON.stringify(body);
  const all = { Authorization: `Bearer ${token}`, ...(bytes && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(bytes) }), ...headers };
  for (const name of Object.keys(all)) if (!all[name]) delete all[name];
  const sent = request({ agent, host: '127.0.0.1', port, method, path, headers: all }, (reply) => {
    let text = '';
    reply.on('data', (part) => { text += part; });
    reply.on('end', () => resolve({ status: reply.statusCode, text, headers: reply.headers, json: () => JSON.parse(text) }));
    reply.on('error', reject);
  });
  sent.on('error', reject);
  sent.end(bytes);
});

export const write = (at, note) => ask(at, 'POST', '/api/observations', { indicator_code: 'RD01', area_code: 'XZ-DL', period: '2023',
  value: 1, unit: '元', measure: 'flow', status: 'estimate', approximation: 'exact', visibility: 'bureau', note });

export function assertWhole(db) {
  assert.equal(execFileSync('sqlite3', [db, 'PRAGMA integrity_check']).toString().trim(), 'ok');
  const verified = spawnSync(program, ['audit', 'verify', '--db', `sqlite:${db}`], { encoding: 'utf8' });
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
}
export const notesIn = (db) => new Set(execFileSync('sqlite3', [db, "SELECT note FROM observation WHERE note LIKE 'w%'"],
  { maxBuffer: 1 << 28 }).toString().split('\n'));
