// Notes on records of any kind: whoever sees the record reads and writes them; whoever is mentioned is
// told, if he sees the record; a file can go with them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, newMember, newOrganisation, newUser, servers } from './access.mjs';

for (const server of servers)
  test(`${server.name}: notes and mentions on a case and an organisation`, async () => {
    const admin = await administrator(server);
    const code = await newOrganisation(admin, { area_code: 'XZ-DL' });
    const firm = await newMember(admin, code), analyst = await newUser(admin, 'analyst'), leader = await newUser(admin, 'leader');
    const note = (reader, kind, key, text) => reader.post('/api/notes', { kind, key: String(key), text });
    const told = async (reader) => (await reader.done('GET', '/api/notices')).items.filter(({ kind }) => kind === 'note.mention').map(({ address }) => address);

    const other = await newMember(admin, await newOrganisation(admin, { area_code: 'XZ-DL' }));
    const { id } = await firm.done('POST', '/api/cases', { template_code: 'ip_pledge' });
    assert.equal((await note(other, 'case_file', id, '看得见吗')).status, 404, 'a record that he may not see');
    assert.equal((await other.get(`/api/notes?kind=case_file&key=${id}`)).status, 404);
    assert.equal((await note(analyst, 'case_file', id, `请看 @${leader.name} @${other.name} @nobody.such`)).status, 201);
    assert.deepEqual([await told(other), await told(leader)], [[], [`/notes/case_file/${id}`]], 'who may not see it is not told');

    assert.equal((await note(analyst, 'organisation', code, `信用代码核过了 @${firm.name} @${leader.name}`)).status, 201);
    assert.deepEqual([await told(firm), await told(leader)].map((list) => list.filter((one) => one === `/notes/organisation/${code}`).length), [1, 1]);
    const { items } = await firm.done('GET', `/api/notes?kind=organisation&key=${code}`);
    assert.deepEqual(items.map(({ name, text }) => [name, text.slice(0, 7)]), [[analyst.name, '信用代码核过了']]);
    assert.equal((await note(firm, 'organisation', code, '')).status, 422);
    assert.equal((await note(firm, 'nothing', 1, '？')).status, 404);
    const csv = await firm.get(`/api/notes.csv?kind=organisation&key=${code}`);
    assert.ok(csv.body.includes('信用代码核过了'));
    await firm.done('POST', `/api/cases/${id}/withdrawal`, { reason: '测试完' });
  });
