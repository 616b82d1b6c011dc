// Search over everything the reader may see: users, proposals, releases, definitions and imports are found by whom they are
// shown to, and by nobody else; not even in a count.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, figure, newName, newUser, Reader, servers, tomorrow } from './access.mjs';

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const who = { anybody: new Reader(server) };
  const look = async (name, q, more = {}) => who[name].done('GET', `/api/search?${new URLSearchParams({ q, ...more })}`);
  const finds = async (name, q, kind) => {
    const all = await look(name, q), of = await look(name, q, { kind });
    const counted = all.kinds.find((item) => item.kind === kind)?.count ?? 0;
    assert.equal(of.items.length > 0, counted > 0, `${name} ${q} ${kind}: counted ${counted}`);
    return of.relaxed ? [] : of.items.map((item) => item.key); // not what holds only a part of the words
  };
  const importing = async (reader, target, rows) => {
    const { id } = await reader.done('POST', `/api/imports?target=${target}&name=${newName('datei')}.csv`, `${rows.join('\n')}\n`, [['Content-Type', 'text/csv']]);
    for (const [step, end] of [['check', 'checked'], ['run', 'done']]) {
      await reader.done('POST', `/api/imports/${id}/${step}`);
      for (;;) {
        const found = await reader.done('GET', `/api/imports/${id}`);
        if (found.state === end) break;
        assert.ok(['running', 'checking'].includes(found.state), found.message);
        await pause(20);
      }
    }
    return reader.done('GET', `/api/imports/${id}`);
  };
  const undo = async (id) => {
    await who.analyst.done('POST', `/api/imports/${id}/undo`);
    for (;;) {
      const found = await who.analyst.done('GET', `/api/imports/${id}`);
      if (found.state === 'undone') return;
      assert.equal(found.state, 'running', JSON.stringify([id, (await who.analyst.done('GET', `/api/imports/${id}/problems`)).items]));
      await pause(20);
    }
  };

  test(called('setting up'), async () => {
    who.administrator = await administrator(server);
    for (const role of ['analyst', 'leader', 'auditor', 'expert']) who[role] = await newUser(who.administrator, role);
    who.eastern = await newUser(who.administrator, 'district_officer', { area_code: 'XZ-DL' });
    who.other = await newUser(who.administrator, 'analyst');
  });

  test(called('users are found by administrators and auditors alone'), async () => {
    for (const [name, sees] of [['administrator', true], ['auditor', true], ['analyst', false], ['anybody', false]])
      assert.deepEqual(await finds(name, who.expert.name, 'user'), sees ? [String(who.expert.id)] : [], name);
    const { token } = await who.administrator.done('POST', '/api/tokens', { name: 'x', scopes: 'read', expires_on: tomorrow() });
    who.program = new Reader(server, [['Authorization', `Bearer ${token}`]]);
    assert.deepEqual(await finds('program', who.expert.name, 'user'), [], 'a token reads no accounts');
  });

  test(called('proposals are found by their proposer and by those who see all'), async () => {
    const record = await who.eastern.done('POST', '/api/observations', figure({ fact_id: newName('P') }));
    const asked = await who.eastern.post(`/api/observations/${record.id}/publication`, { visibility: 'public' });
    assert.equal(asked.status, 202, asked.body);
    const { id, path, title } = asked.json;
    for (const q of [path, `${title} ${who.eastern.name}`])
      for (const [name, sees] of [['eastern', true], ['leader', true], ['analyst', true], ['anybody', false]])
        assert.equal((await finds(name, q, 'proposal')).includes(String(id)), sees, `${name}: ${q}`);
    const western = await newUser(who.administrator, 'district_officer', { area_code: 'XZ-XL' }).catch(() => null);
    if (western) {
      who.western = western;
      assert.ok(!(await finds('western', path, 'proposal')).includes(String(id)));
    }
  });

  test(called('what would be erased is in nobody’s hits'), async () => {
    const person = await who.administrator.done('POST', '/api/people', { name: '呼延测试', phone: '13700000001' });
    const word = newName('ershi');
    const asked = await who.administrator.post(`/api/people/${person.id}/erasure`, { reason: word });
    assert.equal(asked.status, 202, asked.body);
    for (const name of ['administrator', 'leader', 'anybody']) assert.deepEqual(await finds(name, `/api/people/${person.id}/erasure`, 'proposal'), [], name);
  });

  test(called('definitions and releases that came by a table are found, changed, and found no more'), async () => {
    const word = '鼍鼋之数';
    const made = await importing(who.analyst, 'indicator_definitions', ['indicator_code,version,definition,basis', `RD01,77,${word}的定义,ours`]);
    assert.deepEqual(await finds('anybody', word, 'definition_text'), ['RD01/77']);
    const changed = await importing(who.analyst, 'indicator_definitions', ['indicator_code,version,definition,basis', 'RD01,77,鸾凤之数的定义,ours']);
    assert.deepEqual(await finds('anybody', word, 'definition_text'), []);
    assert.deepEqual(await finds('anybody', '鸾凤之数', 'definition_text'), ['RD01/77']);
    for (const { id } of [changed, made]) await undo(id);
    assert.deepEqual(await finds('anybody', '鸾凤之数', 'definition_text'), []);
    const rule = await importing(who.analyst, 'releases', ['indicator_code,period_kind,status,months_after,publisher,basis', 'RD01,month,estimate,2,鼍鼋发布社,ours']);
    assert.deepEqual(await finds('anybody', '鼍鼋发布社', 'release_text'), ['RD01/month/estimate']);
    await undo(rule.id);
    assert.deepEqual(await finds('anybody', '鼍鼋发布社', 'release_text'), []);
  });

  test(called('imports are found by whoever sent them, and by overseers'), async () => {
    const { file_name: name, id } = await importing(who.analyst, 'indicator_definitions', ['indicator_code,version,definition,basis', 'RD01,78,甲,ours']);
    for (const [reader, sees] of [['analyst', true], ['administrator', true], ['other', false], ['leader', false], ['anybody', false]])
      assert.deepEqual(await finds(reader, name, 'import'), sees ? [String(id)] : [], reader);
  });

  test(called('a data set that came by a table is found as its class says'), async () => {
    const code = newName('geheim_');
    await importing(who.administrator, 'data_sets', ['code,name,name_en,kind,department_code,definition,basis,rhythm,due_days,class',
      `${code},内部目录${code},Inner,funding,XD03,测试,ours,yearly,10,bureau`]);
    assert.deepEqual(await finds('administrator', code, 'data_set'), [code]);
    assert.deepEqual(await finds('anybody', code, 'data_set'), []);
  });

  test(called('an indicator and an area name a series, where there is one to be seen'), async () => {
    const hidden = await who.analyst.done('POST', '/api/observations', figure({ fact_id: newName('S'), indicator_code: 'RD01', area_code: 'XZ-DL', period: '2024', value: 4711 }));
    const areas = (await who.anybody.done('GET', '/api/areas')).items, area = areas.find(({ code }) => code === 'XZ-DL');
    const indicator = await who.anybody.done('GET', '/api/indicators/RD01');
    for (const q of [`${area.short_name} ${indicator.name}`, `${area.name}${indicator.name}`, `${indicator.name} ${area.name}的 2023年 是多少`]) {
      const { items: [first], kinds } = await look('analyst', q);
      assert.deepEqual([first.kind, first.key, first.address], ['series', 'RD01/XZ-DL', '/indicators/RD01?area=XZ-DL'], q);
      assert.match(first.snippet[0].text, /4711/);
      assert.equal(kinds[0].kind, 'series');
      const outside = await look('anybody', q);
      assert.ok(!JSON.stringify(outside.items).includes('4711'), 'figures of the bureau are not told');
    }
    assert.ok(hidden.id);
    assert.notEqual((await look('analyst', area.name)).items[0].kind, 'series');
    assert.notEqual((await look('analyst', indicator.name)).items[0].kind, 'series');
    const page = await look('analyst', `${area.name} ${indicator.name}`, { limit: '1' });
    assert.deepEqual([page.items.length, page.items[0].kind], [1, 'series']);
    if (page.next) assert.notEqual((await look('analyst', `${area.name} ${indicator.name}`, { limit: '1', after: page.next })).items[0].kind, 'series');
    assert.deepEqual([...new Set((await look('analyst', `${area.name} ${indicator.name}`, { kind: 'series' })).items.map(({ kind }) => kind))], ['series']);
  });
}
