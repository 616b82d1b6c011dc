// Findings: a check finds what does not add up, people say what it is, a revision ends it, and each
// reader sees what he may; on both databases.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, figure, newName, newUser, Reader, servers } from './access.mjs';
import { ask } from './ask.mjs';
import { get, makers, operator, post, start, until } from './apart.mjs';

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const who = { public: new Reader(server) };
  const figures = {};

  const check = async (by = who.analyst) => {
    const { id } = await by.done('POST', '/api/finding_checks', {});
    const job = await until('the check has ended', async () => {
      const now = (await who.admin.done('GET', '/api/finding_check')).job;
      return now.id >= id && ['done', 'failed', 'cancelled'].includes(now.state) ? now : null;
    });
    assert.equal(job.state, 'done', job.message);
    return job;
  };
  const of = async (reader, { fact_id }) => (await reader.done('GET', `/api/findings?fact_id=${fact_id}`)).items;
  // R&D above the output that it is a part of: indicator_relations.csv says so.
  const record = (by, area_code, period, more = {}) => Promise.all([
    by.done('POST', '/api/observations', figure({ area_code, period, value: 500, note: '测试', visibility: 'bureau', ...more })),
    by.done('POST', '/api/observations', figure({ indicator_code: 'GDP', area_code, period, value: 300, note: '测试', visibility: 'bureau', ...more })),
  ]);
  const step = (by, id, event, reason) => by.post(`/api/findings/${id}/steps`, { event, reason });

  test(called('setting up'), async () => {
    const admin = who.admin = await administrator(server);
    for (const role of ['analyst', 'leader', 'auditor', 'expert', 'specialist']) who[role] = await newUser(admin, role);
    who.second = await newUser(admin, 'analyst');
    who.southern = await newUser(admin, 'district_officer', { area_code: 'XZ-NP' });
    who.eastern = await newUser(admin, 'district_officer', { area_code: 'XZ-DL' });
    [figures.part, figures.whole] = await record(who.analyst, 'XZ-NP', '2014');
    await check();
  });

  test(called('a part above its whole is found, with its figures and how it was computed'), async () => {
    const [found, ...more] = await of(who.analyst, figures.part);
    assert.equal(more.length, 0);
    assert.equal(found.rule, 'subset_exceeds_whole');
    assert.equal(found.state, 'open');
    assert.equal(found.visibility, 'bureau');
    const shown = await who.analyst.done('GET', `/api/findings/${found.id}`);
    assert.deepEqual(shown.figures.map(({ fact_id }) => fact_id).sort(), [figures.part.fact_id, figures.whole.fact_id].sort());
    assert.ok(shown.rule_title && shown.rule_test && shown.rule_title_en && shown.rule_test_en);
    assert.ok(shown.arithmetic.includes('500') && shown.arithmetic.includes('300'), shown.arithmetic);
    const beside = (await who.analyst.done('GET', `/api/observations/${figures.whole.id}/findings`)).items;
    assert.deepEqual(beside.map(({ id }) => id), [found.id]);
    const marks = (await who.analyst.done('GET', '/api/finding_marks?indicator_code=RD01')).items;
    assert.equal(marks.find(({ fact_id }) => fact_id === figures.part.fact_id)?.count, 1);
  });

  test(called('it is the bureau’s and the district’s own'), async () => {
    const [{ id }] = await of(who.analyst, figures.part);
    for (const role of ['leader', 'auditor', 'admin', 'southern']) assert.equal((await of(who[role], figures.part)).length, 1, role);
    for (const role of ['public', 'eastern', 'expert', 'specialist']) {
      assert.equal((await of(who[role], figures.part)).length, 0, role);
      assert.equal((await who[role].get(`/api/findings/${id}`)).status, 404, role);
      assert.equal((await who[role].get(`/api/findings.csv?fact_id=${figures.part.fact_id}`)).body.trim().split('\n').length, 1, role);
    }
    const counted = async (reader) => (await reader.done('GET', `/api/finding_counts?fact_id=${figures.part.fact_id}`)).items
      .reduce((sum, { count }) => sum + count, 0);
    assert.equal(await counted(who.southern), 1);
    assert.equal(await counted(who.eastern), 0);
    assert.equal((await step(who.eastern, id, 'explanation', '不归我')).status, 404);
    assert.equal((await step(who.leader, id, 'explanation', '看看')).status, 403);
  });

  test(called('counts are those of the list'), async () => {
    const all = [];
    for (let next = ''; next !== null;) {
      const page = await who.analyst.done('GET', `/api/findings?limit=3${next && `&after=${next}`}`);
      all.push(...page.items);
      next = page.next;
    }
    const { items } = await who.analyst.done('GET', '/api/finding_counts');
    assert.equal(items.reduce((sum, { count }) => sum + count, 0), all.length);
    for (const { rule, kind, state, count } of items)
      assert.equal(all.filter((one) => one.rule === rule && one.kind === kind && one.state === state).length, count);
  });

  test(called('who handles it says why, and everybody who handles it sees what was said'), async () => {
    const [{ id }] = await of(who.southern, figures.part);
    assert.equal((await step(who.southern, id, 'explanation')).status, 422, 'without a reason');
    assert.equal((await step(who.southern, id, 'reopening', '没关过')).status, 409);
    const mine = await who.southern.done('POST', `/api/findings/${id}/owner`, {});
    assert.equal(mine.owner_name, who.southern.name);
    assert.equal((await who.second.post(`/api/findings/${id}/owner`, { release: true })).status, 409, 'not his');
    const explained = await who.southern.done('POST', `/api/findings/${id}/steps`, { event: 'explanation', reason: '含外地投入' });
    assert.equal(explained.state, 'explained');
    assert.deepEqual(explained.history.map(({ event, actor, reason }) => [event, actor, reason]),
      [['explanation', who.southern.name, '含外地投入']]);
    assert.deepEqual(explained.next_steps.map(({ event }) => event), ['reopening']);
    assert.equal((await who.analyst.done('GET', `/api/findings?owner_id=${who.southern.id}`)).items.length, 1);
    assert.equal((await step(who.analyst, id, 'acceptance', '再说')).status, 409);
  });

  test(called('a new check keeps what people have made of it'), async () => {
    const [before] = await of(who.analyst, figures.part);
    assert.match((await check()).message, /0 new, 0 gone/);
    const [after] = await of(who.analyst, figures.part);
    assert.deepEqual(after, before);
  });

  test(called('a revision of a figure ends it, and the old values bring it back'), async () => {
    const [{ id }] = await of(who.analyst, figures.part);
    const revise = async (value) => {
      const { items: [now] } = await who.analyst.done('GET', `/api/observations?fact_id=${figures.whole.fact_id}`);
      await who.analyst.done('POST', `/api/observations/${now.id}/revisions`, { value, note: '更正' }, [['If-Match', `"${now.recorded_seq}"`]]);
    };
    await revise(900);
    assert.match((await check()).message, /0 new, 1 gone/);
    const gone = await who.analyst.done('GET', `/api/findings/${id}`);
    assert.equal(gone.state, 'corrected');
    assert.match(gone.reason, /已修订/);
    assert.equal(gone.history.at(-1).event, 'disappearance');
    assert.equal(gone.figures.find(({ fact_id }) => fact_id === figures.whole.fact_id).value, 300, 'as it was found');
    assert.equal((await who.analyst.done('GET', '/api/finding_marks?indicator_code=RD01')).items.some(({ fact_id }) => fact_id === figures.part.fact_id), false);
    await revise(300);
    await check();
    const again = await who.analyst.done('GET', `/api/findings/${id}`);
    assert.equal(again.state, 'open');
    assert.equal(again.history.at(-1).event, 'recurrence');
    await revise(200);
    await check();
    const all = await of(who.analyst, figures.part);
    assert.deepEqual(all.map(({ state }) => state).sort(), ['corrected', 'open'], 'other values are another finding');
  });

  test(called('it is never more visible than its figures, and publication takes a second person'), async () => {
    const [drafts] = await Promise.all([record(who.analyst, 'XZ-DL', '2013', { visibility: 'draft' })]);
    const [published] = [await record(who.analyst, 'XZ-XL', '2013', { visibility: 'government' })];
    await check();
    const [secret] = await of(who.analyst, drafts[0]), [open] = await of(who.analyst, published[0]);
    assert.equal(secret.visibility, 'draft');
    assert.equal((await of(who.leader, drafts[0])).length, 0);
    assert.equal((await of(who.eastern, drafts[0])).length, 1, 'its own');
    const publish = (by, { id }, visibility) => by.post(`/api/findings/${id}/publication`, { visibility });
    assert.equal((await publish(who.analyst, secret, 'bureau')).status, 409);
    assert.equal((await publish(who.analyst, open, 'public')).status, 409, 'its figures are not public');
    assert.equal((await publish(who.analyst, open, 'government')).status, 200);
    assert.equal((await of(who.eastern, published[0])).length, 1);
    assert.equal((await of(who.public, published[0])).length, 0);
    await check();
    assert.equal((await of(who.eastern, published[0])).length, 1, 'a check leaves it');

    const [definition] = (await who.analyst.done('GET', '/api/findings?fact_id=X038')).items;
    const asked = await publish(who.analyst, definition, 'public');
    assert.equal(asked.status, 202, asked.body);
    assert.equal((await who.public.done('GET', '/api/findings?fact_id=X038')).items.length, 0);
    await who.second.done('POST', `/api/proposals/${asked.json.id}/approval`, {});
    const [seen] = (await who.public.done('GET', '/api/findings?fact_id=X038')).items;
    assert.equal(seen.visibility, 'public');
    assert.equal(seen.owner_name, null);
    const detail = await who.public.done('GET', `/api/findings/${definition.id}`);
    assert.deepEqual(detail.history, []);
    assert.deepEqual(detail.next_steps, []);
  });

  test(called('an import shows what it would bring before anything is written'), async () => {
    const HEAD = 'fact_id,indicator_code,area_code,period,value,unit,measure,status,approximation,visibility';
    const [part, whole, fine] = ['A', 'B', 'C'].map(newName);
    const rows = [`${part},RD01,XZ-NP,2011,5123,元,flow,final,exact,bureau`, `${whole},GDP,XZ-NP,2011,612,元,flow,final,exact,bureau`,
      `${fine},RD01,XZ-XL,2011,7,元,flow,final,exact,bureau`];
    const send = async (by, lines) => (await by.done('POST', '/api/imports?target=observations&name=own.csv',
      `${[HEAD, ...lines].join('\n')}\n`, [['Content-Type', 'text/csv']])).id;
    const before = (await who.analyst.get('/api/observations.csv')).body;
    const id = await send(who.analyst, rows);
    const foreseen = await who.analyst.done('GET', `/api/imports/${id}/findings`);
    assert.equal(foreseen.line_count, 3);
    assert.deepEqual(foreseen.items.map(({ rule, fact_ids }) => [rule, fact_ids.split(' ').sort()]),
      [['subset_exceeds_whole', [part, whole].sort()]]);
    assert.equal((await who.analyst.get('/api/observations.csv')).body, before);
    assert.equal((await who.second.get(`/api/imports/${id}/findings`)).status, 404, 'another’s import');
    assert.equal((await who.leader.get(`/api/imports/${id}/findings`)).status, 403);
    // A line that changes a figure that is there: with the figure beside it.
    const { items: [now] } = await who.analyst.done('GET', `/api/observations?fact_id=${figures.whole.fact_id}`);
    const change = await send(who.analyst, [`${now.fact_id},GDP,XZ-NP,2014,9000,元,flow,${now.status},${now.approximation},bureau`]);
    assert.deepEqual((await who.analyst.done('GET', `/api/imports/${change}/findings`)).items, []);
    const wrong = await send(who.analyst, [`${now.fact_id},GDP,XZ-NP,2014,1,元,flow,${now.status},${now.approximation},bureau`]);
    assert.deepEqual((await who.analyst.done('GET', `/api/imports/${wrong}/findings`)).items.map(({ fact_ids }) => fact_ids.split(' ').sort()),
      [[figures.part.fact_id, figures.whole.fact_id].sort()]);
  });

  test(called('two checks asked for at once are one, and a check changes no figure'), async () => {
    const before = (await who.analyst.get('/api/observations.csv')).body;
    const asked = await Promise.all([1, 2, 3, 4].map(() => who.analyst.done('POST', '/api/finding_checks', {})));
    await until('all have ended', async () => (await who.admin.done('GET', '/api/finding_check')).job.state === 'done');
    assert.ok(new Set(asked.map(({ id }) => id)).size <= 4);
    const { items } = await who.analyst.done('GET', '/api/findings?limit=500');
    assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
    assert.equal((await who.analyst.get('/api/observations.csv')).body, before);
    assert.equal((await who.expert.post('/api/finding_checks', {})).status, 403);
  });
}

