// Erasure, end to end: a person whose name and phone also stand in other records' texts, in events
// and in an attachment is used, exported, looked up, corrected, and erased; then neither the files of
// the database nor its dump, the exports' folder or the log at level debug hold them, and the log of
// events still verifies. And the drills: a restored back-up is read with its key file only, and is
// told of the erasures since. On both databases, with servers of their own.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { sql } from './apart.mjs';
import { ask } from './ask.mjs';
import { png } from './png.mjs';

const program = process.env.KECHUANG_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), 'kechuang-erasure-'));
const running = [];
after(() => {
  for (const server of running) server.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

// Each stands nowhere else in the world. The first name and phone are corrected later.
const person = { name: '欧阳砚溪甲', phone: '138-6611-7722', email: 'yanxi@erasure.example.org', note: '砚溪备注' };
const corrected = { name: '欧阳砚溪乙', phone: '13977885566' };
const observed = { indicator_code: 'RD01', area_code: 'XZ', period: '2026', value: 1e10, unit: '元', status: 'estimate',
  measure: 'flow', approximation: 'exact', note: `${corrected.name}提供` };
const needles = ['欧阳砚溪甲', '欧阳砚溪乙', '13866117722', '138-6611-7722', '138 6611 7722', '13977885566',
  'yanxi@erasure.example.org', '砚溪备注', '砚溪同意', '砚溪附件'];

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

async function serve(db, key, words = []) {
  const port = await freePort();
  const exports = join(folder, `tmp-${port}`);
  mkdirSync(exports);
  const process_ = spawn(program, ['serve', '--db', db, '--key-file', key, '--listen', `127.0.0.1:${port}`,
    '--pack', 'tests/packs/xingzhou', '--log-level', 'debug', ...words],
  { env: { ...process.env, TMPDIR: exports }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(process_);
  let log = '';
  let printed = '';
  process_.stderr.on('data', (part) => { log += part; });
  const token = await new Promise((resolve, reject) => {
    process_.on('exit', () => reject(new Error(log)));
    process_.stdout.on('data', (part) => {
      printed += part;
      const found = printed.match(/token: (\w+)\s/);
      if (found) resolve(found[1]);
    });
  });
  const url = `http://127.0.0.1:${port}`;
  const send = async (method, path, body, more = []) => {
    const json = typeof body === 'object';
    const reply = await ask(url, method, path, [['Authorization', `Bearer ${token}`],
      ['Content-Type', json ? 'application/json' : 'text/plain'], ...more], json ? JSON.stringify(body) : body);
    return { ...reply, json: /json/.test(reply.headers['content-type'] ?? '') ? JSON.parse(reply.body) : null };
  };
  return {
    exports,
    url,
    credentials: [['Authorization', `Bearer ${token}`]],
    log: () => log,
    send,
    done: async (method, path, body, more) => {
      const reply = await send(method, path, body, more);
      assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.body}`);
      return reply;
    },
    stop: () => new Promise((resolve) => {
      process_.removeAllListeners('exit');
      process_.on('exit', resolve);
      process_.kill('SIGTERM');
    }),
  };
}

const gb18030 = (text) => execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GB18030'], { input: text });
const traces = [...needles.map((needle) => [needle, Buffer.from(needle)]),
  ...[person.name, corrected.name].map((name) => [`${name} (GB 18030)`, gb18030(name)])];
const found = (bytes) => traces.filter(([, trace]) => bytes.includes(trace)).map(([name]) => name);
const foundInFolder = (path) => readdirSync(path, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .flatMap((entry) => found(readFileSync(join(entry.path, entry.name))).map((needle) => `${entry.name}: ${needle}`));

// What an erasure has done in the stored files, when it has been through them all.
async function inStoredFiles(done, id) {
  for (;;) {
    const erasure = (await done('GET', `/api/people/${id}/erasure`)).json;
    if (erasure.done_at) return erasure;
  }
}

const sqlite = {
  name: 'SQLite',
  make(place) {
    mkdirSync(join(folder, place));
    return `sqlite:${join(folder, place, 'city.db')}`;
  },
  // Where its bytes lie, and what a dump of it says.
  files: (db) => foundInFolder(join(db.slice(7), '..')),
  dump: (db) => execFileSync('sqlite3', [db.slice(7), '.dump'], { maxBuffer: 1 << 28 }),
  restore(db, place) {
    const other = this.make(place);
    for (const ending of ['', '-wal'])
      if (existsSync(db.slice(7) + ending)) cpSync(db.slice(7) + ending, other.slice(7) + ending);
    return other;
  },
};
const postgres = {
  name: 'PostgreSQL',
  run: (db, ...words) => execFileSync('psql', ['-qXtA', db, ...words]).toString().trim(),
  make(place) {
    mkdirSync(join(folder, place));
    this.run(process.env.POSTGRES_DATABASE, '-c', `CREATE DATABASE ${place} TEMPLATE template0`);
    return process.env.POSTGRES_DATABASE.replace(/\/\w+\?/, `/${place}?`);
  },
  // Its write-ahead log is the server's: see docs/operations.md.
  files(db) {
    this.run(db, '-c', 'CHECKPOINT');
    const number = this.run(db, '-c', 'SELECT oid FROM pg_database WHERE datname = current_database()');
    return foundInFolder(join(process.env.POSTGRES_DATA, 'base', number));
  },
  dump: (db) => execFileSync('pg_dump', [db], { maxBuffer: 1 << 28 }),
  restore(db, place) {
    const script = join(folder, `${place}.sql`);
    const other = this.make(place);
    writeFileSync(script, this.dump(db));
    this.run(other, '-f', script);
    return other;
  },
};

for (const kind of [sqlite, postgres]) {
  const place = `live_${kind.name.toLowerCase()}`;
  const key = join(folder, place, 'city.key');
  let db;
  let backup;
  let id;
  const stored = {};

  test(`${kind.name}: a person's data is used, and leaves the database sealed only`, async () => {
    db = kind.make(place);
    const server = await serve(db, key);
    const { send, done } = server;
    const made = await done('POST', '/api/people', person, [['Idempotency-Key', 'make']]);
    id = made.json.id;
    assert.equal(made.json.name, '欧**');
    assert.equal(made.json.phone, '138****7722');
    assert.equal(made.json.email, 'y***@erasure.example.org');
    assert.equal(made.json.note, '***');
    await done('POST', '/api/consents', { person_id: id, purpose: 'service', text: '砚溪同意', expires_on: '2999-01-01' });
    const attached = await done('POST', `/api/people/${id}/attachments?name=${encodeURIComponent('砚溪附件.txt')}`,
      `<b>${person.name}</b> ${person.phone}\n`.repeat(20000));
    assert.equal(attached.json.media_type, 'text/plain'); // and what is no picture is only saved, never shown

    assert.equal((await done('GET', '/api/people?phone=%2B86%2013866117722')).json.items[0].id, id);
    assert.equal((await done('GET', '/api/people?email=YANXI@erasure.example.org')).json.items[0].id, id);
    assert.deepEqual((await done('GET', '/api/people?phone=13866117723')).json.items, []);
    assert.equal((await send('GET', '/api/people?name=x')).status, 422);
    for (const path of ['/api/people', '/api/people.csv', '/api/people.xlsx', `/api/people/${id}`])
      assert.deepEqual(found(Buffer.from((await done('GET', path)).body)), [], path);
    await done('PATCH', `/api/people/${id}`, corrected, [['If-Match', '*'], ['Idempotency-Key', 'correct']]);
    assert.deepEqual((await done('GET', '/api/people?phone=13866117722')).json.items, []);

    const revealed = await done('POST', `/api/people/${id}/reveal`, { reason: '核对' }, [['Idempotency-Key', 'reveal']]);
    assert.equal(revealed.json.name, corrected.name);
    assert.equal(revealed.headers['cache-control'], 'no-store');
    assert.equal((await send('POST', `/api/people/${id}/reveal`, { reason: '核对' }, [['Idempotency-Key', 'reveal']])).status, 409);
    assert.equal((await send('POST', `/api/people/${id}/reveal`, {})).status, 422);
    const whole = (await done('POST', `/api/people/${id}/export`, { reason: '本人来函' })).json;
    assert.equal(whole.person.phone, corrected.phone);
    assert.equal(whole.consents[0].text, '砚溪同意');
    assert.equal(whole.attachments[0].name, '砚溪附件.txt');
    const file = await done('POST', `/api/attachments/${attached.json.id}/reveal`, { reason: '核对' });
    assert.match(file.headers['content-disposition'], /^attachment; .*filename\*=UTF-8''%E7%A0%9A/);
    assert.equal(file.headers['x-content-type-options'], 'nosniff');
    assert.equal(file.body.length, `<b>${person.name}</b> ${person.phone}\n`.length * 20000);

    assert.deepEqual(found(Buffer.from(server.log())), []);
    await server.stop();
    assert.deepEqual(kind.files(db), []);
    assert.deepEqual(found(kind.dump(db)), []);
  });

  test(`${kind.name}: a new master key takes over while the program runs`, async () => {
    const server = await serve(db, key);
    const keys = (word) => spawnSync(program, ['keys', word, '--db', db, '--key-file', key], { encoding: 'utf8' });
    assert.match(keys('check').stdout, /master key: 1\n/);
    const rotated = keys('rotate');
    assert.equal(rotated.status, 0, rotated.stderr);
    assert.match(rotated.stdout, /master key: 2\n/);
    assert.equal((await server.done('GET', `/api/people?phone=${corrected.phone}`)).json.items[0].id, id);
    await server.done('POST', '/api/people', { name: '新人', phone: '13811112222' });
    assert.match(keys('check').stdout, /keys that open: 2\n.*: 0\n.*: 0\n/);
    await server.stop();
  });

  test(`${kind.name}: other records mention the person`, async () => {
    const server = await serve(db, key);
    const { done } = server;
    const minutes = await done('POST', '/api/documents?name=minutes.txt', `会议由${corrected.name}（原${person.name}）主持。\n电话 138 6611 7722，或 ${corrected.phone}。\n`);
    const made = await done('POST', '/api/observations', observed, [['Idempotency-Key', 'observe']]);
    await done('POST', `/api/observations/${made.json.id}/revisions`, { value: 2e10, note: `${person.email} 更正` },
      [['If-Match', made.headers.etag]]);
    await done('GET', '/api/observations.csv');
    // And stored files: what was imported, a text in the old encoding, a workbook, a picture.
    await done('POST', '/api/imports?target=organisations&name=list.csv', `code,name,note\r\n91350100M000100Y43,某公司,${corrected.name}\r\n`,
      [['Content-Type', 'text/csv']]);
    const attach = async (name, bytes) => {
      const reply = await ask(server.url, 'POST', `/api/files?kind=document&key=${minutes.json.id}&name=${name}`,
        [...server.credentials, ['Content-Type', 'application/octet-stream'], ['Content-Length', bytes.length]], bytes);
      assert.equal(reply.status, 201, reply.body);
      return JSON.parse(reply.body).id;
    };
    const workbook = await ask(server.url, 'GET', '/api/observations.xlsx', server.credentials);
    stored.old = await attach('old.txt', gb18030(`联系人：${person.name}，${corrected.phone}。\n其余照旧\n`));
    stored.book = await attach('book.xlsx', workbook.bytes);
    stored.same = await attach('same.txt', Buffer.from('与此人无关\n'));
    stored.picture = await attach('picture.png', png(2, 2));
    // What the program said to others, and what a mail server answered.
    sql(db, `INSERT INTO notice (id, kind, subject_kind, subject_key, text, text_en, address, created_at, created_seq)
      VALUES (990, 'case.mention', 'case', '1', '${corrected.name}提到您', '${person.email} mentions you', '/cases/1', 1, 1);
      INSERT INTO outbox (id, notice_id, account_id, channel, state, urgent, tries, not_before, problem, created_at)
      VALUES (990, 990, 1, 'email', 'failed', FALSE, 1, 0, '550 ${person.email}: no such mailbox', 1);
      INSERT INTO outbox_try (outbox_id, tried_at, milliseconds, answer) VALUES (990, 1, 1, '550 ${person.email}: no such mailbox')`);
    const { items, files, unread_files: unread } = (await done('GET', `/api/people/${id}/mentions`)).json;
    assert.deepEqual(files.map(({ rows }) => rows).sort(), [1, 1, 2]);
    assert.equal(unread, 1);
    const places = items.map(({ table_name, column_name }) => `${table_name}.${column_name}`);
    for (const wanted of ['document_line.text', 'observation.note', 'event_payload.body', 'notice.text', 'notice.text_en', 'outbox.problem', 'outbox_try.answer'])
      assert.ok(places.includes(wanted), places.join(' '));
    await server.stop();
    assert.ok(kind.files(db).length >= 5, 'or the search finds nothing');
    backup = kind.restore(db, `backup_${kind.name.toLowerCase()}`);
    cpSync(key, `${key}.backup`);
  });

  test(`${kind.name}: erased, and nowhere to be found`, async () => {
    const server = await serve(db, key);
    const { send, done } = server;
    const erased = await done('POST', `/api/people/${id}/erasure`, { reason: `${corrected.name}本人要求` });
    assert.equal(erased.json.id, id);
    assert.equal((await send('POST', `/api/people/${id}/erasure`, { reason: '再次' })).status, 410);
    assert.equal((await done('GET', `/api/people/${id}`)).json.name, '依法删除');
    assert.equal((await done('GET', `/api/people/${id}?lang=en`)).json.phone, 'removed by law');
    assert.equal((await send('PATCH', `/api/people/${id}`, corrected, [['If-Match', '*']])).status, 410);
    const again = await send('POST', '/api/observations', observed, [['Idempotency-Key', 'observe']]);
    assert.equal(again.status, 410, `a reply that was kept in an event: ${again.body}`);
    assert.deepEqual((await done('GET', `/api/people?phone=${corrected.phone}`)).json.items, []);
    assert.deepEqual((await done('GET', `/api/people/${id}/attachments`)).json.items, []);
    assert.equal((await done('GET', `/api/people/${id}/consents`)).json.items[0].text, null);
    const [document] = (await done('GET', '/api/documents?limit=500')).json.items.filter((d) => d.name === 'minutes.txt');
    const lines = (await done('GET', `/api/documents/${document.id}/lines`)).json.items;
    assert.equal(lines[0].text, '会议由[依法删除]（原[依法删除]）主持。');
    const inFiles = await inStoredFiles(done, id);
    assert.deepEqual([inFiles.mended, inFiles.replaced, inFiles.unread], [2, 1, 1]);
    const [imported] = (await done('GET', '/api/imports')).json.items;
    assert.equal((await done('GET', `/api/imports/${imported.id}/source`)).body, 'code,name,note\r\n91350100M000100Y43,某公司,[依法删除]\r\n');
    const content = async (file) => (await ask(server.url, 'GET', `/api/files/${file}/content`, server.credentials)).bytes;
    assert.deepEqual(await content(stored.old), gb18030('联系人：[依法删除]，[依法删除]。\n其余照旧\n'));
    assert.match((await content(stored.book)).toString(), /^\[依法删除\] 此文件提到/);
    assert.equal((await content(stored.same)).toString(), '与此人无关\n');
    assert.deepEqual(await content(stored.picture), png(2, 2));
    assert.deepEqual(found(Buffer.from(server.log())), []);
    assert.deepEqual(foundInFolder(server.exports), []);
    await server.stop();
    assert.deepEqual(kind.files(db), []);
    assert.deepEqual(found(kind.dump(db)), []);
    const checked = spawnSync(program, ['files', 'check', '--db', db], { encoding: 'utf8' });
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    const verified = spawnSync(program, ['audit', 'verify', '--db', db, '--key-file', key], { encoding: 'utf8' });
    assert.match(verified.stdout, /the log holds/, verified.stderr);
    assert.equal(verified.status, 0);
  });

  test(`${kind.name}: a back-up is read with its keys, and told of the erasure`, async () => {
    const other = join(folder, `backup_${kind.name.toLowerCase()}`, 'city.key');
    const without = spawnSync(program, ['serve', '--db', backup, '--key-file', other], { encoding: 'utf8', timeout: 10000 });
    assert.equal(without.status, 1);
    assert.match(without.stderr, /密钥文件.*city\.key/);
    assert.ok(!existsSync(other), 'no other key takes the place of the right one');
    const wrong = join(folder, `wrong_${kind.name.toLowerCase()}.key`);
    writeFileSync(wrong, `1 2026-01-01T00:00:00Z ${'ab'.repeat(32)}\n`, { mode: 0o600 });
    const refused = spawnSync(program, ['serve', '--db', backup, '--key-file', wrong], { encoding: 'utf8', timeout: 10000 });
    assert.match(refused.stderr, /没有这个数据库的 2 号主密钥/);

    cpSync(`${key}.backup`, other);
    let server = await serve(backup, other);
    const revealed = await server.done('POST', `/api/people/${id}/reveal`, { reason: '演练' });
    assert.equal(revealed.json.name, corrected.name);
    assert.equal((await server.done('GET', `/api/people?phone=${corrected.phone}`)).json.items[0].id, id);
    await server.stop();

    cpSync(join(folder, place, 'erasures.log'), join(other, '..', 'erasures.log'));
    server = await serve(backup, other);
    assert.equal((await server.done('GET', `/api/people/${id}`)).json.name, '依法删除');
    await inStoredFiles(server.done, id);
    await server.stop();
    assert.deepEqual(kind.files(backup), []);
    assert.deepEqual(found(kind.dump(backup)), []);
    const verified = spawnSync(program, ['audit', 'verify', '--db', backup, '--key-file', other], { encoding: 'utf8' });
    assert.match(verified.stdout, /the log holds/, verified.stderr);
  });
}
