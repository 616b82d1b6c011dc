// Imports, on both databases: thirty planted errors found with line and column, mended, run and undone; the same file
// twice; row by row; cancelled; broken off; two at once; and that nobody imports what is not his.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { administrator, codeOf, newCode, newUser, Reader, servers } from './access.mjs';
import { makers, start as startApart } from './apart.mjs';
import { ask } from './ask.mjs';

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const resting = (state) => state !== 'checking' && state !== 'running';

// What the operator sees and does at a server.
class Importer {
  constructor({ url, token }) { this.url = url; this.headers = [['Authorization', `Bearer ${token}`]]; }
  async ask(method, path, body, type = 'application/json') {
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const headers = [...this.headers];
    if (sent !== undefined) headers.push(['Content-Type', type], ['Content-Length', Buffer.byteLength(sent)]);
    const reply = await ask(this.url, method, path, headers, sent);
    reply.json = reply.body.startsWith('{') ? JSON.parse(reply.body) : null;
    return reply;
  }
  async done(method, path, body, type) {
    const reply = await this.ask(method, path, body, type);
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.body}`);
    return reply.json;
  }
  get(path) { return this.done('GET', path); }
  async send(target, text, mode = 'all') {
    return this.done('POST', `/api/imports?target=${target}&mode=${mode}&name=file.csv`, text, 'text/csv');
  }
  // Until it is under way no longer.
  async rest(id) {
    for (;;) {
      const found = await this.get(`/api/imports/${id}`);
      if (resting(found.state)) return found;
      await pause(20);
    }
  }
  async take(id, step) {
    await this.done('POST', `/api/imports/${id}/${step}`);
    return this.rest(id);
  }
  problems(id) { return this.get(`/api/imports/${id}/problems?limit=500`).then(({ items }) => items); }
  async organisations() {
    const all = [];
    for (let after = ''; after !== null;) {
      const page = await this.get(`/api/organisations?limit=500${after && `&after=${encodeURIComponent(after)}`}`);
      all.push(...page.items);
      after = page.next;
    }
    return all;
  }
}

const headings = ['统一社会信用代码', '名称', 'kind', '所在区县', 'note'];
const csv = (rows) => `${[headings, ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`;
let serial = process.pid % 1000 * 70000;
const good = (count) => Array.from({ length: count }, (_, i) =>
  [codeOf('91500103', String(++serial).padStart(8, '0')), `第${i + 1}公司`, 'enterprise', '500103', '']);
const wrongLast = (code) => code.slice(0, 17) + (code[17] === '0' ? '1' : '0');

// All before the first test: the servers end when the last one that is known has run.
const importers = await Promise.all(Object.entries(makers).map(async ([name, make]) =>
  ({ name, who: new Importer(await startApart(make('imports'), 'packs/chongqing')) })));

for (const { name, who } of importers) {

  test(`${name}: thirty planted errors are found where they are, mended, imported and undone`, async () => {
    const before = await who.organisations();
    const rows = good(60), planted = [], mending = [];
    const plant = (at, column, value, words) => {
      mending.push({ line: at + 2, column, value: rows[at][column - 1] });
      rows[at][column - 1] = value;
      planted.push({ line: at + 2, column, words });
    };
    for (let n = 0; n < 6; n++) {
      plant(n, 1, wrongLast(rows[n][0]), /校验码/);
      plant(10 + n, 3, `公司${n}`, /只能是/);
      plant(20 + n, 4, `50999${n}`, /没有代码/);
      plant(30 + n, 2, '', /必填|须|不能/);
      plant(40 + n, 1, rows[50 + n][0], null); // the same as a line below
    }
    for (let n = 0; n < 6; n++) { // of two lines with one key the second is the repetition
      const doubled = planted.find(({ line }) => line === 42 + n);
      doubled.line = 52 + n;
      doubled.words = new RegExp(`第 ${42 + n} 行重复`);
    }
    const sent = await who.send('organisations', csv(rows));
    assert.equal(sent.header_line, 1);
    assert.deepEqual(sent.columns.map(({ field }) => field), ['code', 'name', 'kind', 'area_code', 'note']);
    assert.deepEqual(sent.columns.map(({ guess }) => guess), ['label', 'label', 'name', 'label', 'name']);
    const checked = await who.take(sent.id, 'check');
    assert.equal(checked.state, 'checked');
    assert.deepEqual(checked.counts, { new: 30, changed: 0, same: 0, wrong: 30 });
    const found = await who.problems(sent.id);
    assert.equal(found.length, 30);
    for (const { line, column, words } of planted) {
      const problem = found.find((one) => one.line === line && one.column === column);
      assert.ok(problem, `${line}:${column} among ${JSON.stringify(found)}`);
      assert.match(problem.message, words);
      assert.equal(problem.heading, headings[column - 1]);
    }
    const refused = await who.take(sent.id, 'run');
    assert.equal(refused.state, 'failed');
    assert.deepEqual(await who.organisations(), before, 'nothing half imported');

    await who.done('POST', `/api/imports/${sent.id}/corrections`, { cells: mending });
    const ran = await who.take(sent.id, 'run');
    assert.equal(ran.state, 'done', ran.message);
    assert.deepEqual(ran.counts, { new: 60, changed: 0, same: 0, wrong: 0 });
    assert.equal((await who.organisations()).length, before.length + 60);
    const code = mending[0].value;
    const [origin] = (await who.get(`/api/lineage?kind=organisation&key=${code}`)).items;
    assert.deepEqual([origin.import_id, origin.line, origin.file_name, origin.action], [sent.id, 2, 'file.csv', 'new']);
    const source = await who.ask('GET', `/api/imports/${sent.id}/source`);
    assert.equal(source.body, csv(rows), 'the file stays as it came');

    const undone = await who.take(sent.id, 'undo');
    assert.equal(undone.state, 'undone', undone.message);
    assert.deepEqual(await who.organisations(), before);
  });

  test(`${name}: the same file twice changes nothing; another value is a change, with its past`, async () => {
    const rows = good(5);
    const first = await who.send('organisations', csv(rows));
    assert.deepEqual((await who.take(first.id, 'run')).counts, { new: 5, changed: 0, same: 0, wrong: 0 });
    const again = await who.send('organisations', csv(rows));
    assert.deepEqual((await who.take(again.id, 'run')).counts, { new: 0, changed: 0, same: 5, wrong: 0 });
    rows[2][1] = '改了名的公司';
    const changing = await who.send('organisations', csv(rows));
    const ran = await who.take(changing.id, 'run');
    assert.deepEqual(ran.counts, { new: 0, changed: 1, same: 4, wrong: 0 });
    const key = rows[2][0];
    const past = (await who.get(`/api/history?kind=organisation&key=${key}`)).items;
    assert.deepEqual(past.map(({ action, state }) => [action, state.name]),
      [['import', '改了名的公司'], ['import', '第3公司']]);
    assert.deepEqual(past[0].changed, ['name', 'changed_seq']);
    assert.equal(past[0].state.changed_seq, past[0].sequence);
    const then = await who.get(`/api/past?kind=organisation&key=${key}&sequence=${past[1].sequence}`);
    assert.equal(then.name, '第3公司');
    await who.take(changing.id, 'undo');
    assert.equal((await who.get(`/api/organisations/${key}`)).name, '第3公司');
  });

  test(`${name}: what was changed since is not undone, and is named`, async () => {
    const rows = good(3);
    const { id } = await who.send('organisations', csv(rows));
    await who.take(id, 'run');
    const shown = await who.ask('GET', `/api/organisations/${rows[1][0]}`);
    const headers = [['If-Match', shown.headers.etag], ['Content-Type', 'application/json'], ...who.headers];
    const changed = await ask(who.url, 'PATCH', `/api/organisations/${rows[1][0]}`, headers, '{"note":"别人改的"}');
    assert.equal(changed.status, 200, changed.body);
    const kept = await who.take(id, 'undo');
    assert.equal(kept.state, 'done');
    assert.match(kept.message, /1 条记录/);
    const [problem, ...more] = await who.problems(id);
    assert.equal(more.length, 0);
    assert.equal(problem.line, 3);
    assert.match(problem.message, /operator/);
    assert.equal((await who.ask('GET', `/api/organisations/${rows[0][0]}`)).status, 200, 'all or nothing');
  });

  test(`${name}: a line that only the database refuses is named, and no other goes in`, async () => {
    const code = newCode();
    const line = (n, from, to) => `${code}${n},地方,Place,地方,Place,difang,district,${from},${to}\n`;
    const { id } = await who.send('areas', 'code,name,name_en,short_name,short_name_en,pinyin,kind,valid_from,valid_to\n'
      + line(1, '2020-01-01', '') + line(2, '2021-01-01', '2020-01-01') + line(3, '2021-01-01', ''));
    assert.equal((await who.take(id, 'run')).state, 'failed');
    const [problem, ...more] = await who.problems(id);
    assert.deepEqual([problem.line, problem.column, more.length], [3, 0, 0]);
    assert.match(problem.message, /超出允许的范围/);
    assert.equal((await who.ask('GET', `/api/areas/${code}1`)).status, 404);
  });

  test(`${name}: row by row, what is right goes in`, async () => {
    const rows = good(6);
    rows[1][2] = '错';
    rows[4][3] = '509999';
    const { id } = await who.send('organisations', csv(rows), 'rows');
    const ran = await who.take(id, 'run');
    assert.equal(ran.state, 'done');
    assert.deepEqual(ran.counts, { new: 4, changed: 0, same: 0, wrong: 2 });
    assert.deepEqual((await who.problems(id)).map(({ line, column }) => [line, column]), [[3, 3], [6, 4]]);
    assert.equal((await who.ask('GET', `/api/organisations/${rows[1][0]}`)).status, 404);
    const states = (await who.get(`/api/imports/${id}/rows`)).items.map(({ state }) => state);
    assert.deepEqual(states, ['new', 'wrong', 'new', 'new', 'wrong', 'new']);
  });

  test(`${name}: two imports of one file, started together, make each record once`, async () => {
    const text = csv(good(200));
    const sent = await Promise.all([who.send('organisations', text), who.send('organisations', text)]);
    await Promise.all(sent.map(({ id }) => who.done('POST', `/api/imports/${id}/run`)));
    const ran = await Promise.all(sent.map(({ id }) => who.rest(id)));
    assert.deepEqual(ran.map(({ state }) => state), ['done', 'done']);
    assert.equal(ran.reduce((sum, { counts }) => sum + counts.new, 0), 200);
    assert.equal(ran.reduce((sum, { counts }) => sum + counts.same, 0), 200);
  });

  test(`${name}: an import that is cancelled leaves nothing`, async () => {
    const before = (await who.organisations()).length;
    const { id } = await who.send('organisations', csv(good(30000)));
    await who.done('POST', `/api/imports/${id}/run`);
    while ((await who.get(`/api/imports/${id}`)).progress.done === 0) await pause(5);
    await who.done('POST', `/api/imports/${id}/cancellation`);
    const found = await who.rest(id);
    assert.equal(found.state, 'cancelled');
    assert.equal((await who.organisations()).length, before);
    const later = await who.ask('POST', `/api/imports/${id}/undo`);
    assert.equal(later.status, 409);
  });

  test(`${name}: observations become revisions, with the line that they came from, and are taken back`, async () => {
    const text = 'indicator_code,area_code,period,value,unit,status,measure,approximation\n'
      + 'RD01,CQ,1991,1230000,元,final,flow,exact\n';
    const { id } = await who.send('observations', text);
    assert.equal((await who.ask('POST', `/api/imports/${id}/run`)).status, 200, 'the operator needs no second person');
    const ran = await who.rest(id);
    assert.equal(ran.state, 'done', ran.message);
    const [first] = (await who.get('/api/observations?indicator_code=RD01&area_code=CQ&period=1991')).items;
    assert.equal(first.visibility, 'bureau', 'nothing is published unsaid');
    const { imports } = await who.get(`/api/observations/${first.id}/lineage`);
    assert.deepEqual(imports.map(({ file_name, line }) => [file_name, line]), [['file.csv', 2]]);
    const more = await who.send('observations', text.replace('1230000', '1240000'));
    assert.deepEqual((await who.take(more.id, 'run')).counts, { new: 0, changed: 1, same: 0, wrong: 0 });
    const now = (await who.get('/api/observations?indicator_code=RD01&area_code=CQ&period=1991')).items;
    assert.deepEqual(now.map(({ value }) => value), [1240000]);
    await who.take(more.id, 'undo');
    const again = (await who.get('/api/observations?indicator_code=RD01&area_code=CQ&period=1991')).items;
    assert.deepEqual(again.map(({ value }) => value), [1230000]);
    await who.take(id, 'undo');
    assert.equal((await who.get('/api/observations?indicator_code=RD01&area_code=CQ&period=1991')).items.length, 0);
  });

  test(`${name}: what is no table, no target or too strange is refused with words`, async () => {
    const refused = async (path, body, status) => {
      const reply = await who.ask('POST', path, body, 'text/csv');
      assert.equal(reply.status, status, reply.body);
      assert.ok(reply.json.detail || reply.json.errors.length);
    };
    await refused('/api/imports?target=nothing', 'a,b\n', 422);
    await refused('/api/imports?target=organisations', '', 422);
    await refused('/api/imports?target=organisations', 'PK\u0003\u0004nothing', 422);
    const { id } = await who.send('organisations', 'x,y\n1,2\n');
    const checked = await who.take(id, 'check');
    assert.equal(checked.state, 'failed');
    assert.match(checked.message, /没有/);
  });
}

// --- Whose it is

for (const server of servers) {
  test(`${server.name}: a district imports what lies in it, and nothing else`, async () => {
    const admin = await administrator(server);
    const [own, other] = ['XZ-DL', 'XZ-NP'];
    const officer = await newUser(admin, 'district_officer', { area_code: own });
    const rows = [[newCode(), '甲', 'enterprise', own, ''], [newCode(), '乙', 'enterprise', other, '']];
    const sent = await officer.done('POST', '/api/imports?target=organisations', csv(rows), [['Content-Type', 'text/csv']]);
    await officer.done('POST', `/api/imports/${sent.id}/check`);
    let found;
    do {
      await pause(20);
      found = (await officer.get(`/api/imports/${sent.id}`)).json;
    } while (!resting(found.state));
    assert.deepEqual(found.counts, { new: 1, changed: 0, same: 0, wrong: 1 });
    const [problem] = (await officer.get(`/api/imports/${sent.id}/problems`)).json.items;
    assert.deepEqual([problem.line, problem.column], [3, 4]);
    assert.equal((await officer.post('/api/imports?target=areas', csv(rows))).status, 403);
    const stranger = await newUser(admin, 'analyst');
    assert.equal((await stranger.get(`/api/imports/${sent.id}`)).status, 404);
    assert.equal((await new Reader(server).get(`/api/imports/${sent.id}`)).status, 401);
  });
}

for (const server of servers) {
  test(`${server.name}: what would become public waits for a second person`, async () => {
    const admin = await administrator(server);
    const analyst = await newUser(admin, 'analyst');
    const leader = await newUser(admin, 'leader');
    const rest = async (id) => {
      for (;;) {
        const found = (await analyst.get(`/api/imports/${id}`)).json;
        if (resting(found.state)) return found;
        await pause(20);
      }
    };
    const text = 'indicator_code,area_code,period,value,unit,status,measure,approximation,visibility\n'
      + `RD01,XZ-DL,${1900 + Number(process.hrtime.bigint() % 90n)},7,元,final,flow,exact,public\n`;
    const { id } = await analyst.done('POST', '/api/imports?target=observations', text, [['Content-Type', 'text/csv']]);
    assert.equal((await analyst.post(`/api/imports/${id}/run`)).status, 409, 'it is checked first');
    await analyst.done('POST', `/api/imports/${id}/check`);
    assert.equal((await rest(id)).public_count, 1);
    const proposed = await analyst.post(`/api/imports/${id}/run`);
    assert.equal(proposed.status, 202, proposed.body);
    assert.equal((await rest(id)).state, 'checked', 'nothing happens yet');
    assert.equal((await analyst.post(`/api/proposals/${proposed.json.id}/approval`, {})).status, 403);
    const approved = await leader.post(`/api/proposals/${proposed.json.id}/approval`, {});
    assert.equal(approved.status, 200, approved.body);
    let found = await rest(id);
    while (found.state === 'checked') found = await rest(id);
    assert.equal(found.state, 'done', found.message);
    assert.equal(found.counts.new, 1);
  });
}

// --- Broken off

test('a program that is killed in the middle has imported nothing, and says so at its next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kechuang-import-'));
  const port = 20000 + process.pid % 20000;
  const start = async () => {
    const child = spawn(process.env.KECHUANG_PROGRAM, ['serve', '--db', `sqlite:${folder}/a.db`, '--listen',
      `127.0.0.1:${port}`, '--pack', 'packs/chongqing'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    child.stdout.on('data', (part) => { said += part; });
    while (!/令牌|one-time token: (\w+)/.test(said)) await once(child.stdout, 'data');
    const token = said.match(/one-time token: (\w+)/)[1];
    return { child, who: new Importer({ url: `http://127.0.0.1:${port}`, token }) };
  };
  try {
    const first = await start();
    const { id } = await first.who.send('organisations', csv(good(30000)));
    await first.who.done('POST', `/api/imports/${id}/run`);
    while ((await first.who.get(`/api/imports/${id}`)).progress.done < 2000) await pause(5);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await start();
    const found = await second.who.rest(id);
    assert.equal(found.state, 'failed');
    assert.match(found.message, /程序中断/);
    assert.equal((await second.who.organisations()).length, 0);
    const ran = await second.who.take(id, 'run');
    assert.equal(ran.state, 'done');
    assert.equal(ran.counts.new, 30000);
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