for (const [name, make] of Object.entries(makers))
  test(`${name}: after a change the figures are checked by themselves, once they stand still`, async () => {
    const server = await start(make('checked'), 'tests/packs/xingzhou', '--check-after', '1');
    const state = async () => JSON.parse((await get(server.url, '/api/finding_check', operator(server.token))).body);
    const found = async (fact) => JSON.parse((await get(server.url, `/api/findings?fact_id=${fact}`, operator(server.token))).body).items;
    const first = await until('the pack has been checked', async () => {
      const now = await state();
      return now.checked_at && now.job.state === 'done' ? now : null;
    });
    assert.ok(first.observation_count > 50);
    const [part] = await Promise.all([
      post(server, '/api/observations', figure({ area_code: 'XZ-NP', period: '2014', value: 500, note: '测试', visibility: 'bureau' })),
      post(server, '/api/observations', figure({ indicator_code: 'GDP', area_code: 'XZ-NP', period: '2014', value: 300, note: '测试', visibility: 'bureau' })),
    ]);
    const [one] = await until('it has been found', async () => {
      const items = await found(part.fact_id);
      return items.length ? items : null;
    });
    assert.equal(one.state, 'open');
    // A revision ends it, with nobody asking.
    const { id, recorded_seq } = JSON.parse((await get(server.url, `/api/observations?fact_id=${part.fact_id}`, operator(server.token))).body).items[0];
    const revised = await ask(server.url, 'POST', `/api/observations/${id}/revisions`, [...operator(server.token),
      ['Content-Type', 'application/json'], ['If-Match', `"${recorded_seq}"`]], JSON.stringify({ value: 100, note: '更正' }));
    assert.equal(revised.status, 201, revised.body);
    await until('it is corrected', async () => (await found(part.fact_id))[0].state === 'corrected');
    // Nothing has changed since: nothing is checked.
    const { job } = await state();
    assert.equal((await state()).job.id, job.id);
  });
