// Collection: the catalogue, what is owed for each period and what becomes of it, who sees what, on
// both databases.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, newName, newUser, Reader, servers } from './access.mjs';

const day = (shift = 0) => new Date(Date.now() + 8 * 36e5 + shift * 864e5).toISOString().slice(0, 10);
const monthBefore = (months) => {
  const now = new Date(Date.now() + 8 * 36e5);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 15)).toISOString().slice(0, 7);
};

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const who = { public: new Reader(server) };
  const sets = {};

  const newSet = async (by, more = {}) => by.done('POST', '/api/data_sets', {
    code: newName('set_'), name: '测试数据集', name_en: 'A data set', kind: 'innovation', department_code: 'XD03',
    definition: '测试', basis: 'ours', rhythm: 'monthly', due_days: 10, class: 'bureau', ...more });
  const deliveriesOf = async (reader, code, more = '') =>
    (await reader.done('GET', `/api/deliveries?data_set_code=${code}&sort=due_on${more}`)).items;

  test(called('setting up'), async () => {
    const admin = who.admin = await administrator(server);
    who.finance = await newUser(admin, 'department_officer', { department_code: 'XD03' });
    who.statistics = await newUser(admin, 'department_officer', { department_code: 'XD02' });
    for (const role of ['analyst', 'leader', 'auditor', 'expert']) who[role] = await newUser(admin, role);
    sets.monthly = await newSet(who.analyst, { starts_on: `${monthBefore(3)}-20` });
  });

  test(called('a data set gets a row for each period that has begun, and what is past its day is late'), async () => {
    const rows = await deliveriesOf(who.analyst, sets.monthly.code);
    assert.deepEqual(rows.map(({ period }) => period), [3, 2, 1, 0].map(monthBefore));
    for (const { due_on, state } of rows) assert.equal(state, due_on < day() ? 'late' : 'expected', due_on);
    assert.equal(rows[0].state, 'late');
    assert.equal(rows[0].due_on, `${monthBefore(2)}-10`);
    const again = await who.admin.done('POST', '/api/delivery_rolls', {});
    assert.deepEqual([again.made, again.late], [0, 0]);
    assert.equal((await deliveriesOf(who.analyst, sets.monthly.code)).length, 4);
  });

  test(called('rolling at once makes nothing twice'), async () => {
    const made = await Promise.all([1, 2, 3].map(() => newSet(who.analyst, { rhythm: 'daily', starts_on: day(-40) })));
    await Promise.all(Array.from({ length: 12 }, () => who.admin.done('POST', '/api/delivery_rolls', {})));
    for (const { code } of made) assert.equal((await deliveriesOf(who.analyst, code, '&limit=500')).length, 41);
  });

  test(called('nothing is accepted that has not come, and a rejection needs a reason'), async () => {
    const [first] = await deliveriesOf(who.finance, sets.monthly.code);
    assert.equal((await who.finance.post(`/api/deliveries/${first.id}/acceptance`, {})).status, 409);
    assert.equal((await who.finance.post(`/api/deliveries/${first.id}/rejection`, {})).status, 422);
    assert.equal((await who.finance.post(`/api/deliveries/${first.id}/rejection`, { reason: '列不对' })).status, 409);
  });

  test(called('a period is delivered by an import of one’s own, which has to be done, of this data set, and to stand'), async () => {
    const set = await newSet(who.analyst, { target: 'observations', starts_on: `${monthBefore(1)}-20` });
    const other = await newSet(who.analyst, { target: 'organisations', starts_on: `${monthBefore(1)}-20` });
    const [owed] = await deliveriesOf(who.analyst, set.code), [foreign] = await deliveriesOf(who.analyst, other.code);
    const { id } = await who.analyst.done('POST', '/api/imports?target=observations&name=own.csv',
      `fact_id,indicator_code,area_code,period,value,unit,measure,status,approximation,visibility\n${newName('D')},RD01,XZ-DL,2017,5,元,flow,estimate,exact,bureau\n`,
      [['Content-Type', 'text/csv']]);
    const take = async (step) => {
      await who.analyst.done('POST', `/api/imports/${id}/${step}`);
      for (;;) {
        const { state } = await who.analyst.done('GET', `/api/imports/${id}`);
        if (state !== 'checking' && state !== 'running') return state;
      }
    };
    const report = (reader, delivery) => reader.post(`/api/deliveries/${delivery.id}/arrival`, { import_id: id });
    assert.equal(await take('check'), 'checked');
    assert.equal((await report(who.analyst, owed)).status, 422);
    assert.equal(await take('run'), 'done');
    assert.equal((await report(who.analyst, foreign)).status, 422);
    assert.equal((await report(who.finance, owed)).status, 422, 'an import of somebody else');
    assert.equal((await report(who.statistics, owed)).status, 404);
    const arrived = JSON.parse((await report(who.analyst, owed)).body);
    assert.deepEqual([arrived.state, arrived.import_id, arrived.rows], ['arrived', id, 1]);
    assert.equal((await who.analyst.done('GET', `/api/data_sets/${set.code}`)).last_arrived_at !== null, true);
    assert.equal(await take('undo'), 'undone');
    assert.equal((await who.analyst.post(`/api/deliveries/${owed.id}/acceptance`, {})).status, 409);
    assert.equal((await who.analyst.post(`/api/deliveries/${owed.id}/rejection`, { reason: '已撤销' })).status, 200);
  });

  test(called('departments see and decide on their own; those in charge of the city see all; others nothing'), async () => {
    const [first] = await deliveriesOf(who.finance, sets.monthly.code);
    assert.equal((await deliveriesOf(who.statistics, sets.monthly.code)).length, 0);
    assert.equal((await who.statistics.get(`/api/deliveries/${first.id}`)).status, 404);
    assert.equal((await who.statistics.post(`/api/deliveries/${first.id}/acceptance`, {})).status, 404);
    for (const name of ['leader', 'auditor', 'admin']) assert.equal((await deliveriesOf(who[name], sets.monthly.code)).length, 4, name);
    for (const name of ['public', 'expert'])
      assert.ok([401, 403].includes((await who[name].get('/api/deliveries')).status), name);
    const { rows } = await who.statistics.done('GET', '/api/collection_board');
    assert.deepEqual([...new Set(rows.map((row) => row.department_code))], ['XD02']);
  });

  test(called('the catalogue shows the public what is public'), async () => {
    const codes = async (reader) => (await reader.done('GET', '/api/data_sets?limit=500')).items.map(({ code }) => code);
    assert.ok((await codes(who.public)).includes('science_enterprises'));
    assert.ok(!(await codes(who.public)).includes(sets.monthly.code));
    assert.equal((await who.public.get(`/api/data_sets/${sets.monthly.code}`)).status, 404);
    assert.equal((await who.public.get(`/api/data_set_fields?data_set_code=fiscal_spending`)).status, 404);
    assert.ok((await codes(who.finance)).includes(sets.monthly.code)); // the own, whatever its class
    assert.ok(!(await codes(who.statistics)).includes(sets.monthly.code));
    assert.deepEqual((await who.public.done('GET', '/api/data_set_fields?data_set_code=science_enterprises')).items
      .map(({ name, required }) => [name, required]), [['code', true], ['name', true], ['kind', true], ['area_code', false]]);
  });

  test(called('what is listed publicly takes a second person; a department cannot take in the data sets of others'), async () => {
    const body = { code: newName('open_'), name: '公开', name_en: 'Open', kind: 'policy', department_code: 'XD03', definition: '测试',
      basis: 'ours', rhythm: 'yearly', due_days: 30, class: 'public' };
    const reply = await who.analyst.post('/api/data_sets', body);
    assert.equal(reply.status, 202, reply.body);
    await who.leader.done('POST', `/api/proposals/${reply.json.id}/approval`, {});
    assert.equal((await who.public.done('GET', `/api/data_sets/${body.code}`)).freshness, 'never');
    assert.equal((await who.statistics.post('/api/data_sets', { ...body, code: newName('x_'), class: 'bureau' })).status, 403);
    assert.equal((await who.analyst.post('/api/data_sets', { ...body, code: '../etc' })).status, 422);
    assert.equal((await who.analyst.post('/api/data_sets', { ...body, code: newName('x_'), due_days: 401 })).status, 422);
  });

  test(called('a data set is changed by whoever keeps it, with If-Match'), async () => {
    const path = `/api/data_sets/${sets.monthly.code}`;
    const { headers: { etag } } = await who.finance.get(path);
    assert.equal((await who.statistics.ask('PATCH', path, { due_days: 20 }, [['If-Match', etag]])).status, 404);
    const changed = await who.finance.done('PATCH', path, { due_days: 20 }, [['If-Match', etag]]);
    assert.equal(changed.due_days, 20);
    assert.equal((await who.finance.ask('PATCH', path, { due_days: 21 }, [['If-Match', etag]])).status, 412);
    assert.equal((await who.finance.ask('PATCH', path, { department_code: 'XD02' }, [['If-Match', `"${changed.changed_seq}"`]])).status, 403);
  });

  test(called('the board shows a cell for each month, the worst of its periods, and who is missing'), async () => {
    const board = await who.leader.done('GET', '/api/collection_board?months=6');
    assert.deepEqual(board.periods, [5, 4, 3, 2, 1, 0].map(monthBefore));
    const row = board.rows.find((each) => each.data_set_code === sets.monthly.code);
    assert.equal(row.freshness, 'never');
    assert.deepEqual(row.cells.map(({ period }) => period), [3, 2, 1, 0].map(monthBefore));
    assert.equal(row.cells[0].state, 'late');
    const [first] = await deliveriesOf(who.leader, sets.monthly.code);
    assert.equal(row.cells[0].delivery_id, first.id);
    const missing = board.missing.find(({ department_code }) => department_code === 'XD03');
    assert.ok(missing.late >= 2 && missing.data_set_codes.includes(sets.monthly.code));
    assert.ok(board.totals.late >= missing.late);
    const daily = board.rows.find(({ rhythm, cells }) => rhythm === 'daily' && cells.length);
    assert.ok(daily.cells.some(({ count }) => count > 1));
    assert.equal((await who.leader.get('/api/collection_board?months=37')).status, 422);
    assert.equal((await who.leader.done('GET', '/api/collection_board?department_code=XD02')).rows.every((each) => each.department_code === 'XD02'), true);
  });

  test(called('a reminder goes to the department once a day, and it says when it has seen it'), async () => {
    const rows = await deliveriesOf(who.leader, sets.monthly.code);
    const waiting = rows.at(-1);
    const reminder = await who.leader.done('POST', `/api/deliveries/${waiting.id}/reminders`, {});
    assert.match(reminder.text, /请于 .* 前报送/);
    assert.match(reminder.text_en, /is due on/);
    assert.equal((await who.analyst.post(`/api/deliveries/${waiting.id}/reminders`, {})).status, 409);
    const inbox = (await who.finance.done('GET', '/api/reminders?limit=500')).items;
    assert.ok(inbox.some(({ id }) => id === reminder.id));
    // What has become late is reminded of by itself.
    assert.ok(inbox.some(({ delivery_id, by_name }) => delivery_id === rows[0].id && by_name === 'system'));
    assert.ok(!(await who.statistics.done('GET', '/api/reminders?limit=500')).items.some(({ id }) => id === reminder.id));
    assert.equal((await who.statistics.post(`/api/reminders/${reminder.id}/receipt`, {})).status, 404);
    assert.ok((await who.finance.done('POST', `/api/reminders/${reminder.id}/receipt`, {})).seen_at);
    assert.equal((await who.finance.post(`/api/deliveries/${waiting.id}/reminders`, {})).status, 403);
  });
}

