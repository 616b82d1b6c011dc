// Back-ups of PostgreSQL: a file of SQLite, one snapshot of what others go on writing to; restored into either database.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { get, makers, operator, post, sql, start } from './apart.mjs';
import { ask } from './ask.mjs';

const program = process.env.KECHUANG_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), 'kechuang-backup-postgres-'));
const db = makers.PostgreSQL('backup'), out = join(folder, 'out'), key = join(folder, 'city.key');
const kechuang = (...words) => spawnSync(program, [...words, '--key-file', key], { encoding: 'utf8' });
const kept = () => readdirSync(out).filter((name) => name.endsWith('Z.db')).sort();
const newest = () => join(out, kept().at(-1));
let at;

const observe = (place, note) => post(place, '/api/observations', { indicator_code: 'RD01', area_code: 'XZ-DL', period: '2023',
  value: 0.1 + note.length, unit: '元', measure: 'flow', status: 'estimate', approximation: 'exact', note, visibility: 'public' });
// Kept as it came, in several chunks.
const sendFile = async (rows) => {
  const body = `code,name,kind,area_code\n${Array.from({ length: rows }, (_, n) => `X-${n},公司 ${n},enterprise,XZ-DL`).join('\n')}\n`;
  const reply = await ask(at.url, 'POST', '/api/imports?target=organisations&mode=all&name=a.csv',
    [...operator(at.token), ['Content-Type', 'text/csv']], body);
  assert.equal(reply.status, 201, reply.body);
};

before(async () => {
  at = await start(db, undefined, '--key-file', key);
  await sendFile(20000);
  await sendFile(3);
});
after(() => rmSync(folder, { recursive: true }));

test('it is one moment, while others go on writing', async () => {
  let writing = true, written = 0;
  const write = async () => { while (writing) await observe(at, `并行 ${written++} '"\\`); };
  const writers = [write(), write(), write()];
  while (written < 20) await new Promise(setImmediate);
  const before_it = written, done = spawn(program, ['backup', out, '--db', db, '--key-file', key]);
  let said = '';
  done.stdout.on('data', (bytes) => { said += bytes; });
  done.stderr.on('data', (bytes) => { said += bytes; });
  const status = await new Promise((resolve) => { done.on('close', resolve); });
  const after_it = written;
  writing = false;
  await Promise.all(writers);
  assert.equal(status, 0, said);
  assert.match(said, /read back without fault[^]*files 2（/);
  assert.ok(after_it > before_it, 'there was something to be separated from');
  const file = `sqlite:${newest()}`;
  const there = Number(sql(file, "SELECT count(*) FROM observation WHERE note LIKE '并行%'"));
  assert.ok(there >= before_it - 3 && there <= after_it, `${before_it} ≤ ${there} ≤ ${after_it}`);
  assert.equal(sql(file, 'SELECT count(*) FROM observation WHERE recorded_seq NOT IN (SELECT sequence FROM event)'), '0');
  assert.deepEqual(readdirSync(out).filter((name) => /unread|-wal|-shm/.test(name)), []);
});

test('the next one shares the files, and is read back by itself', () => {
  while (new Date().toISOString().replace(/[-:]|\.\d+/g, '') <= kept()[0].slice(9, 25)) { /* names have seconds */ }
  const { status, stdout, stderr } = kechuang('backup', out, '1', '--db', db);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /files 2（.*shared 2）/);
  assert.equal(kept().length, 1);
  const check = kechuang('backup', 'check', newest(), '--db', db);
  assert.equal(check.status, 0, check.stderr);
});

for (const [name, make] of Object.entries(makers))
  test(`restored into ${name}, it is the same city, and work goes on`, async () => {
    const restored = make('restored'), list = '/api/observations?limit=500&sort=-id';
    const done = kechuang('restore', newest(), '--db', restored);
    assert.equal(done.status, 0, done.stderr);
    const again = kechuang('restore', newest(), '--db', restored);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /is there already|not empty/);
    for (const words of [['audit', 'verify'], ['files', 'check'], ['keys', 'check']]) {
      const checked = kechuang(...words, '--db', restored);
      assert.equal(checked.status, 0, `${words}: ${checked.stdout}${checked.stderr}`);
    }
    const copy = await start(restored, undefined, '--key-file', key);
    const wanted = JSON.parse((await get(at.url, list)).body), found = JSON.parse((await get(copy.url, list)).body);
    assert.ok(found.items.length > 20);
    assert.deepEqual(found.items, wanted.items);
    for (const table of ['file', 'import', 'event', 'account', 'indicator', 'observation'])
      assert.equal(sql(restored, `SELECT count(*) FROM ${table}`) >= sql(`sqlite:${newest()}`, `SELECT count(*) FROM ${table}`), true, table);
    const made = await observe(copy, '恢复之后');
    assert.ok(made.id > wanted.items[0].id);
    assert.ok(made.recorded_seq > wanted.seq);
    assert.equal(kechuang('audit', 'verify', '--db', restored).status, 0);
  });

test('what another version made is not taken for the same', () => {
  const old = join(folder, 'old.db'), target = makers.PostgreSQL('older');
  cpSync(newest(), old);
  cpSync(newest().replace(/\.db$/, '.files'), join(folder, 'old.files'), { recursive: true });
  sql(`sqlite:${old}`, 'DELETE FROM schema_migration WHERE checksum = (SELECT max(checksum) FROM schema_migration)');
  const done = kechuang('restore', old, '--db', target);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /made by another version.*kechuang migrate/);
  assert.equal(sql(target, 'SELECT count(*) FROM event'), '0');
});

test('a file whose bytes have gone bad is no back-up', () => {
  const before_it = kept();
  while (new Date().toISOString().replace(/[-:]|\.\d+/g, '') <= kept().at(-1).slice(9, 25)) { /* names have seconds */ }
  sql(db, "UPDATE file_chunk SET data = set_byte(data, 0, 33) WHERE number = 1");
  rmSync(newest().replace(/\.db$/, '.files'), { recursive: true }); // or it would be shared
  const done = kechuang('backup', out, '--db', db);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /not in the store|other bytes|不在存储里/);
  assert.deepEqual(kept(), before_it);
});
