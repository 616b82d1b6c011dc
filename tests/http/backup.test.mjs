// Back-ups: made while others write, read back, restored; and what is damaged is not called a back-up.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { ask } from './ask.mjs';

const program = process.env.KECHUANG_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), 'kechuang-backup-'));
const db = `sqlite:${folder}/city.db`, out = join(folder, 'out');
let server, url, token;

const kechuang = (...words) => spawnSync(program, words, { encoding: 'utf8' });
const sql = (file, statement) => {
  const done = spawnSync('sqlite3', [file, statement], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
const backups = () => readdirSync(out).filter((name) => name.endsWith('Z.db')).sort();

const start = (database) => new Promise((resolve, reject) => {
  server = spawn(program, ['serve', '--db', database, '--listen', '127.0.0.1:0', '--pack', 'tests/packs/xingzhou',
    '--key-file', join(folder, 'city.key')]);
  server.on('exit', reject);
  let said = '';
  server.stdout.on('data', (bytes) => {
    said += bytes;
    url = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
    token = said.match(/one-time token: (\w+)/)?.[1];
    if (url && token) resolve();
  });
});
const stop = () => new Promise((resolve) => { server.on('exit', resolve); server.kill(); });

const observe = (note) => ask(url, 'POST', '/api/observations',
  [['Authorization', `Bearer ${token}`], ['Content-Type', 'application/json']],
  JSON.stringify({ indicator_code: 'RD01', area_code: 'XZ-DL', period: '2023', value: 7, unit: '元', measure: 'flow',
    status: 'estimate', approximation: 'exact', note, visibility: 'public' }));

before(async () => {
  await start(db);
  // A file that a record holds, as core/files.h keeps it.
  const bytes = Buffer.from('一份附件'), sha256 = createHash('sha256').update(bytes).digest('hex');
  mkdirSync(join(folder, 'city.files', sha256.slice(0, 2)), { recursive: true });
  writeFileSync(join(folder, 'city.files', sha256.slice(0, 2), sha256), bytes);
  sql(`${folder}/city.db`, `INSERT INTO file (sha256, size, type, used_at) VALUES ('${sha256}', ${bytes.length}, 'text/plain', 0);
    INSERT INTO file_reference VALUES ('test', '1', '${sha256}');`);
});
after(async () => { await stop(); rmSync(folder, { recursive: true }); });

test('a back-up is made while others write, and read back', async () => {
  let writing = true, written = 0;
  const writer = (async () => { while (writing) { assert.equal((await observe(`并行 ${written}`)).status, 201); written++; } })();
  while (written < 5) await new Promise(setImmediate);
  const done = spawn(program, ['backup', out, '--db', db]);
  const status = await new Promise((resolve) => done.on('exit', resolve));
  writing = false;
  await writer;
  assert.equal(status, 0);
  assert.equal(backups().length, 1);
  assert.ok(Number(sql(join(out, backups()[0]), 'SELECT count(*) FROM observation')) >= 5);
});

test('the next one shares the files that have not changed', () => {
  while (new Date().toISOString().replace(/[-:]|\.\d+/g, '') <= backups()[0].slice(9, 25)) { /* names have seconds */ }
  const { status, stdout } = kechuang('backup', out, '--db', db);
  assert.equal(status, 0);
  assert.match(stdout, /files 1（.*shared 1）/);
  const [sha256] = sql(join(out, backups()[1]), 'SELECT sha256 FROM file').split('\n');
  const kept = join(out, backups()[1].replace('.db', '.files'), sha256.slice(0, 2), sha256);
  assert.equal(statSync(kept).nlink, 2);
  assert.equal(statSync(kept).mode & 0o077, 0);
});

test('restored, it is the same city', async () => {
  const restored = `sqlite:${folder}/restored.db`, last = join(out, backups().at(-1));
  assert.equal(kechuang('restore', last, '--db', restored).status, 0);
  assert.match(kechuang('restore', last, '--db', restored).stderr, /is there already/);
  const list = '/api/observations?limit=500&sort=-id';
  const wanted = (await ask(url, 'GET', list, [])).body;
  await stop();
  await start(restored);
  assert.equal((await ask(url, 'GET', list, [])).body, wanted);
  assert.equal((await observe('恢复之后')).status, 201);
});

test('damage is found: a byte of a file, a row that was changed by hand, a page', () => {
  const good = join(out, backups().at(-1)), bad = join(folder, 'bad.db'), files = join(folder, 'bad.files');
  const again = () => {
    copyFileSync(good, bad);
    rmSync(files, { recursive: true, force: true });
    spawnSync('cp', ['-r', good.replace(/\.db$/, '.files'), files]);
  };
  const refused = (why) => {
    const { status, stderr } = kechuang('backup', 'check', bad, '--db', db);
    assert.equal(status, 1);
    assert.match(stderr, why);
  };
  again();
  assert.equal(kechuang('backup', 'check', bad, '--db', db).status, 0);
  const [sha256] = sql(bad, 'SELECT sha256 FROM file').split('\n');
  writeFileSync(join(files, sha256.slice(0, 2), sha256), '另一份附件');
  refused(/has other bytes|内容不对/);
  rmSync(join(files, sha256.slice(0, 2), sha256));
  refused(/not in the store|不在存储里/);
  again();
  sql(bad, "UPDATE event SET actor = 'account:1' WHERE sequence = (SELECT max(sequence) FROM event)");
  refused(/./);
  again();
  sql(bad, 'PRAGMA foreign_keys = OFF; DELETE FROM indicator');
  refused(/foreign_key_check/);
});

test('only so many stay as are to be kept', () => {
  while (new Date().toISOString().replace(/[-:]|\.\d+/g, '') <= backups().at(-1).slice(9, 25)) { /* names have seconds */ }
  const oldest = backups()[0];
  assert.equal(kechuang('backup', out, '2', '--db', db).status, 0);
  assert.equal(backups().length, 2);
  assert.ok(!backups().includes(oldest));
  assert.ok(!existsSync(join(out, oldest.replace('.db', '.files'))));
});
