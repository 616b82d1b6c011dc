// The two-person rule: what one person proposes, another one approves; once, in a role that may, and
// only as it was proposed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, figure, newName, newUser, Reader, servers, signIn, tomorrow } from './access.mjs';

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const anybody = new Reader(server);
  const who = {};
  const bureau = (more) => who.analyst.done('POST', '/api/observations', figure({ fact_id: newName('P'), ...more }));
  const propose = async (reader, record) => {
    const reply = await reader.post(`/api/observations/${record.id}/publication`, { visibility: 'public' });
    assert.equal(reply.status, 202, reply.body);
    assert.equal(reply.json.state, 'open');
    return reply.json;
  };
  const decide = (reader, proposal, what, body = {}) => reader.post(`/api/proposals/${proposal.id}/${what}`, body);
  const stateOf = async (proposal) => (await who.auditor.done('GET', `/api/proposals/${proposal.id}`)).state;
  const publicRows = async (record) => (await anybody.done('GET', `/api/observations?fact_id=${record.fact_id}`)).items.length;

  test(called('setting up'), async () => {
    who.administrator = await administrator(server);
    const make = (role, scope) => newUser(who.administrator, role, scope);
    who.eastern = await make('district_officer', { area_code: 'XZ-DL' });
    for (const role of ['analyst', 'leader', 'auditor', 'specialist', 'expert']) who[role] = await make(role);
    who.second = await make('analyst');
    who.other = await make('administrator');
  });

  test(called('nobody approves what he proposed himself, under whatever grant or token'), async () => {
    const record = await who.eastern.done('POST', '/api/observations', figure({ fact_id: newName('P') }));
    const proposal = await propose(who.eastern, record);
    assert.equal((await decide(who.eastern, proposal, 'approval')).status, 403, 'as an officer');
    const grant = await who.administrator.done('POST', '/api/grants', { account_id: who.eastern.id, role: 'analyst' });
    const both = await signIn(server, who.eastern.name);
    const reply = await both.post('/api/session/grant', { grant_id: grant.id });
    assert.equal(reply.json.role, 'analyst', reply.body);
    assert.equal((await decide(both, proposal, 'approval')).status, 403, 'as an analyst');
    assert.equal((await decide(both, proposal, 'rejection', { reason: 'x' })).status, 403, 'rejecting');
    const { token } = await both.done('POST', '/api/tokens', { name: 'x', scopes: 'read proposals:write', expires_on: tomorrow() });
    const program = new Reader(server, [['Authorization', `Bearer ${token}`]]);
    assert.equal((await decide(program, proposal, 'approval')).status, 403, 'by a token');
    assert.equal(await stateOf(proposal), 'open');
    assert.equal(await publicRows(record), 0);
    // Somebody else's token may.
    const theirs = await who.second.done('POST', '/api/tokens', { name: 'x', scopes: 'proposals:write', expires_on: tomorrow() });
    const approved = await decide(new Reader(server, [['Authorization', `Bearer ${theirs.token}`]]), proposal, 'approval');
    assert.equal(approved.status, 200, approved.body);
    assert.equal(await publicRows(record), 1);
  });

  test(called('only a role that the proposed route names decides'), async () => {
    const record = await bureau(), proposal = await propose(who.analyst, record);
    for (const name of ['administrator', 'auditor', 'eastern', 'specialist', 'expert'])
      for (const [what, body] of [['approval', {}], ['rejection', { reason: 'x' }]])
        assert.equal((await decide(who[name], proposal, what, body)).status, 403, `${what} as ${name}`);
    assert.equal((await decide(anybody, proposal, 'approval')).status, 401);
    const rule = await who.administrator.done('POST', '/api/settings/reset_hours', { value: 23 });
    for (const name of ['analyst', 'leader', 'administrator'])
      assert.equal((await decide(who[name], rule, 'approval')).status, name === 'administrator' ? 403 : 404, `a rule as ${name}`);
    assert.equal(await stateOf(rule), 'open');
    assert.equal((await decide(who.other, rule, 'approval')).status, 200);
    const { items } = await who.specialist.done('GET', '/api/settings');
    assert.equal(items.find((item) => item.code === 'reset_hours').value, 23);
    assert.equal((await decide(who.leader, proposal, 'approval')).status, 200);
    assert.equal(await publicRows(record), 1);
  });

  test(called('of many who decide at once, one does'), async () => {
    const readers = await Promise.all(['leader', 'second', 'leader', 'second', 'leader', 'second'].map((name) => signIn(server, who[name].name)));
    for (const kinds of [['approval'], ['approval', 'rejection']]) {
      const record = await bureau(), proposal = await propose(who.analyst, record);
      const replies = await Promise.all(readers.map((reader, i) => decide(reader, proposal, kinds[i % kinds.length], { reason: 'x' })));
      const statuses = replies.map((reply) => reply.status).sort();
      assert.deepEqual(statuses, [200, 409, 409, 409, 409, 409], replies.map((reply) => reply.body).join('\n'));
      const state = replies.find((reply) => reply.status === 200).json.state;
      assert.equal(await stateOf(proposal), state);
      assert.equal(await publicRows(record), state === 'approved' ? 1 : 0);
    }
    const record = await bureau(), proposal = await propose(who.analyst, record);
    const replies = await Promise.all([decide(who.analyst, proposal, 'withdrawal'), decide(who.leader, proposal, 'approval')]);
    assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 409]);
    assert.equal(await publicRows(record), replies[1].status === 200 ? 1 : 0);
  });

  test(called('of two proposals for the same figure, one is carried out'), async () => {
    const record = await bureau();
    const [first, second] = [await propose(who.analyst, record), await propose(who.second, record)];
    const replies = await Promise.all([decide(who.leader, first, 'approval'), decide(await signIn(server, who.leader.name), second, 'approval')]);
    assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 412], replies.map((reply) => reply.body).join('\n'));
    assert.equal(await publicRows(record), 1);
  });

  test(called('without the grant under which it was proposed, nothing is carried out'), async () => {
    const leaving = await newUser(who.administrator, 'district_officer', { area_code: 'XZ-DL' });
    const record = await leaving.done('POST', '/api/observations', figure({ fact_id: newName('P') }));
    const proposal = await propose(leaving, record);
    // Another grant of the same person does not stand in for it.
    await who.administrator.done('POST', '/api/grants', { account_id: leaving.id, role: 'analyst' });
    await who.administrator.done('POST', `/api/grants/${leaving.grant_id}/revocation`, {});
    const reply = await decide(who.leader, proposal, 'approval');
    assert.equal(reply.status, 409, reply.body);
    assert.equal(await stateOf(proposal), 'open');
    assert.equal((await decide(who.leader, proposal, 'rejection', { reason: 'x' })).status, 200);

    const disabled = await newUser(who.administrator, 'analyst');
    const another = await propose(disabled, await bureau());
    const tag = (await who.administrator.get(`/api/users/${disabled.id}`)).headers.etag;
    await who.administrator.done('PATCH', `/api/users/${disabled.id}`, { state: 'disabled' }, [['If-Match', tag]]);
    assert.equal((await decide(who.leader, another, 'approval')).status, 409);
    assert.equal(await publicRows(record), 0);
  });

  test(called('what has changed meanwhile is not published as it is now'), async () => {
    const record = await bureau(), proposal = await propose(who.second, record);
    await who.analyst.done('POST', `/api/observations/${record.id}/revisions`, { value: 99, note: '改' }, [['If-Match', `"${record.recorded_seq}"`]]);
    assert.equal((await decide(who.leader, proposal, 'approval')).status, 412);
    assert.equal(await publicRows(record), 0);
    assert.equal(await stateOf(proposal), 'open');

    const text = [['Content-Type', 'text/plain']];
    const document = await who.analyst.done('POST', `/api/documents?name=${newName('d')}.txt`, `${newName('x')}\n`, text);
    const reply = await who.second.post(`/api/documents/${document.id}/publication`, { visibility: 'public' });
    assert.equal(reply.status, 202, reply.body);
    await who.analyst.done('PATCH', `/api/documents/${document.id}`, { title: '换了' }, [['If-Match', `"${document.changed_seq}"`]]);
    assert.equal((await decide(who.leader, reply.json, 'approval')).status, 412);
    assert.equal((await anybody.get(`/api/documents/${document.id}`)).status, 404);
    // Also where he says that any version will do.
    const any = await who.second.post(`/api/documents/${document.id}/publication`, { visibility: 'public' }, [['If-Match', '*']]);
    assert.equal(any.status, 202, any.body);
    await who.second.done('PATCH', `/api/documents/${document.id}`, { title: '再换' }, [['If-Match', '*']]);
    assert.equal((await decide(who.leader, any.json, 'approval')).status, 412);
    await who.analyst.done('PATCH', `/api/documents/${document.id}`, { title: '换了' }, [['If-Match', '*']]);
    // As it is now it takes another proposal.
    const again = (await who.second.post(`/api/documents/${document.id}/publication`, { visibility: 'public' })).json;
    assert.equal((await decide(who.leader, again, 'approval')).status, 200);
    // What the public reads takes two persons from then on.
    const now = await anybody.get(`/api/documents/${document.id}`);
    assert.equal(now.json.title, '换了');
    const retitled = await who.analyst.ask('PATCH', `/api/documents/${document.id}`, { title: '一人' }, [['If-Match', now.headers.etag]]);
    assert.equal(retitled.status, 202, retitled.body);
    const retracted = await who.analyst.ask('PATCH', `/api/documents/${document.id}`, { title: '一人', visibility: 'bureau' }, [['If-Match', now.headers.etag]]);
    assert.equal(retracted.status, 202, retracted.body);
    assert.equal((await anybody.get(`/api/documents/${document.id}`)).json.title, '换了');
    const shown = await who.second.done('POST', '/api/observations', figure({ fact_id: newName('P'), visibility: 'bureau' }));
    assert.equal((await decide(who.leader, await propose(who.analyst, shown), 'approval')).status, 200);
    const { items: [published] } = await anybody.done('GET', `/api/observations?fact_id=${shown.fact_id}`);
    // The past that as_of shows and the one that the log keeps have the same number.
    const past = await anybody.get(`/api/past?kind=observation&key=${published.id}&sequence=${published.recorded_seq}`);
    assert.equal(past.status, 200, past.body);
    const revised = await who.analyst.post(`/api/observations/${published.id}/revisions`, { value: 98, note: '改' }, [['If-Match', `"${published.recorded_seq}"`]]);
    assert.equal(revised.status, 202, revised.body);
    assert.equal((await anybody.get(`/api/observations/${published.id}`)).json.value, published.value);
  });

  test(called('what overseers decide on, nobody else reads'), async () => {
    const rule = await who.administrator.done('POST', '/api/settings/reset_hours', { value: 48 });
    for (const reader of [who.leader, who.analyst]) {
      assert.equal((await reader.get(`/api/proposals/${rule.id}`)).status, 404, reader.role);
      assert.ok(!(await reader.done('GET', '/api/proposals')).items.some(({ id }) => id === rule.id), reader.role);
    }
    assert.equal((await who.auditor.get(`/api/proposals/${rule.id}`)).status, 200);
    await who.administrator.done('POST', `/api/proposals/${rule.id}/withdrawal`, {});
  });

  test(called('what is decided stays decided'), async () => {
    const ends = { approved: (p) => decide(who.leader, p, 'approval'), rejected: (p) => decide(who.leader, p, 'rejection', { reason: '不行' }),
      withdrawn: (p) => decide(who.analyst, p, 'withdrawal') };
    for (const [state, end] of Object.entries(ends)) {
      const record = await bureau(), proposal = await propose(who.analyst, record);
      assert.equal((await end(proposal)).json.state, state);
      for (const [name, again] of Object.entries(ends)) assert.equal((await again(proposal)).status, 409, `${name} after ${state}`);
      assert.equal(await stateOf(proposal), state);
      assert.equal(await publicRows(record), state === 'approved' ? 1 : 0);
    }
  });

  test(called('rejecting says why; withdrawing is the proposer\'s'), async () => {
    const proposal = await propose(who.analyst, await bureau());
    assert.equal((await decide(who.leader, proposal, 'rejection')).status, 422);
    assert.equal((await decide(who.second, proposal, 'withdrawal')).status, 403);
    assert.equal((await decide(who.eastern, proposal, 'withdrawal')).status, 404);
    assert.equal((await who.eastern.get(`/api/proposals/${proposal.id}`)).status, 404, 'somebody else\'s');
    const seen = await who.eastern.done('GET', '/api/proposals?limit=200');
    assert.ok(seen.items.length > 0);
    assert.deepEqual(seen.items.filter((item) => item.proposer_id !== who.eastern.id), []);
    const csv = (await who.eastern.get('/api/proposals.csv')).body;
    assert.ok(!csv.includes(who.analyst.name));
    assert.equal((await decide(who.analyst, proposal, 'withdrawal')).status, 200);
  });

  test(called('a proposal sent again with its key is the same proposal'), async () => {
    const record = await bureau(), key = [['Idempotency-Key', newName('key')]];
    const send = (reader) => reader.post(`/api/observations/${record.id}/publication`, { visibility: 'public' }, key);
    const [first, again, others] = [await send(who.analyst), await send(who.analyst), await send(who.second)];
    assert.deepEqual([first.status, again.status, others.status], [202, 202, 202]);
    assert.equal(again.json.id, first.json.id);
    assert.notEqual(others.json.id, first.json.id, 'keys are each one\'s own');
  });

  test(called('nothing becomes public in one step'), async () => {
    const asked = await who.analyst.post('/api/observations', figure({ fact_id: newName('P'), visibility: 'public' }));
    assert.equal(asked.status, 202);
    const record = await bureau();
    const revised = await who.analyst.post(`/api/observations/${record.id}/revisions`, { visibility: 'public', note: 'x' }, [['If-Match', `"${record.recorded_seq}"`]]);
    assert.equal(revised.status, 202, revised.body);
    assert.equal(await publicRows(record), 0);
    const document = await who.analyst.done('POST', `/api/documents?name=${newName('d')}.txt`, `${newName('x')}\n`, [['Content-Type', 'text/plain']]);
    const patched = await who.analyst.ask('PATCH', `/api/documents/${document.id}`, { visibility: 'public' }, [['If-Match', `"${document.changed_seq}"`]]);
    assert.equal(patched.status, 202, patched.body);
    assert.equal((await anybody.get(`/api/documents/${document.id}`)).status, 404);
  });

  test(called('a figure is no more visible than its source, and hidden sources cannot be found by citing them'), async () => {
    const text = [['Content-Type', 'text/plain']];
    const document = await who.analyst.done('POST', `/api/documents?name=${newName('secret')}.txt&visibility=bureau`, `${newName('x')}\n`, text);
    const cite = (reader, visibility) => reader.post('/api/observations', figure({ fact_id: newName('P'), source_code: document.source_code, visibility }));
    assert.equal((await cite(who.analyst, 'public')).status, 422);
    assert.equal((await cite(who.analyst, 'government')).status, 422);
    const own = await cite(who.analyst, 'bureau');
    assert.equal(own.status, 201, own.body);
    const published = await who.analyst.post(`/api/observations/${own.json.id}/publication`, { visibility: 'public' });
    assert.equal(published.status, 422, published.body);
    const guessed = await cite(who.eastern, 'draft');
    assert.equal(guessed.status, 422, guessed.body);
    assert.ok(!guessed.body.includes('secret'));
    const unknown = await who.eastern.post('/api/observations', figure({ source_code: 'U999999999', visibility: 'draft' }));
    assert.deepEqual(guessed.json.errors.map((e) => e.message.replace(document.source_code, '')), unknown.json.errors.map((e) => e.message.replace('U999999999', '')));
  });
}