// What depends on data that are late shows it, along every line.
const worst = ['none', 'current', 'due', 'never', 'late'];
for (const server of servers) {
  test(`${server.name}: the three maps are drawn from the catalogue, each as its reader may see it`, async () => {
    const admin = await administrator(server), leader = await newUser(admin, 'leader');
    const anybody = new Reader(server), statistics = await newUser(admin, 'department_officer', { department_code: 'XD02' });
    for (const reader of [leader, anybody, statistics])
      for (const query of ['', '?view=brain', '?view=department&department_code=XD02', '?view=department&department_code=XD01']) {
        const { layers, nodes, edges } = await reader.done('GET', `/api/architecture${query}`);
        const byId = new Map(nodes.map((node) => [node.id, node])), order = layers.map(({ layer }) => layer);
        assert.equal(byId.size, nodes.length, query);
        for (const edge of edges) {
          const from = byId.get(edge.from), to = byId.get(edge.to);
          assert.ok(from && to, JSON.stringify(edge));
          assert.ok(order.indexOf(from.layer) < order.indexOf(to.layer), JSON.stringify(edge));
          assert.equal(edge.state, from.state);
          assert.ok(worst.indexOf(to.state) >= worst.indexOf(from.state), JSON.stringify(edge));
        }
        for (const node of nodes) assert.ok(node.zh && node.en && node.address, JSON.stringify(node));
      }
    const sets = async (reader, query) => (await reader.done('GET', `/api/architecture${query}`)).nodes
      .filter(({ kind }) => kind === 'data_set').map(({ id }) => id);
    assert.ok((await sets(leader, '')).includes('data_set:fiscal_spending'));
    assert.ok(!(await sets(anybody, '')).includes('data_set:fiscal_spending'));
    assert.deepEqual(await sets(leader, '?view=brain'), []);
    const own = await leader.done('GET', '/api/architecture?view=department&department_code=XD02');
    assert.deepEqual(own.edges.filter(({ to }) => to === 'indicator:RD02').map(({ from }) => from), ['data_set:rd_statistics']);
    assert.ok(own.edges.some(({ from, to }) => from === 'indicator:RD02' && to === 'page:overview')); // it has a target
    assert.equal((await leader.get('/api/architecture?view=department')).status, 422);
    assert.equal((await leader.get('/api/architecture?view=inside')).status, 422);
    const table = await anybody.get('/api/architecture_nodes.csv?view=brain');
    assert.equal(table.status, 200, table.body);
    assert.match(table.body, /page:indicators,page,/);
    assert.match((await anybody.get('/api/architecture_edges.csv')).body, /register:organisations/);
  });
}

for (const server of servers)
  test(`${server.name}: data sets are found by whoever may read their entry`, async () => {
    const admin = await administrator(server), leader = await newUser(admin, 'leader');
    const found = async (reader) => (await reader.done('GET', `/api/search?q=${encodeURIComponent('财政科技支出')}&kind=data_set`)).items.map(({ key }) => key);
    assert.deepEqual(await found(leader), ['fiscal_spending']);
    assert.ok(!(await found(new Reader(server))).includes('fiscal_spending'), 'it is not public');
  });
