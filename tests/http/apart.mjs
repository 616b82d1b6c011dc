// Servers of a test's own, with the invented city, on both databases: for what writes as fast as it
// can, or would leave the shared two databases unequal.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { ask } from './ask.mjs';

export const folder = mkdtempSync(join(tmpdir(), 'kechuang-apart-'));
// By name: how to make a database, whose own name is `place`.
export const makers = {
  SQLite: (place) => `sqlite:${folder}/${place}.db`,
  PostgreSQL: (place) => {
    execFileSync('psql', ['-qX', process.env.POSTGRES_DATABASE, '-c', `CREATE DATABASE apart_${place} TEMPLATE template0`]);
    return process.env.POSTGRES_DATABASE.replace(/\/\w+\?/, `/apart_${place}?`);
  },
};

const servers = [];
// Two programs at one database take the same key: '--key-file', PATH.
export const start = (db, pack = 'tests/packs/xingzhou', ...more) => new Promise((resolve, reject) => {
  const server = spawn(process.env.KECHUANG_PROGRAM, ['serve', '--db', db, '--listen', '127.0.0.1:0',
    '--pack', pack, ...(more.includes('--key-file') ? [] : ['--key-file', join(folder, `${servers.length}.key`)]), ...more]);
  servers.push(server);
  server.on('exit', reject);
  let said = '';
  server.stdout.on('data', (bytes) => {
    said += bytes;
    const url = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0], token = said.match(/one-time token: (\w+)/)?.[1];
    if (url && token) resolve({ url, token, server, password: said.match(/one-time password: (\S+)/)?.[1] });
  });
});
after(async () => {
  const running = servers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(running.map((server) => new Promise((resolve) => {
    server.removeAllListeners('exit').on('exit', resolve);
    server.kill();
  })));
  rmSync(folder, { recursive: true });
});

export const operator = (token) => [['Authorization', `Bearer ${token}`]];
export const get = (base, path, headers = []) => ask(base, 'GET', path, headers);
export const post = async ({ url, token }, path, body) => {
  const reply = await ask(url, 'POST', path, [...operator(token), ['Content-Type', 'application/json']], JSON.stringify(body));
  assert.ok(reply.status < 300, `${path}: ${reply.status} ${reply.body}`);
  return JSON.parse(reply.body);
};

// A statement to a test's own database, beside the program.
export const sql = (db, statement) => (db.startsWith('sqlite:')
  ? execFileSync('sqlite3', ['-cmd', '.timeout 5000', db.slice('sqlite:'.length), statement], { encoding: 'utf8' })
  : execFileSync('psql', ['-qXAt', db, '-c', statement], { encoding: 'utf8' })).trim();
// Asks until it is so, for what the program does by itself.
export const until = async (what, found) => {
  for (const end = Date.now() + 20000; Date.now() < end;) {
    const value = await found();
    if (value) return value;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return assert.fail(`waited in vain until ${what}`);
};
