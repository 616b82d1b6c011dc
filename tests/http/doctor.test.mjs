// kechuang doctor: what is well, and each thing that is not, with how to mend it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

const program = process.env.KECHUANG_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), 'kechuang-doctor-'));
const good = join(folder, 'good.db'), bad = join(folder, 'bad.db'), key = join(folder, 'good.key');

before(() => new Promise((resolve, reject) => {
  const server = spawn(program, ['serve', '--db', `sqlite:${good}`, '--listen', '127.0.0.1:0', '--pack', 'tests/packs/xingzhou']);
  server.on('exit', (code) => (code === 0 ? resolve() : reject(code)));
  server.stdout.once('data', () => server.kill());
}));
after(() => rmSync(folder, { recursive: true }));

const doctor = (...words) => {
  const done = spawnSync(program, ['doctor', '--listen', '127.0.0.1:0', ...words], { encoding: 'utf8' });
  return { status: done.status, mend: done.stdout.split('\n').filter((line) => line.startsWith('✗')), out: done.stdout };
};
const ill = (statement, why) => {
  copyFileSync(good, bad);
  chmodSync(bad, 0o600);
  if (statement) assert.equal(spawnSync('sqlite3', [bad, statement]).status, 0);
  const found = doctor('--db', `sqlite:${bad}`, '--key-file', key);
  assert.equal(found.status, 1, found.out);
  assert.ok(found.mend.some((line) => why.test(line)), found.out);
};

test('a city that is well', () => {
  const { status, mend, out } = doctor('--db', `sqlite:${good}`);
  assert.equal(status, 0, out);
  assert.deepEqual(mend, []);
  assert.match(out, /key file and database belong together/);
});

test('a clock that has run back', () => ill('UPDATE event SET recorded_at = recorded_at + 100000', /before the last write: set it/));
test('a database of a newer program', () => ill("INSERT INTO schema_migration VALUES ('x', '9999_future', 1)", /made by a newer version/));
test('a row changed by hand', () => ill("UPDATE event SET actor = 'account:9'", /log of events does not hold/));
test('references that lead nowhere', () => ill('PRAGMA foreign_keys = OFF; DELETE FROM indicator', /restore the newest back-up/));

test('a file that others may read', () => {
  chmodSync(key, 0o644);
  const { mend } = doctor('--db', `sqlite:${good}`);
  chmodSync(key, 0o600);
  assert.ok(mend.some((line) => /others may read it: chmod 600 .*good\.key/.test(line)), mend.join('\n'));
});

test('a page that is damaged', () => {
  copyFileSync(good, bad);
  const file = openSync(bad, 'r+');
  for (let page = 20; page < 60; page++) writeSync(file, Buffer.alloc(2000, 0x5a), 0, 2000, page * 4096 + 1000);
  const found = doctor('--db', `sqlite:${bad}`, '--key-file', key);
  assert.equal(found.status, 1, found.out);
});

test('another key file', () => {
  const found = doctor('--db', `sqlite:${good}`, '--key-file', join(folder, 'other.key'));
  assert.equal(found.status, 1, found.out);
  assert.ok(found.mend.some((line) => /keys of personal data/.test(line)), found.out);
});

test('an address that the whole network reaches', () => {
  const { mend } = doctor('--db', `sqlite:${good}`, '--listen', '0.0.0.0:0');
  assert.ok(mend.some((line) => /passwords would cross the network/.test(line)), mend.join('\n'));
});
