// What an import may not do that nobody may do record by record, on both databases: publish or retract alone, publish
// something else than what was proposed, make a figure less visible, or take back what others have written since.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, figure, newName, newUser, Reader, servers } from './access.mjs';

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const anybody = new Reader(server);
  const who = {};

  const rest = async (reader, id) => {
    for (;;) {
      const found = await reader.done('GET', `/api/imports/${id}`);
      if (found.state !== 'checking' && found.state !== 'running') return found;
      await pause(20);
    }
  };
  const take = async (reader, id, step) => {
    await reader.done('POST', `/api/imports/${id}/${step}`);
    return rest(reader, id);
  };
  const send = async (reader, target, rows) => (await reader.done('POST', `/api/imports?target=${target}&name=t.csv`,
    `${rows.join('\n')}\n`, [['Content-Type', 'text/csv']])).id;
  const problems = async (reader, id) => (await reader.done('GET', `/api/imports/${id}/problems`)).items;
  const approve = (proposal) => who.leader.post(`/api/proposals/${proposal.id}/approval`, {});
  const headings = 'fact_id,indicator_code,area_code,period,value,unit,measure,status,approximation,visibility';
  const row = (fact, value, visibility, period = '2018') => `${fact},RD01,XZ-DL,${period},${value},元,flow,estimate,exact,${visibility}`;
  const publicValues = async (fact) => (await anybody.done('GET', `/api/observations?fact_id=${fact}`)).items.map(({ value }) => value);

  test(called('setting up'), async () => {
    who.administrator = await administrator(server);
    for (const role of ['analyst', 'leader']) who[role] = await newUser(who.administrator, role);
  });

  test(called('what is approved is the table as it was proposed'), async () => {
    const fact = newName('I'), id = await send(who.analyst, 'observations', [headings, row(fact, 8, 'public')]);
    await take(who.analyst, id, 'check');
    const proposed = await who.analyst.post(`/api/imports/${id}/run`);
    assert.equal(proposed.status, 202, proposed.body);
    await who.analyst.done('POST', `/api/imports/${id}/corrections`, { cells: [{ line: 2, column: 5, value: '999' }] });
    assert.equal((await take(who.analyst, id, 'check')).state, 'checked');
    assert.equal((await approve(proposed.json)).status, 412);
    assert.deepEqual(await publicValues(fact), []);
    const again = await who.analyst.post(`/api/imports/${id}/run`);
    assert.equal((await approve(again.json)).status, 200);
    assert.equal((await rest(who.analyst, id)).state, 'done');
    assert.deepEqual(await publicValues(fact), [999]);
    // It is taken back as it came: by two.
    const undoing = await who.analyst.post(`/api/imports/${id}/undo`);
    assert.equal(undoing.status, 202, undoing.body);
    assert.deepEqual(await publicValues(fact), [999]);
    assert.equal((await approve(undoing.json)).status, 200);
    assert.equal((await rest(who.analyst, id)).state, 'undone');
    assert.deepEqual(await publicValues(fact), []);
  });

  test(called('what the public reads is not retracted by a table'), async () => {
    const fact = newName('I');
    const proposed = await who.analyst.done('POST', '/api/observations', figure({ fact_id: fact, period: '2017', visibility: 'public' }));
    assert.equal((await approve(proposed)).status, 200);
    const id = await send(who.analyst, 'observations', [headings, row(fact, 7, 'bureau', '2017')]);
    assert.equal((await take(who.analyst, id, 'check')).counts.wrong, 1);
    const [problem] = await problems(who.analyst, id);
    assert.deepEqual([problem.line, problem.column, problem.field], [2, 10, 'visibility']);
    const set = { code: newName('import_'), name: '公开目录', name_en: 'Open', kind: 'funding', department_code: 'XD03',
      definition: '测试', basis: 'ours', rhythm: 'yearly', due_days: 10 };
    const made = await who.administrator.post('/api/data_sets', { ...set, class: 'public' });
    assert.equal(made.status, 202, made.body);
    assert.equal((await approve(made.json)).status, 200);
    const hiding = await send(who.administrator, 'data_sets', ['code,class', `${set.code},bureau`]);
    await take(who.administrator, hiding, 'check');
    const hidden = await who.administrator.post(`/api/imports/${hiding}/run`);
    assert.equal(hidden.status, 202, hidden.body);
    assert.equal((await anybody.get(`/api/data_sets/${set.code}`)).status, 200);
  });

  test(called('what a later table wrote beside it is not taken back'), async () => {
    const code = newName('Z');
    const departments = async (...rows) => {
      const id = await send(who.administrator, 'departments', rows);
      const ran = await take(who.administrator, id, 'run');
      assert.equal(ran.state, 'done', ran.message);
      return id;
    };
    const found = async () => (await who.administrator.done('GET', '/api/departments?limit=500')).items.find((one) => one.code === code);
    await departments('code,name,name_en,scope,named_in_source', `${code},甲部门,First,范围,是`);
    const renaming = await departments('code,name', `${code},乙部门`);
    const translating = await departments('code,name_en', `${code},Second`);
    const kept = await take(who.administrator, renaming, 'undo');
    assert.equal(kept.state, 'done');
    assert.equal((await problems(who.administrator, renaming)).length, 1);
    assert.deepEqual([(await found()).name, (await found()).name_en], ['乙部门', 'Second']);
    // The other way round there is nothing in the way.
    assert.equal((await take(who.administrator, translating, 'undo')).state, 'undone');
    assert.equal((await take(who.administrator, renaming, 'undo')).state, 'undone');
    assert.deepEqual([(await found()).name, (await found()).name_en], ['甲部门', 'First']);
  });

  test(called('what is wrong is named with its place, and no value is made up'), async () => {
    const cell = ['Content-Type', 'text/csv'];
    const columns = Array.from({ length: 300 }, (_, i) => `c${i}`).join(',');
    const wide = await who.analyst.ask('POST', '/api/imports?target=observations&name=t.csv', `${columns}\n`, [cell]);
    assert.equal(wide.status, 422, wide.body);
    assert.match(wide.json.detail, /第 1 行第 256 列.*列太多/);
    const id = await send(who.analyst, 'observations', [headings, row(newName('I'), '', 'bureau', '2016')]);
    assert.equal((await take(who.analyst, id, 'check')).counts.wrong, 1);
    const [problem] = await problems(who.analyst, id);
    assert.deepEqual([problem.line, problem.column, problem.field, problem.value], [2, 5, 'value', null]);
  });

  test(called('an empty cell publishes nothing'), async () => {
    const fact = newName('I');
    await take(who.analyst, await send(who.analyst, 'observations', [headings, row(fact, 3, 'bureau', '2014')]), 'check')
      .then(({ id }) => take(who.analyst, id, 'run'));
    // Neither does a missing one, nor does the history say that it had.
    const unsaid = newName('I');
    const other = await send(who.analyst, 'observations', [headings.replace(/,visibility$/, ''), row(unsaid, 5, '', '2013').slice(0, -1)]);
    await take(who.analyst, other, 'check');
    assert.equal((await take(who.analyst, other, 'run')).state, 'done');
    const [record] = (await who.analyst.done('GET', `/api/observations?fact_id=${unsaid}`)).items;
    assert.equal(record.visibility, 'bureau');
    const { items: [made] } = await who.analyst.done('GET', `/api/history?kind=observation&key=${record.id}`);
    assert.equal(made.state.visibility, 'bureau');
    const id = await send(who.analyst, 'observations', [headings, row(fact, 4, '', '2014')]);
    const checked = await take(who.analyst, id, 'check');
    assert.deepEqual([checked.counts.changed, checked.public_count], [1, 0]);
    await take(who.analyst, id, 'run');
    const [now] = (await who.analyst.done('GET', `/api/observations?fact_id=${fact}`)).items;
    assert.deepEqual([now.value, now.visibility], [4, 'bureau']);
  });
}
