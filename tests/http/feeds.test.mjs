// Feeds: files that come by themselves, into a folder, by a push with an API token, or pulled from
// another PostgreSQL; on both databases. Nothing half written, repeated or wrong gets in.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import test from 'node:test';
import { administrator, newCode, newName, newUser, Reader, servers, tomorrow } from './access.mjs';

const inShanghai = (shift = 0) => new Date(Date.now() + 8 * 36e5 + shift * 864e5);
const day = (shift = 0) => inShanghai(shift).toISOString().slice(0, 10);
const lastMonth = (before = 1) => {
  const now = inShanghai();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - before, 15)).toISOString().slice(0, 7);
};
const csv = ['Content-Type', 'text/csv'];
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const good = 'area_code,amount,note\nXZ-DL,12.5,一\nXZ-NP,7,\n';

// What the program does by itself, it does within a second or two.
async function eventually(what, look) {
  for (const end = Date.now() + 20000; ;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, what);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

const psql = (text) => execFileSync(`${process.env.POSTGRES_BIN}/psql`, ['--quiet', '--no-psqlrc', '--set=ON_ERROR_STOP=1', '--host',
  process.env.OTHER_POSTGRES_HOST, '--username', 'kechuang', '--dbname', 'other', '--command', text]);

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const who = {};
  const root = process.env[`ACCESS_${server.name === 'SQLite' ? 'SQLITE' : 'POSTGRES'}_DROP`];

  // Each test has data sets of its own, with the fields of fiscal_spending where they matter.
  const newSet = (more = {}) => who.admin.done('POST', '/api/data_sets', { code: newName('feed_'), name: '报送测试', name_en: 'Fed', kind: 'funding',
    department_code: 'XD03', definition: '测试', basis: 'ours', rhythm: 'monthly', due_days: 10, class: 'bureau', starts_on: `${lastMonth(3)}-01`, ...more });
  const newFeed = (data_set_code, method, more = {}) => who.admin.done('POST', '/api/feeds', { data_set_code, method, ...more });
  const eventsOf = async (feed) => (await who.admin.done('GET', `/api/feed_events?feed_id=${feed.id}&sort=id&limit=500`)).items;
  const outcomesOf = async (feed) => (await eventsOf(feed)).map(({ outcome }) => outcome);
  const deliveryOf = async (code, period) => (await who.admin.done('GET', `/api/deliveries?data_set_code=${code}&period=${encodeURIComponent(period)}`)).items[0];
  const push = (reader, feed, body, query = '') => reader.ask('POST', `/api/feeds/${feed.id}/deliveries?${query}`, body, [csv]);

  test(called('setting up'), async () => {
    who.admin = await administrator(server);
    who.finance = await newUser(who.admin, 'department_officer', { department_code: 'XD03' });
    who.statistics = await newUser(who.admin, 'department_officer', { department_code: 'XD02' });
    who.analyst = await newUser(who.admin, 'analyst');
  });

  const withToken = async (scopes) => {
    const { token } = await who.finance.done('POST', '/api/tokens', { name: '报送程序', scopes, expires_on: tomorrow() });
    return new Reader(server, [['Authorization', `Bearer ${token}`]]);
  };

  test(called('a program pushes with a token of the narrow scope, and with no other'), async () => {
    const set = await newSet(), feed = await newFeed(set.code, 'push');
    const program = await withToken('feeds:write'), other = await withToken('read indicators:write'), wide = await withToken('collection:write');
    for (const reader of [other, wide]) assert.equal((await push(reader, feed, good)).status, 403);
    assert.equal((await push(who.statistics, feed, good)).status, 404);
    const reply = await push(program, feed, good, `name=${set.code}_${lastMonth()}.csv`);
    assert.equal(reply.status, 201, reply.body);
    assert.deepEqual([reply.json.outcome, reply.json.period, reply.json.rows, reply.json.file_sha256], ['arrived', lastMonth(), 2, sha256(good)]);
    const delivery = await deliveryOf(set.code, lastMonth());
    assert.deepEqual([delivery.state, delivery.feed_id, delivery.rows, delivery.file_sha256], ['arrived', feed.id, 2, sha256(good)]);
    // With that token nothing else can be written, and nothing read.
    assert.equal((await program.post(`/api/deliveries/${delivery.id}/acceptance`, {})).status, 403);
    assert.equal((await program.get('/api/deliveries')).status, 403);
    // It is accepted by the department, and then only replaced after somebody took that back.
    await who.finance.done('POST', `/api/deliveries/${delivery.id}/acceptance`, {});
    const late = await push(program, feed, `${good}XZ-DL,1,\n`, `period=${lastMonth()}`);
    assert.equal(late.status, 409, late.body);
    await who.finance.done('POST', `/api/deliveries/${delivery.id}/rejection`, { reason: '漏了一行' });
    assert.equal((await push(program, feed, `${good}XZ-DL,1,\n`, `period=${lastMonth()}`)).status, 201);
    assert.deepEqual(await outcomesOf(feed), ['arrived', 'refused', 'arrived']);
    assert.equal((await who.finance.done('GET', `/api/data_sets/${set.code}`)).freshness, 'late'); // the months before
    const steps = (await who.analyst.done('GET', `/api/history?kind=delivery&key=${delivery.id}`)).items.map(({ action }) => action);
    assert.deepEqual(steps.filter((action) => action !== 'create').sort(), ['acceptance', 'arrival', 'arrival', 'rejection']);
  });

  test(called('the same file again is repeated, unless another period is named'), async () => {
    const set = await newSet(), feed = await newFeed(set.code, 'push');
    assert.equal((await push(who.finance, feed, good)).json.period, lastMonth()); // the last one that is over
    const again = await push(who.finance, feed, good);
    assert.deepEqual([again.status, again.json.outcome, again.json.period], [201, 'repeated', lastMonth()]);
    assert.equal((await push(who.finance, feed, good, `period=${lastMonth()}`)).json.outcome, 'repeated');
    assert.equal((await push(who.finance, feed, good, `period=${lastMonth(2)}`)).json.outcome, 'arrived');
    assert.equal((await push(who.finance, feed, good, 'period=2026Q1')).status, 422);
    assert.equal((await push(who.finance, feed, good, 'period=2999-01')).status, 422);
    assert.equal((await push(who.finance, feed, '')).status, 422);
    assert.deepEqual(await outcomesOf(feed), ['arrived', 'repeated', 'repeated', 'arrived', 'refused', 'refused']);
  });

  test(called('what does not have the fields of the catalogue is refused, with each place'), async () => {
    const feeds = (await who.admin.done('GET', '/api/feeds?data_set_code=fiscal_spending')).items;
    const feed = feeds.find(({ method }) => method === 'push') ?? await newFeed('fiscal_spending', 'push');
    const bad = 'area_code,amount,colour\nXZ-DL,12.5,\n,1 000,x\n';
    const reply = await push(who.finance, feed, bad);
    assert.equal(reply.status, 422, reply.body);
    assert.deepEqual(reply.json.errors.map(({ line, column, field }) => [line, column, field]),
      [[1, 3, 'colour'], [3, 1, 'area_code'], [3, 2, 'amount']]);
    const missing = await push(who.finance, feed, 'area_code\nXZ-DL\n');
    assert.match(missing.body, /amount/);
    // In Chinese as Excel saves it, with the Chinese headings of the catalogue.
    const gb18030 = Buffer.from('c7f8cfd82cd6a7b3f6bdf0b6eea3a8cdf2d4aaa3a90a585a2d444c2c31320a', 'hex');
    const sent = await fetch(`${server.url}/api/feeds/${feed.id}/deliveries`, { method: 'POST', body: gb18030, headers: Object.fromEntries(
      [...who.finance.headers, csv, ['X-CSRF-Token', who.finance.csrf], ['Origin', server.url]]) });
    assert.equal(sent.status, 201, await sent.text());
    const events = await eventsOf(feed);
    assert.deepEqual(events.slice(-3).map(({ outcome }) => outcome), ['refused', 'refused', 'arrived']);
    assert.match(events.at(-3).message, /第 3 行第 2 列（amount）：应为数字/);
    assert.match(events.at(-3).message_en, /line 3, column 2 \(amount\): must be a number/);
  });

  test(called('a dropped file is taken when it is complete, and moved to done'), async () => {
    const set = await newSet(), feed = await newFeed(set.code, 'drop'), folder = `${root}/${feed.folder}`;
    assert.equal(feed.folder, set.code);
    await eventually('the folder is made', () => existsSync(folder));
    const name = `${set.code}_${lastMonth()}.csv`;
    writeFileSync(`${folder}/${name}.part`, good);
    renameSync(`${folder}/${name}.part`, `${folder}/${name}`);
    await eventually('it is taken', () => existsSync(`${folder}/done/${name}`));
    assert.deepEqual(await outcomesOf(feed), ['arrived']);
    assert.equal((await deliveryOf(set.code, lastMonth())).state, 'arrived');
    // Yesterday's file again.
    writeFileSync(`${folder}/again.csv`, good);
    await eventually('it is recognised', () => existsSync(`${folder}/done/again.csv`));
    assert.deepEqual(await outcomesOf(feed), ['arrived', 'repeated']);
    // The same name with other bytes does not overwrite what is done.
    writeFileSync(`${folder}/${name}`, `${good}XZ-DL,3,\n`);
    await eventually('it is taken, too', () => existsSync(`${folder}/done/2-${name}`));
    assert.equal(readFileSync(`${folder}/done/${name}`, 'utf8'), good);
    assert.equal((await deliveryOf(set.code, lastMonth())).rows, 3);
  });

  test(called('a half-written file waits, whoever holds it open, and none is taken before its mark where one is asked for'), async () => {
    const set = await newSet(), feed = await newFeed(set.code, 'drop'), folder = `${root}/${feed.folder}`;
    const marked = await newSet(), its = await newFeed(marked.code, 'drop', { needs_done: true, folder: `${marked.code}-x` });
    await eventually('the folders are made', () => existsSync(folder) && existsSync(`${root}/${its.folder}`));
    const file = openSync(`${folder}/slow.csv`, 'w');
    writeSync(file, 'area_code,amount,note\nXZ-DL,12.');
    // Two rounds later it has not changed for as long as it takes, but somebody still has it open.
    await eventually('it is said', async () => (await outcomesOf(feed)).includes('half_written'));
    assert.ok(existsSync(`${folder}/slow.csv`));
    writeSync(file, '5,一\n');
    closeSync(file);
    await eventually('it is taken', () => existsSync(`${folder}/done/slow.csv`));
    assert.deepEqual(await outcomesOf(feed), ['half_written', 'arrived']);
    assert.equal((await eventsOf(feed))[1].rows, 1);
    writeFileSync(`${root}/${its.folder}/a.csv`, good);
    writeFileSync(`${folder}/after.csv`, `${good}XZ-DL,9,\n`); // rounds have gone by when this one is taken
    await eventually('others are taken', () => existsSync(`${folder}/done/after.csv`));
    assert.ok(existsSync(`${root}/${its.folder}/a.csv`));
    assert.deepEqual(await outcomesOf(its), []);
    writeFileSync(`${root}/${its.folder}/a.csv.done`, '');
    await eventually('it is taken with its mark', () => existsSync(`${root}/${its.folder}/done/a.csv`));
    assert.ok(!existsSync(`${root}/${its.folder}/a.csv.done`));
  });

  test(called('what is wrong goes to rejected, with a note that says why'), async () => {
    const feed = (await who.admin.done('GET', '/api/feeds?data_set_code=fiscal_spending')).items.find(({ method }) => method === 'drop')
      ?? await newFeed('fiscal_spending', 'drop');
    const folder = `${root}/${feed.folder}`;
    await eventually('the folder is made', () => existsSync(folder));
    const before = await deliveryOf('fiscal_spending', `${day().slice(0, 4)}Q${Math.ceil(Number(day().slice(5, 7)) / 3)}`);
    writeFileSync(`${folder}/bytes.csv`, Buffer.from([0x61, 0x2c, 0x62, 0x0a, 0xff, 0xfe, 0x80, 0x2c, 0x0a]));
    writeFileSync(`${folder}/columns.csv`, 'area_code,amount\nXZ-DL,much\n');
    writeFileSync(`${folder}/noperiod_1999.csv`, 'area_code,amount\nXZ-DL,1\n');
    writeFileSync(`${folder}/empty.csv`, '');
    symlinkSync('/etc/passwd', `${folder}/link.csv`);
    execFileSync('mkfifo', [`${folder}/pipe.csv`]);
    mkdirSync(`${folder}/a folder`);
    for (const name of ['bytes', 'columns', 'noperiod_1999', 'empty', 'link', 'pipe'])
      await eventually(`${name} is refused`, () => existsSync(`${folder}/rejected/${name}.csv.txt`));
    assert.match(readFileSync(`${folder}/rejected/columns.csv.txt`, 'utf8'), /"line":2,"column":2/);
    assert.match(readFileSync(`${folder}/rejected/link.csv.txt`, 'utf8'), /no links/);
    assert.match(readFileSync(`${folder}/rejected/noperiod_1999.csv.txt`, 'utf8'), /1999/);
    assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.csv')), []);
    assert.ok(existsSync(`${folder}/a folder`));
    assert.deepEqual(await deliveryOf('fiscal_spending', before.period), before); // nothing came
  });

  test(called('where the data set has an import target, its file is imported, all of it or nothing, before it has arrived'), async () => {
    const feeds = (await who.admin.done('GET', '/api/feeds?data_set_code=science_enterprises')).items;
    const feed = feeds.find(({ method }) => method === 'drop') ?? await newFeed('science_enterprises', 'drop');
    const folder = `${root}/${feed.folder}`;
    await eventually('the folder is made', () => existsSync(folder));
    const [one, two, three] = [newCode(), newCode(), newCode()], heading = 'code,name,kind,area_code\n';
    const row = (code) => `${code},单位${code},enterprise,XZ-DL\n`;
    // The catalogue's columns are right; the import finds a code that cannot be.
    writeFileSync(`${folder}/wrong.csv`, heading + row(one) + row(`${two.slice(0, 17)}${two[17] === '0' ? '1' : '0'}`));
    await eventually('it is refused', () => existsSync(`${folder}/rejected/wrong.csv.txt`));
    assert.match(readFileSync(`${folder}/rejected/wrong.csv.txt`, 'utf8'), /1 rows are wrong and nothing was imported; each place is at \/imports\/\d+/);
    assert.equal((await who.admin.get(`/api/organisations/${one}`)).status, 404);
    const refused = (await eventsOf(feed)).at(-1);
    assert.deepEqual([refused.outcome, refused.import_id > 0], ['refused', true]);
    const { items: [problem] } = await who.admin.done('GET', `/api/imports/${refused.import_id}/problems`);
    assert.deepEqual([problem.line, problem.field], [3, 'code']);
    // Mended, it is imported; the delivery names the import.
    writeFileSync(`${folder}/right.csv`, heading + row(one) + row(two) + row(three));
    await eventually('it is imported', () => existsSync(`${folder}/done/right.csv`));
    for (const code of [one, two, three]) assert.equal((await who.admin.done('GET', `/api/organisations/${code}`)).name, `单位${code}`);
    const arrived = (await eventsOf(feed)).at(-1);
    assert.equal(arrived.outcome, 'arrived');
    const delivery = await who.admin.done('GET', `/api/deliveries/${arrived.delivery_id}`);
    assert.deepEqual([delivery.state, delivery.import_id, delivery.rows, delivery.feed_id], ['arrived', arrived.import_id, 3, feed.id]);
    assert.deepEqual(readdirSync(`${folder}/importing`), []);
    writeFileSync(`${folder}/once_more.csv`, heading + row(one) + row(two) + row(three));
    await eventually('it is repeated', () => existsSync(`${folder}/done/once_more.csv`));
    assert.equal((await eventsOf(feed)).at(-1).outcome, 'repeated');
  });

  test(called('a feed writes no records of another department'), async () => {
    const heading = 'indicator_code,area_code,period,value,unit,measure,status,approximation';
    const analyst = await newUser(who.admin, 'analyst');
    const other = await analyst.done('POST', '/api/observations', { indicator_code: 'RD01', area_code: 'XZ-DL', period: '2011', value: 7, unit: '元',
      measure: 'flow', status: 'estimate', approximation: 'exact', note: '别的部门', department_code: 'XD02', visibility: 'bureau' });
    const set = await newSet({ target: 'observations' }), feed = await newFeed(set.code, 'push');
    const outcome = async (body) => {
      const sent = await push(who.finance, feed, body);
      assert.equal(sent.status, 201, sent.body);
      return eventually('it has an outcome', async () => {
        const event = (await eventsOf(feed)).find(({ id }) => id === sent.json.id);
        return event.outcome !== 'importing' && event;
      });
    };
    const foreign = await outcome(`fact_id,value\n${other.fact_id},666\n`);
    assert.equal(foreign.outcome, 'refused', JSON.stringify(foreign));
    assert.equal((await analyst.done('GET', `/api/observations/${other.id}`)).value, 7);
    assert.equal((await outcome(`${heading}\nRD01,XZ-DL,2012,5,元,flow,estimate,exact\n`)).outcome, 'arrived');
    const [made] = (await analyst.done('GET', '/api/observations?indicator_code=RD01&period=2012&limit=500')).items.filter(({ value }) => value === 5);
    assert.equal(made.department_code, 'XD03');
  });

  test(called('a feed makes nothing public that the catalogue does not say is public'), async () => {
    const set = await newSet({ target: 'observations' }), feed = await newFeed(set.code, 'push');
    const figures = (visibility) => 'indicator_code,area_code,period,value,unit,measure,status,approximation,visibility\n'
      + `RD01,XZ-DL,2019,${visibility.length},元,flow,estimate,exact,${visibility}\n`;
    const outcome = async (visibility) => {
      const sent = await push(who.finance, feed, figures(visibility));
      assert.deepEqual([sent.status, sent.json.outcome], [201, 'importing'], sent.body);
      return eventually('it has an outcome', async () => {
        const event = (await eventsOf(feed)).find(({ id }) => id === sent.json.id);
        return event.outcome !== 'importing' && event;
      });
    };
    const open = await outcome('public');
    assert.equal(open.outcome, 'refused');
    assert.match(open.message_en, /public/);
    assert.equal((await outcome('bureau')).outcome, 'arrived');
    assert.equal((await who.admin.post('/api/data_sets', { code: newName('x_'), name: 'x', name_en: 'x', kind: 'funding', department_code: 'XD03',
      definition: 'x', basis: 'ours', rhythm: 'monthly', due_days: 1, class: 'bureau', target: 'accounts' })).status, 422);
  });

  test(called('a feed is made by administrators, with a folder that leads nowhere else'), async () => {
    const set = await newSet();
    for (const folder of ['..', '../x', '/etc', 'a/b', 'A', ''])
      assert.equal((await who.admin.post('/api/feeds', { data_set_code: set.code, method: 'drop', folder })).status, 422, folder);
    assert.equal((await who.finance.post('/api/feeds', { data_set_code: set.code, method: 'drop' })).status, 403);
    assert.equal((await who.admin.post('/api/feeds', { data_set_code: set.code, method: 'push', statement: 'SELECT 1' })).status, 422);
    const feed = await newFeed(set.code, 'push'), path = `/api/feeds/${feed.id}`;
    const { headers: { etag } } = await who.admin.get(path);
    await who.admin.done('PATCH', path, { active: false }, [['If-Match', etag]]);
    assert.equal((await push(who.finance, feed, good)).status, 409);
    assert.equal((await who.statistics.get(path)).status, 404);
    assert.ok(!(await who.statistics.done('GET', '/api/feeds?limit=500')).items.some(({ id }) => id === feed.id));
    assert.equal((await who.admin.post(`${path}/events`, { outcome: 'failed', message: 'x', message_en: 'x' })).status, 403);
  });

  const here = process.env.OTHER_POSTGRES_HOST;
  const address = (user = 'reader') => `postgres://${user}@/other?host=${here}`;

  test(called('rows are pulled from another PostgreSQL by a query, and only by a query'), async () => {
    psql(`DROP TABLE IF EXISTS spending; CREATE TABLE spending (area text, amount numeric, note text);
      DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT ALL ON spending TO reader;
      INSERT INTO spending VALUES ('XZ-DL', 1.5, 'a, "b"'), ('XZ-NP', 2, NULL)`);
    const set = await newSet();
    const feed = await newFeed(set.code, 'pull', { url: address(), statement: 'SELECT area AS area_code, amount, note FROM spending ORDER BY area', every_minutes: 60 });
    const [first] = await eventually('it is pulled at once', async () => { const all = await eventsOf(feed); return all.length && all; });
    assert.deepEqual([first.outcome, first.rows, first.period, first.file_sha256],
      ['arrived', 2, lastMonth(), sha256('area_code,amount,note\nXZ-DL,1.5,"a, ""b"""\nXZ-NP,2,\n')], JSON.stringify(first));
    assert.ok(Date.parse((await who.admin.done('GET', `/api/feeds/${feed.id}`)).next_run_at) > Date.now() + 3e6);
    const again = async (outcome) => {
      const before = (await eventsOf(feed)).length;
      await who.admin.done('POST', `/api/feeds/${feed.id}/pulls`, {});
      const all = await eventually(`it is ${outcome}`, async () => { const now = await eventsOf(feed); return now.length > before && now; });
      assert.equal(all.at(-1).outcome, outcome, JSON.stringify(all.at(-1)));
      return all.at(-1);
    };
    await again('repeated');
    psql(`INSERT INTO spending VALUES ('XZ-GD', 3, '')`);
    assert.equal((await again('arrived')).rows, 3);
    const change = async (more) => {
      const { headers: { etag } } = await who.admin.get(`/api/feeds/${feed.id}`);
      return who.admin.ask('PATCH', `/api/feeds/${feed.id}`, { every_minutes: null, ...more }, [['If-Match', etag]]);
    };
    for (const statement of ['DELETE FROM spending', 'SELECT 1; DROP TABLE spending', 'COPY spending TO PROGRAM \'true\'', 'UPDATE spending SET note = NULL',
      'SELECT \'a;\' ; SELECT 2', '/* ; */ DROP TABLE spending', ''])
      assert.equal((await change({ statement })).status, 422, statement);
    // What looks like a query and is none is refused by the other database's own grammar; it runs read-only besides.
    for (const [statement, why] of [['WITH gone AS (DELETE FROM spending RETURNING area) SELECT area AS area_code FROM gone', /./],
      ["SELECT nextval('nowhere') AS area_code", /./], ['SELECT pg_sleep(0), no_such_column', /no_such_column/], ['TABLE spending) TO STDOUT --', /./]]) {
      assert.equal((await change({ statement })).status, 200, statement);
      assert.match((await again('failed')).message_en, why);
    }
    assert.match(psql("SELECT count(*) FROM spending").toString(), /3/);
  });

  test(called('only listed hosts are connected to, without passwords in the address, and as no superuser'), async () => {
    const set = await newSet(), statement = 'SELECT 1 AS a';
    const refused = async (url, words) => {
      const reply = await who.admin.post('/api/feeds?lang=en', { data_set_code: set.code, method: 'pull', url, statement });
      assert.equal(reply.status, 422, url);
      assert.match(reply.body, words, url);
    };
    await refused('postgres://reader@db.example/other', /--pull-hosts/);
    await refused('postgres://reader@127.0.0.1/other', /--pull-hosts/);
    await refused(`postgres://reader@/other?host=${here},db.example`, /--pull-hosts/);
    await refused(`postgres://reader:secret@/other?host=${here}`, /--pull-passfile/);
    await refused(`${address()}&password=secret`, /--pull-passfile/);
    await refused(`${address()}&hostaddr=127.0.0.1`, /must be postgres/);
    await refused(`${address()}&options=-c%20x%3D1`, /must be postgres/);
    await refused(`${address()}&passfile=/etc/passwd`, /must be postgres/);
    await refused('service=x', /must be postgres/);
    await refused('http://127.0.0.1/', /must be postgres/);
    const feed = await newFeed(set.code, 'pull', { url: address('kechuang'), statement });
    await who.admin.done('POST', `/api/feeds/${feed.id}/pulls`, {});
    const [event] = await eventually('it fails', async () => { const all = await eventsOf(feed); return all.length && all; });
    assert.match(event.message_en, /superuser/);
    assert.equal((await who.admin.done('GET', `/api/feeds/${feed.id}`)).next_run_at, null);
  });
}
