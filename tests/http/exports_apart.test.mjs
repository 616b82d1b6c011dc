// A file shows what there was at one sequence number, while others write; nothing in it runs in a
// spreadsheet; and what was exported comes back by an import.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { get, makers, operator, post, start } from './apart.mjs';
import { ask, creditCode } from './ask.mjs';
import { table, unzip } from './tables.mjs';

// Texts that a spreadsheet would run, and others that look as if they had been disarmed.
const dangerous = ['=1+1', '+cmd|\' /C calc\'!A0', '-2+3+cmd', '@SUM(A1:A9)', '\t=1', '＝1+1', '\'=1', '\'\'@x', '=HYPERLINK("http://x","a, b")'];
const harmless = ['\'tis', '重庆=1', '3-2'];
const organisations = [...dangerous, ...harmless].map((name, i) => ({ code: creditCode(31000 + i), name, kind: 'other', area_code: 'XZ-DL', note: name }));

const cities = {};
// The server whose organisations have these names; the first test that asks makes it.
function dangerousCity(database) {
  cities[database] ??= (async () => {
    const server = await start(makers[database]('dangerous'));
    for (const organisation of organisations) await post(server, '/api/organisations', organisation);
    return server;
  })();
  return cities[database];
}

for (const name of Object.keys(makers)) {
  test(`${name}: no cell of a CSV file runs, and each can be taken back`, async () => {
    const { url, token } = await dangerousCity(name);
    const rows = table(await get(url, '/api/organisations.csv', operator(token)));
    assert.equal(rows.length, organisations.length);
    for (const { code, name: said } of organisations) {
      const row = rows.find((r) => r.code === code);
      for (const cell of [row.name, row.note]) {
        assert.doesNotMatch(cell, /^[=+\-@\t\r\n＝＋－＠]/);
        assert.equal(/^'+[=+\-@\t\r\n＝＋－＠]/.test(cell) ? cell.slice(1) : cell, said);
      }
      assert.equal(row.name.startsWith('\''), dangerous.includes(said) || said.startsWith('\''));
    }
  });

  test(`${name}: codes of eighteen digits stay texts, and formulas do not run in a workbook`, async () => {
    const { url, token } = await dangerousCity(name);
    const rows = unzip((await get(url, '/api/organisations.xlsx', operator(token))).bytes)['xl/worksheets/sheet1.xml'];
    assert.match(rows, new RegExp(`t="inlineStr"><is><t>${organisations[0].code}</t>`));
    assert.match(rows, /t="inlineStr"><is><t>=1\+1<\/t>/);
    assert.doesNotMatch(rows, /<f>/);
  });
}

// The headings are field names in CSV and titles in XLSX; an import knows both, and takes off the
// apostrophes that were put in front of what a spreadsheet would run.
const types = { csv: 'text/csv', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };
for (const name of Object.keys(makers))
  for (const [ending, type] of Object.entries(types))
    test(`${name}: what was exported as ${ending} is imported as it was`, async () => {
      const { url, token } = await dangerousCity(name);
      const { bytes } = await get(url, `/api/organisations.${ending}`, operator(token));
      const sent = await ask(url, 'POST', `/api/imports?target=organisations&name=back.${ending}&mode=all`,
        [...operator(token), ['Content-Type', type], ['Content-Length', bytes.length]], bytes);
      assert.equal(sent.status, 201, sent.body);
      const { id } = JSON.parse(sent.body);
      await post({ url, token }, `/api/imports/${id}/check`, {});
      let state;
      do state = JSON.parse((await get(url, `/api/imports/${id}`, operator(token))).body);
      while (state.state === 'uploaded' || state.state === 'checking');
      assert.equal(state.state, 'checked', state.message);
      // An import takes blanks off the ends of cells, and so the tab off one of the names.
      assert.deepEqual(state.counts, { new: 0, changed: 1, same: organisations.length - 1, wrong: 0 });
    });

// Two organisations, one at each end of the list and pages of rows between them, are renamed in turn:
// the first gets the next number, and only then does the last. In any moment the first has the
// number of the last, or one more. Others are registered meanwhile, so that on PostgreSQL numbers are
// committed in another order than they are taken.
for (const [name, make] of Object.entries(makers)) {
  test(`${name}: an export shows one moment while others write`, async () => {
    const database = await start(make('moment'));
    const { url, token } = database;
    const [first, last] = [creditCode(1), creditCode(99999999)];
    for (const code of [first, last])
      await post(database, '/api/organisations', { code, name: '第 0 次', kind: 'other', area_code: 'XZ-DL' });
    let stop = false, renamed = 0, made = 0;
    const register = async (until) => {
      while (!until())
        await post(database, '/api/organisations', { code: creditCode(40000 + made++), name: `其间 ${made}`, kind: 'other', area_code: 'XZ-DL' });
    };
    await Promise.all(Array.from({ length: 16 }, () => register(() => made >= 2300)));
    const rename = async (code, name) => {
      const { changed_seq: seq } = JSON.parse((await get(url, `/api/organisations/${code}`, operator(token))).body);
      const reply = await ask(url, 'PATCH', `/api/organisations/${code}`,
        [...operator(token), ['Content-Type', 'application/json'], ['If-Match', `"${seq}"`]], JSON.stringify({ name }));
      assert.equal(reply.status, 200, reply.body);
    };
    const others = Array.from({ length: 3 }, () => register(() => stop));
    const writer = (async () => {
      for (let n = 1; !stop; n++, renamed++) {
        await rename(first, `第 ${n} 次`);
        await rename(last, `第 ${n} 次`);
      }
    })();
    const exports = [];
    let busy = 0;
    try {
      while (exports.length < 25 || renamed < 20) {
        const reply = await get(url, '/api/organisations.json', operator(token));
        if (reply.status === 503) { busy++; assert.ok(busy < 100); continue; }
        assert.equal(reply.status, 200, reply.body);
        const { items, about } = JSON.parse(reply.body);
        const [a, b] = [first, last].map((code) => items.find((row) => row.code === code));
        const [n, m] = [a, b].map(({ name }) => Number(name.match(/\d+/)[0]));
        assert.ok(n === m || n === m + 1, `${n} and ${m} were never there together`);
        for (const row of items) assert.ok(row.changed_seq <= about.seq, `${row.changed_seq} is beyond ${about.seq}`);
        exports.push({ seq: about.seq, codes: new Set(items.map((row) => row.code)) });
      }
    } finally {
      stop = true;
      await Promise.all([writer, ...others]);
    }
    // Afterwards it is known what there was at each number: what was registered by then, all of it and no more.
    const rows = JSON.parse((await get(url, '/api/organisations.json', operator(token))).body).items;
    for (const { seq, codes } of exports)
      for (const { code, name, changed_seq: number } of rows)
        if (name.startsWith('其间')) assert.equal(codes.has(code), number <= seq, `${number} in an export at ${seq}`);
    assert.ok(new Set(exports.map(({ seq }) => seq)).size > 10);
  });
}

test('PostgreSQL: behind a long write an export gives up, and holds nobody up for long', async () => {
  const db = makers.PostgreSQL('long');
  const { url, token } = await start(db);
  // As an import holds it from its number to its commit.
  const psql = spawn('psql', ['-qXtA', db]);
  const says = new Promise((resolve) => { psql.stdout.on('data', resolve); });
  psql.stdin.write("BEGIN; SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema(), 7263107)), 'held';\n");
  await says;
  const began = Date.now();
  const [reply] = await Promise.all([get(url, '/api/organisations.csv', operator(token)),
    post({ url, token }, '/api/organisations', { code: creditCode(7), name: '不受影响', kind: 'other', area_code: 'XZ-DL' })]);
  assert.equal(reply.status, 503);
  assert.equal(reply.headers['retry-after'], '2');
  assert.match(reply.body, /较长的写入/);
  assert.ok(Date.now() - began < 10000);
  // What keeps its past is read as it was at a sealed number, and waits for nobody.
  assert.equal((await get(url, '/api/observations.csv')).status, 200);
  psql.stdin.end('COMMIT;\n');
  await new Promise((resolve) => { psql.on('exit', resolve); });
  const whole = await get(url, '/api/organisations.csv', operator(token));
  assert.equal(whole.status, 200);
  assert.match(whole.body, /不受影响/);
});
