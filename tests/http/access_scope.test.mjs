// Own, foreign, unpublished: what each role finds of records whose owner and visibility are known, one
// by one and in every list, file and count. Whoever may see what is written down here by hand.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, figure, newCode, newMember, newName, newOrganisation, newUser, Reader, servers, wholeList, workbookText }
  from './access.mjs';

const sorted = (names) => [...names].sort();

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const who = { public: new Reader(server) };
  const records = {}, documents = {}, sequences = {};
  const mark = newName('scope');

  test(called('setting up'), async () => {
    const admin = who.administrator = await administrator(server);
    const officer = (role, scope) => newUser(admin, role, scope);
    who.eastern = await officer('district_officer', { area_code: 'XZ-DL' });
    who.southern = await officer('district_officer', { area_code: 'XZ-NP' });
    who.predecessor = await officer('district_officer', { area_code: 'XZ-GD' });
    who.successor = await officer('district_officer', { area_code: 'XZ-XG' });
    who.city = await officer('district_officer', { area_code: 'XZ' });
    who.statistics = await officer('department_officer', { department_code: 'XD02' });
    who.finance = await officer('department_officer', { department_code: 'XD03' });
    for (const role of ['specialist', 'analyst', 'leader', 'expert', 'auditor']) who[role] = await newUser(admin, role);
    who.firm = await newMember(admin, await newOrganisation(admin), 'enterprise', true);
    who.bank = await newMember(admin, await newOrganisation(admin, { kind: 'bank' }), 'bank');

    const record = async (name, by, more) => {
      const made = await by.done('POST', '/api/observations', figure({ period: '2022', note: `${mark} ${name}`, fact_id: `${mark}-${name}`, ...more }));
      records[name] = made;
    };
    await record('eastDraft', who.eastern, { visibility: 'draft' });
    await record('eastBureau', who.analyst, { visibility: 'bureau' });
    await record('eastGovernment', who.analyst, { visibility: 'government' });
    await record('southDraft', who.southern, { visibility: 'draft', area_code: 'XZ-NP' });
    await record('oldHarbourDraft', who.successor, { visibility: 'draft', area_code: 'XZ-GD' });
    await record('newHarbourDraft', who.successor, { visibility: 'draft', area_code: 'XZ-XG', period: '2026-02' });
    await record('statisticsDraft', who.statistics, { visibility: 'draft', area_code: 'XZ', department_code: 'XD02' });
    const asked = await who.analyst.done('POST', '/api/observations',
      figure({ period: '2022', note: `${mark} eastPublic`, fact_id: `${mark}-eastPublic`, visibility: 'public' }));
    const approved = await who.leader.done('POST', `/api/proposals/${asked.id}/approval`, {});
    records.eastPublic = await who.public.done('GET', approved.location);
    for (const [name, { id }] of Object.entries(records))
      sequences[name] = (await who.analyst.done('GET', `/api/history?kind=observation&key=${id}`)).items[0].sequence;

    const upload = async (name, by, query = '') => {
      documents[name] = await by.done('POST', `/api/documents?name=${mark}-${name}.txt${query}`, `${mark} ${name}\n`, [['Content-Type', 'text/plain']]);
    };
    await upload('eastDraft', who.eastern, '&visibility=draft');
    await upload('eastBureau', who.analyst, '&visibility=bureau&area_code=XZ-DL');
    await upload('southDraft', who.southern, '&visibility=draft');
    await upload('oldHarbourDraft', who.analyst, '&visibility=draft&area_code=XZ-GD');
    await upload('statisticsDraft', who.statistics, '&visibility=draft');
    await upload('government', who.analyst, '&visibility=government');
    await upload('published', who.analyst, '&visibility=bureau');
    const proposal = await who.analyst.done('POST', `/api/documents/${documents.published.id}/publication`, { visibility: 'public' });
    await who.leader.done('POST', `/api/proposals/${proposal.id}/approval`, {});
  });

  // Who sees which records, beside what is public.
  const government = ['eastGovernment'];
  const bureau = [...government, 'eastBureau'];
  const seen = {
    public: [], firm: [], bank: [], expert: [],
    specialist: government, finance: government,
    eastern: [...bureau, 'eastDraft'], southern: [...government, 'southDraft'],
    predecessor: [...government, 'oldHarbourDraft'],
    successor: [...government, 'oldHarbourDraft', 'newHarbourDraft'],
    city: [...bureau, 'eastDraft', 'southDraft', 'oldHarbourDraft', 'newHarbourDraft', 'statisticsDraft'],
    statistics: [...government, 'statisticsDraft'],
    leader: bureau, administrator: bureau,
    analyst: 'all', auditor: 'all',
  };
  const seenBy = (name) => (seen[name] === 'all' ? sorted(Object.keys(records)) : sorted([...seen[name], 'eastPublic']));

  for (const name of Object.keys(seen))
    test(called(`figures that ${name} finds`), async () => {
      const reader = who[name], wanted = seenBy(name);
      const found = { alone: [], lineage: [], history: [], past: [], byFact: [] };
      for (const [key, { id, fact_id }] of Object.entries(records)) {
        const note = async (where, path) => {
          const reply = await reader.get(path);
          assert.ok([200, 404].includes(reply.status), `${path}: ${reply.status} ${reply.body}`);
          if (reply.status === 200) found[where].push(key);
          else assert.ok(!reply.body.includes(mark), path);
        };
        await note('alone', `/api/observations/${id}`);
        await note('lineage', `/api/observations/${id}/lineage`);
        await note('history', `/api/history?kind=observation&key=${id}`);
        const { items } = (await reader.get(`/api/history?kind=observation&key=${id}`)).json;
        if (items && wanted.includes(key)) assert.ok(items.length > 0, `the history of ${key} is empty`);
        await note('past', `/api/past?kind=observation&key=${id}&sequence=${sequences[key]}`);
        if ((await reader.done('GET', `/api/observations?fact_id=${fact_id}`)).items.length) found.byFact.push(key);
      }
      const mine = (rows) => sorted(rows.filter((row) => row.note?.startsWith(mark)).map((row) => row.note.split(' ')[1]));
      found.list = mine(await wholeList(reader, '/api/observations', '&indicator_code=RD01&sort=-period_end'));
      found.asOf = mine(await wholeList(reader, '/api/observations', `&as_of=${records.eastPublic.recorded_seq}`));
      const inText = (text) => sorted(Object.keys(records).filter((key) => text.includes(`${mark} ${key}`)));
      found.csv = inText((await reader.get('/api/observations.csv?sort=-id')).body);
      found.xlsx = inText(workbookText((await reader.get('/api/observations.xlsx?indicator_code=RD01')).bytes));
      for (const [where, keys] of Object.entries(found)) assert.deepEqual(sorted(keys), wanted, where);
    });

  const documentsSeen = {
    public: [], firm: [], bank: [], expert: [],
    specialist: ['government'], finance: ['government'], eastern: ['government', 'eastDraft', 'eastBureau'],
    southern: ['government', 'southDraft'], predecessor: ['government', 'oldHarbourDraft'],
    successor: ['government', 'oldHarbourDraft'], statistics: ['government', 'statisticsDraft'],
    leader: ['government', 'eastBureau'], administrator: ['government', 'eastBureau'],
    analyst: 'all', auditor: 'all',
  };
  for (const name of Object.keys(documentsSeen))
    test(called(`documents that ${name} finds`), async () => {
      const reader = who[name];
      const wanted = documentsSeen[name] === 'all' ? sorted(Object.keys(documents)) : sorted([...documentsSeen[name], 'published']);
      const found = { alone: [], lines: [], history: [], bySha: [] };
      for (const [key, { id, sha256 }] of Object.entries(documents)) {
        for (const [where, path] of [['alone', `/api/documents/${id}`], ['lines', `/api/documents/${id}/lines`], ['history', `/api/history?kind=document&key=${id}`]]) {
          const reply = await reader.get(path);
          assert.ok([200, 404].includes(reply.status), `${path}: ${reply.status}`);
          if (reply.status === 200) found[where].push(key);
        }
        if ((await reader.done('GET', `/api/documents?sha256=${sha256}`)).items.length) found.bySha.push(key);
      }
      const inText = (text) => sorted(Object.keys(documents).filter((key) => text.includes(`${mark}-${key}.txt`)));
      found.list = inText(JSON.stringify(await wholeList(reader, '/api/documents', '&sort=-id')));
      found.csv = inText((await reader.get('/api/documents.csv')).body);
      found.xlsx = inText(workbookText((await reader.get('/api/documents.xlsx')).bytes));
      for (const [where, keys] of Object.entries(found)) assert.deepEqual(sorted(keys), wanted, where);
    });

  test(called('sources that came with an upload are as hidden as it is'), async () => {
    const titles = async (reader) => sorted((await wholeList(reader, '/api/sources')).map((source) => source.title)
      .filter((title) => title.startsWith(mark)).map((title) => title.slice(mark.length + 1, -4)));
    assert.deepEqual(await titles(who.public), ['published']);
    assert.deepEqual(await titles(who.specialist), ['government', 'published']);
    assert.deepEqual(await titles(who.leader), ['eastBureau', 'government', 'published']);
    assert.deepEqual(await titles(who.analyst), sorted(Object.keys(documents)));
  });

  test(called('counts are counts of what one may see'), async () => {
    const count = async (reader, what) => (await reader.done('GET', '/api/overview')).counts[what].value;
    for (const [what, path] of [['sources', '/api/sources'], ['documents', '/api/documents']])
      for (const name of ['public', 'specialist', 'leader', 'analyst'])
        assert.equal(await count(who[name], what), (await wholeList(who[name], path)).length, `${what} as ${name}`);
    for (const name of ['public', 'specialist', 'leader', 'analyst']) {
      const csv = (await who[name].get('/api/observations.csv')).body.match(/\r\n(?=\d)/g).length;
      assert.equal(await count(who[name], 'observations'), csv, `observations as ${name}`);
    }
  });

  test(called('figures on pages go by clearance'), async () => {
    const ids = (text) => sorted(Object.keys(records).filter((key) => new RegExp(`"(id|observation_id)":${records[key].id}\\b`).test(text)));
    for (const [name, wanted] of [['public', ['eastPublic']], ['firm', ['eastPublic']], ['specialist', ['eastGovernment', 'eastPublic']],
      ['leader', ['eastBureau', 'eastGovernment', 'eastPublic']], ['analyst', ['eastBureau', 'eastDraft', 'eastGovernment', 'eastPublic']]]) {
      const series = await who[name].get('/api/series?indicator_code=RD01&area_code=XZ-DL');
      const found = ids(series.body);
      assert.ok(found.length > 0 && found.every((key) => wanted.includes(key)), `series as ${name}: ${found}`);
      const { others, history } = (await who[name].done('GET', `/api/observations/${records.eastPublic.id}/lineage`));
      assert.deepEqual(sorted(others.map((o) => o.fact_id.split('-')[1])), wanted.filter((key) => key !== 'eastPublic'), `lineage as ${name}`);
      assert.equal(history.length, 1);
      for (const path of ['/api/map?indicator_code=RD01&area_set=districts&period=2022', '/api/targets', '/api/overview']) {
        const hidden = ids((await who[name].get(path)).body).filter((key) => !wanted.includes(key) && !seenBy(name).includes(key));
        assert.deepEqual(hidden, [], `${path} as ${name}`);
      }
    }
  });

  test(called('whoever does not keep a record neither records, revises nor publishes it'), async () => {
    const tag = (record) => [['If-Match', `"${record.recorded_seq}"`]];
    const revise = (reader, record) => reader.post(`/api/observations/${record.id}/revisions`, { value: 8, note: '改' }, tag(record));
    const publish = (reader, record) => reader.post(`/api/observations/${record.id}/publication`, { visibility: 'government' });
    // A record that is seen is refused, one that is not is not there.
    for (const [name, key, wanted] of [['southern', 'eastGovernment', 403], ['southern', 'eastDraft', 404], ['finance', 'statisticsDraft', 404],
      ['statistics', 'eastGovernment', 403], ['predecessor', 'newHarbourDraft', 404], ['southern', 'eastPublic', 403]]) {
      assert.equal((await revise(who[name], records[key])).status, wanted, `${name} revises ${key}`);
      assert.equal((await publish(who[name], records[key])).status, wanted, `${name} publishes ${key}`);
    }
    const create = (reader, more) => reader.post('/api/observations', figure(more));
    assert.equal((await create(who.southern, { area_code: 'XZ-DL' })).status, 403);
    assert.equal((await create(who.southern, { area_code: 'XZ' })).status, 403);
    assert.equal((await create(who.predecessor, { area_code: 'XZ-GX', period: '2024' })).status, 403);
    assert.equal((await create(who.predecessor, { area_code: 'XZ-XG', period: '2026-02' })).status, 403);
    assert.equal((await create(who.finance, { department_code: 'XD02' })).status, 403);
    // Left out, it becomes the writer's own.
    const own = await who.finance.done('POST', '/api/observations', figure({ fact_id: newName('own') }));
    assert.equal(own.department_code, 'XD03');
    // A district on its date: the dissolved one until its end, its successor from then on.
    assert.equal((await create(who.successor, { area_code: 'XZ-GD', period: '2025', fact_id: newName('own') })).status, 201);
    assert.equal((await create(who.successor, { area_code: 'XZ-GD', period: '2026-01' })).status, 422);
    assert.equal((await create(who.predecessor, { area_code: 'XZ-GD', period: '2025-11', fact_id: newName('own') })).status, 201);
    assert.equal((await create(who.successor, { area_code: 'XZ-XG', period: '2025' })).status, 422);
    // The own can be revised and shown to the government at once.
    const revised = await who.eastern.done('POST', `/api/observations/${records.eastDraft.id}/revisions`, { value: 9, note: '改' }, tag(records.eastDraft));
    const shown = await who.eastern.done('POST', `/api/observations/${revised.id}/publication`, { visibility: 'government' });
    assert.equal(shown.visibility, 'government');
    assert.equal((await who.southern.get(`/api/observations/${records.eastDraft.id}`)).status, 404, 'the draft that it was');
    assert.equal((await who.southern.get(`/api/observations/${shown.id}`)).status, 200);
    const lineage = await who.southern.done('GET', `/api/observations/${shown.id}/lineage`);
    assert.equal(lineage.history.length, 1, 'drafts stay hidden in the history of what is shown');
  });

  test(called('organisations, grants and letters: each its own'), async () => {
    const admin = who.administrator, east = newCode(), south = newCode();
    await who.eastern.done('POST', '/api/organisations', { code: east, name: `${mark}东`, kind: 'enterprise' });
    await who.southern.done('POST', '/api/organisations', { code: south, name: `${mark}南`, kind: 'enterprise' });
    assert.equal((await who.southern.post('/api/organisations', { code: newCode(), name: 'x', kind: 'enterprise', area_code: 'XZ-DL' })).status, 403);
    const boss = await newMember(admin, east, 'enterprise', true), clerk = await newMember(boss, east), rival = await newMember(admin, south, 'enterprise', true);
    const codes = async (reader) => {
      const list = (await wholeList(reader, '/api/organisations', '&sort=-name')).map((row) => row.code), found = [];
      const csv = (await reader.get('/api/organisations.csv')).body, xlsx = workbookText((await reader.get('/api/organisations.xlsx')).bytes);
      for (const code of [east, south]) {
        const places = [list.includes(code), csv.includes(code), xlsx.includes(code),
          (await reader.get(`/api/organisations/${code}`)).status === 200, (await reader.get(`/api/history?kind=organisation&key=${code}`)).status === 200,
          (await reader.done('GET', `/api/organisations?code=${code}`)).items.length === 1];
        assert.equal(new Set(places).size, 1, `${code} as ${reader.role}: ${places}`);
        if (places[0]) found.push(code === east ? 'east' : 'south');
      }
      return found;
    };
    for (const [reader, wanted] of [[boss, ['east']], [clerk, ['east']], [rival, ['south']], [who.eastern, ['east']], [who.southern, ['south']],
      [who.city, ['east', 'south']], [who.successor, []], [who.statistics, []], [who.specialist, []], [who.expert, []], [who.firm, []], [who.bank, []],
      [who.analyst, ['east', 'south']], [who.leader, ['east', 'south']], [admin, ['east', 'south']], [who.auditor, ['east', 'south']]])
      assert.deepEqual(await codes(reader), wanted, reader.role);
    assert.equal((await who.public.get(`/api/organisations/${east}`)).status, 401);
    const rename = (reader, code, body = { name: 'x' }) => reader.ask('PATCH', `/api/organisations/${code}`, body, [['If-Match', '"1"']]);
    assert.equal((await rename(who.southern, east)).status, 404);
    assert.equal((await rename(boss, east)).status, 403);
    const tag = (await who.eastern.get(`/api/organisations/${east}`)).headers.etag;
    assert.equal((await who.eastern.ask('PATCH', `/api/organisations/${east}`, { area_code: 'XZ-NP' }, [['If-Match', tag]])).status, 403, 'to another district');
    const of = (rows) => [...new Set(rows.map((row) => row.organisation_code))];
    assert.deepEqual(of(await wholeList(boss, '/api/grants')), [east]);
    assert.deepEqual(of(await wholeList(rival, '/api/grants')), [south]);
    assert.deepEqual((await rival.done('GET', `/api/grants?organisation_code=${east}`)).items, []);
    assert.deepEqual((await rival.done('GET', `/api/grants?account_id=${boss.id}`)).items, []);
    assert.ok(!(await rival.get('/api/grants.csv')).body.includes(east));
    assert.deepEqual(of(await wholeList(rival, '/api/invitations')), [south]);
    assert.ok(!(await rival.get('/api/invitations.csv')).body.includes(east));
    const letter = await boss.done('POST', '/api/invitations', { organisation_code: east, role: 'enterprise' });
    assert.equal((await rival.post(`/api/invitations/${letter.id}/revocation`, {})).status, 404);
    assert.equal((await clerk.post(`/api/invitations/${letter.id}/revocation`, {})).status, 404);
    assert.equal((await rival.post(`/api/grants/${clerk.grant_id}/revocation`, {})).status, 404);
    assert.equal((await boss.get('/api/organisations')).status, 200);
    await boss.done('POST', `/api/grants/${clerk.grant_id}/revocation`, {});
    assert.equal((await clerk.get('/api/organisations')).status, 403, 'at once');
    // One person for two firms acts for one at a time.
    const second = await admin.done('POST', '/api/invitations', { organisation_code: south, role: 'enterprise' });
    const both = await boss.done('POST', '/api/claims', { method: 'letter', organisation_code: south, one_time_code: second.one_time_code });
    assert.equal(both.grants.length, 2);
    assert.deepEqual(await codes(boss), ['east']);
    await boss.done('POST', '/api/session/grant', { grant_id: both.grants.find((grant) => grant.organisation_code === south).id });
    assert.deepEqual(await codes(boss), ['south']);
    assert.equal((await boss.post('/api/invitations', { organisation_code: south, role: 'enterprise' })).status, 403, 'a representative of the other one only');
  });

  test(called('documents of others are not changed'), async () => {
    const change = async (name, key, body) => {
      const tag = (await who.analyst.get(`/api/documents/${documents[key].id}`)).headers.etag;
      return (await who[name].ask('PATCH', `/api/documents/${documents[key].id}`, body, [['If-Match', tag]])).status;
    };
    assert.equal(await change('southern', 'eastDraft', { title: 'x' }), 404);
    assert.equal(await change('southern', 'government', { title: 'x' }), 403);
    assert.equal(await change('statistics', 'government', { visibility: 'draft' }), 403);
    assert.equal(await change('eastern', 'eastDraft', { title: `${mark} t` }), 200);
    assert.equal((await who.southern.post(`/api/documents/${documents.eastDraft.id}/publication`, { visibility: 'government' })).status, 404);
    const put = (name, query) => who[name].post(`/api/documents?name=x.txt&${query}`, `${newName('x')}\n`, [['Content-Type', 'text/plain']]);
    assert.equal((await put('southern', 'area_code=XZ-DL')).status, 403);
    assert.equal((await put('finance', 'department_code=XD02')).status, 403);
    assert.equal((await put('analyst', 'visibility=public')).status, 422);
    // What was a draft's title is not in the history of what is published.
    const draft = await who.eastern.done('POST', `/api/documents?name=${mark}secret.txt&visibility=draft`, `${newName('d')}\n`, [['Content-Type', 'text/plain']]);
    const proposal = await who.eastern.done('POST', `/api/documents/${draft.id}/publication`, { visibility: 'public' });
    await who.leader.done('POST', `/api/proposals/${proposal.id}/approval`, {});
    const past = await who.public.done('GET', `/api/history?kind=document&key=${draft.id}`);
    assert.equal(past.items.length, 1);
  });
}
