// A whole city from SQLite to PostgreSQL and back: the same afterwards, value by value; what is refused.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { newCode, newMember, newOrganisation, newUser, Reader } from './access.mjs';
import { ask } from './ask.mjs';

const program = process.env.KECHUANG_PROGRAM, postgres = process.env.POSTGRES_DATABASE;
const folder = mkdtempSync(join(tmpdir(), 'kechuang-migrate-'));
const first = `sqlite:${folder}/first.db`, back = `sqlite:${folder}/back.db`, key = join(folder, 'city.key');
const server_db = `${postgres}${postgres.includes('?') ? '&' : '?'}options=-csearch_path%3Dmigrated`;
const sha256 = createHash('sha256').update('一份附件').digest('hex');

const run = (command, ...words) => {
  const done = spawnSync(command, words, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return { ...done, out: done.stdout.trim() };
};
const kechuang = (...words) => run(program, ...words, '--key-file', key);
// That no id was ever given (0) may be written down or not.
const dump = (file) => run('sqlite3', file, '.dump').out.split('\n')
  .filter((line) => line.startsWith('INSERT') && !/^INSERT INTO sqlite_sequence VALUES\('\w+',0\)/.test(line)).sort().join('\n');

const serving = (db, then) => new Promise((resolve, reject) => {
  const server = spawn(program, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--pack', 'tests/packs/xingzhou', '--key-file', key,
    '--webhook-hosts', '127.0.0.1:9']);
  let said = '', begun = false;
  server.on('exit', reject);
  server.stdout.on('data', async (bytes) => {
    said += bytes;
    const url = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0], token = said.match(/one-time token: (\w+)/)?.[1];
    if (!url || !token || begun) return;
    begun = true;
    const result = await then(url, token).catch((error) => ({ error }));
    server.removeListener('exit', reject);
    server.on('exit', () => result?.error ? reject(result.error) : resolve(result));
    server.kill();
  });
});
const write = async (url, token, note) => {
  const reply = await ask(url, 'POST', '/api/observations', [['Authorization', `Bearer ${token}`], ['Content-Type', 'application/json']],
    JSON.stringify({ indicator_code: 'RD01', area_code: 'XZ-DL', period: '2023', value: 1.1, unit: '元', measure: 'flow',
      status: 'estimate', approximation: 'exact', note, visibility: 'public' }));
  assert.equal(reply.status, 201, reply.body);
  return JSON.parse(reply.body);
};

// People, a case under way with its clocks and pieces of work, messages, a job, an import, a webhook.
async function work(url, token) {
  const admin = new Reader({ url }, [['Authorization', `Bearer ${token}`]]);
  await newUser(admin, 'analyst');
  const firm = await newMember(admin, await newOrganisation(admin));
  const { id } = await firm.done('POST', '/api/cases', { template_code: 'ip_pledge' });
  await firm.done('POST', `/api/cases/${id}/notes`, { text: '什么时候有结果？' });
  await admin.done('POST', '/api/settings/token_days_max', { value: 77 });
  await admin.done('POST', '/api/webhooks', { url: 'http://127.0.0.1:9/', kinds: '' });
  await admin.done('POST', '/api/schedules/tidying/run', {});
  const sent = await admin.done('POST', '/api/imports?target=organisations&mode=all&name=a.csv',
    `code,name,kind,area_code\n${newCode()},迁移公司,enterprise,XZ-DL\n`, [['Content-Type', 'text/csv']]);
  await admin.done('POST', `/api/imports/${sent.id}/run`, {});
  let state = 'running';
  for (let n = 0; state === 'running' && n < 200; n++) {
    ({ state } = await admin.done('GET', `/api/imports/${sent.id}`));
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

before(async () => {
  assert.equal(run('psql', '-q', postgres, '-c', 'CREATE SCHEMA migrated').status, 0);
  await serving(first, async (url, token) => {
    for (let i = 0; i < 20; i++) await write(url, token, `第 ${i} 条 '"\\`);
    await work(url, token);
  });
  mkdirSync(join(folder, 'first.files', sha256.slice(0, 2)), { recursive: true });
  writeFileSync(join(folder, 'first.files', sha256.slice(0, 2), sha256), '一份附件');
  assert.equal(run('sqlite3', join(folder, 'first.db'), `INSERT INTO file (sha256, size, type, used_at) VALUES ('${sha256}', 12, 'text/plain', 77);
    INSERT INTO file_reference VALUES ('test', '1', '${sha256}');`).status, 0);
});
after(() => {
  run('psql', '-q', postgres, '-c', 'DROP SCHEMA migrated CASCADE');
  rmSync(folder, { recursive: true });
});

test('from SQLite to PostgreSQL and back, it is the same', () => {
  const there = kechuang('migrate', '--from', first, '--to', server_db);
  assert.equal(there.status, 0, there.stderr);
  assert.match(there.out, /\d files, and compared every value/);
  const moved = new Set(there.stderr.match(/(?<=\d {2})\w+$/gm));
  for (const table of ['account', 'role_grant', 'session', 'event', 'seal', 'organisation',
    'inbox_item', 'notice', 'webhook', 'job', 'import', 'import_row', 'delivery', 'case_file', 'case_step', 'case_party', 'case_note'])
    assert.ok(moved.has(table), `${table} is among those with rows: ${[...moved].join(' ')}`);
  const again = kechuang('migrate', '--from', server_db, '--to', back);
  assert.equal(again.status, 0, again.stderr);
  const lines = (name) => new Set(dump(join(folder, name)).split('\n')), [was, is] = [lines('first.db'), lines('back.db')];
  const only = (one, other) => [...one].filter((line) => !other.has(line)).map((line) => line.slice(0, 200));
  assert.deepEqual(only(is, was), only(was, is));
  assert.equal(readFileSync(join(folder, 'back.files', sha256.slice(0, 2), sha256), 'utf8'), '一份附件');
});

test('what is not empty is left as it is', () => {
  const before = dump(join(folder, 'back.db'));
  const done = kechuang('migrate', '--from', first, '--to', back);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /not empty/);
  assert.equal(dump(join(folder, 'back.db')), before);
});

test('the log holds on the other side, and work goes on with new numbers', async () => {
  for (const db of [server_db, back]) {
    const log = kechuang('audit', 'verify', '--db', db);
    assert.equal(log.status, 0, log.out);
    await serving(db, async (url, token) => {
      const list = JSON.parse((await ask(url, 'GET', '/api/observations?sort=-id&limit=1', [])).body);
      const made = await write(url, token, '迁移之后');
      assert.ok(made.id > list.items[0].id);
      assert.ok(made.recorded_seq > list.seq);
    });
  }
});
