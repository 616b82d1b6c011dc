// Notices: in the transaction of what they tell of, to whom it concerns, and to nobody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, newUser, servers } from './access.mjs';

const notices = async (reader) => (await reader.done('GET', '/api/notices?limit=500')).items;
const unread = async (reader) => (await reader.done('GET', '/api/notices/unread')).count;
const rule = async (reader, value) => (await reader.done('POST', '/api/settings/token_days_max', { value })).id;

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const who = {};

  test(called('setting up'), async () => {
    who.administrator = await administrator(server);
    for (const name of ['other', 'analyst'])
      who[name] = await newUser(who.administrator, name === 'other' ? 'administrator' : name);
  });

  test(called('who may decide is told of a proposal, and who proposed it of the decision'), async () => {
    const before = await unread(who.other);
    const id = await rule(who.administrator, 300);
    const [told] = await notices(who.other);
    assert.deepEqual([told.kind, told.subject_kind, told.subject_key, told.unread, told.address],
      ['proposal.made', 'proposal', String(id), true, '/proposals']);
    assert.match(told.text, /改一条规则/);
    assert.match(told.text_en, /Change a rule/);
    assert.equal(await unread(who.other), before + 1);
    const isOf = (notice) => notice.subject_key === String(id);
    assert.ok(!(await notices(who.administrator)).some(isOf), 'not to whoever asks himself');
    assert.ok(!(await notices(who.analyst)).some(isOf), 'not to whom it does not concern');
    await who.other.done('POST', `/api/proposals/${id}/rejection`, { reason: 'no' });
    const [decided] = await notices(who.administrator);
    assert.deepEqual([decided.kind, decided.subject_key], ['proposal.decided', String(id)]);
  });

  test(called('what is refused tells nobody'), async () => {
    const id = await rule(who.administrator, 301);
    const before = (await notices(who.administrator)).length;
    assert.equal((await who.other.post(`/api/proposals/${id}/rejection`, {})).status, 422);
    assert.equal((await notices(who.administrator)).length, before);
    await who.administrator.done('POST', `/api/proposals/${id}/withdrawal`);
    assert.equal((await notices(who.administrator)).length, before);
  });

  test(called('reading is one\'s own affair'), async () => {
    await rule(who.administrator, 302);
    await rule(who.administrator, 303);
    const [newest, second] = await notices(who.other);
    assert.equal((await who.administrator.post(`/api/notices/${newest.id}/reading`)).status, 404);
    const read = await who.other.done('POST', `/api/notices/${newest.id}/reading`);
    assert.equal(read.unread, false);
    assert.deepEqual(await who.other.done('POST', `/api/notices/${newest.id}/reading`), read, 'twice is once');
    const left = (await who.other.done('GET', '/api/notices?unread=true')).items;
    assert.ok(left.every((one) => one.unread) && left[0].id === second.id);
    const all = await who.other.done('POST', '/api/notices/reading', { last_id: second.id - 1 });
    assert.equal(all.count, 1, 'what came later stays unread');
    assert.equal((await who.other.done('POST', '/api/notices/reading', { last_id: newest.id })).count, 0);
  });

  test(called('unread ones are counted up to a hundred'), async () => {
    for (let value = 100; value < 201; value++) await rule(who.administrator, value);
    assert.deepEqual(await who.other.done('GET', '/api/notices/unread'), { count: 100, more: true });
    const [newest] = await notices(who.other);
    await who.other.done('POST', '/api/notices/reading', { last_id: newest.id });
  });
}
