// Who may call what. access_matrix.csv says it by hand, in the words of the policy; here it is compared
// with what the program says of itself, and each route is called as each role, on both databases.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { administrator, newMember, newOrganisation, newUser, Reader, servers } from './access.mjs';

const roles = ['public', 'enterprise', 'institute', 'specialist', 'district_officer', 'department_officer', 'analyst',
  'leader', 'bank', 'expert', 'administrator', 'auditor'];
// The words of the policy for several roles.
const words = {
  anyone: roles,
  'signed-in': roles.filter((role) => role !== 'public'),
  staff: ['specialist', 'district_officer', 'department_officer', 'analyst', 'leader', 'administrator', 'auditor'],
  editors: ['district_officer', 'department_officer', 'analyst'],
  deciders: ['analyst', 'leader', 'administrator'],
  oversight: ['administrator', 'auditor'],
  organisations: ['enterprise', 'institute', 'bank'],
};

const cells = (line) => [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map((cell) => cell[2] ?? cell[1]);
const table = readFileSync(new URL('access_matrix.csv', import.meta.url), 'utf8').trim().split('\n').slice(1)
  .map((line) => {
    const [method, path, names, operator, why] = cells(line);
    return { method, path, operator, why, roles: new Set(names.split(' ').filter(Boolean).flatMap((name) => words[name] ?? [name])) };
  });

// What stands for {…} in a path: nothing has this name.
const nowhere = (path) => path.replace(/\{id\}/g, '999999999').replace(/\{\w+\}/g, 'NOWHERE');

// These take anyone, and find out themselves that there is no session: with the bodies that a stranger sends.
const ofSession = {
  'POST /api/session/renewal': {}, 'POST /api/session/grant': { grant_id: 1 },
  'POST /api/session/password': { old_password: 'x', new_password: 'y' } };

test('the table is well-formed, and each line says why', () => {
  const seen = new Set();
  for (const { method, path, operator, why, roles: taken } of table) {
    const route = `${method} ${path}`;
    assert.ok(!seen.has(route), `${route} stands there twice`);
    seen.add(route);
    assert.match(operator, /^(yes|no)$/, route);
    assert.ok(why.length > 5, route);
    for (const role of taken) assert.ok(roles.includes(role), `${route}: ${role}`);
  }
});

for (const server of servers) {
  const described = JSON.parse((await new Reader(server).get('/api/openapi.json')).body);

  test(`${server.name}: the program takes the roles that the table says, and has no other routes`, () => {
    const known = new Map(table.map((line) => [`${line.method} ${line.path}`, line]));
    for (const [path, methods] of Object.entries(described.paths))
      for (const [method, operation] of Object.entries(methods)) {
        const route = `${method.toUpperCase()} ${path}`;
        const line = known.get(route);
        assert.ok(line, `${route} is missing in access_matrix.csv`);
        known.delete(route);
        assert.deepEqual(operation['x-roles'].toSorted(),
          [...line.roles, ...(line.operator === 'yes' ? ['operator'] : [])].sort(), route);
      }
    assert.deepEqual([...known.keys()], [], 'routes of the table that the program does not have');
  });

  test(`${server.name}: each route, called as each role`, async () => {
    const admin = await administrator(server);
    const firm = await newOrganisation(admin), bank = await newOrganisation(admin, { kind: 'bank' });
    const institute = await newOrganisation(admin, { kind: 'institute' });
    const readers = { public: new Reader(server) };
    readers.enterprise = await newMember(admin, firm, 'enterprise', true);
    readers.institute = await newMember(admin, institute, 'institute', true);
    readers.bank = await newMember(admin, bank, 'bank');
    readers.district_officer = await newUser(admin, 'district_officer', { area_code: 'XZ-DL' });
    readers.department_officer = await newUser(admin, 'department_officer', { department_code: 'XD02' });
    for (const role of roles) readers[role] ??= await newUser(admin, role);
    // An account without a grant acts as the public, but it is no stranger: 403, not 401.
    const nobody = await newUser(admin, 'expert');
    const { items: [grant] } = await admin.done('GET', `/api/grants?account_id=${nobody.id}`);
    await admin.done('POST', `/api/grants/${grant.id}/revocation`, {});
    const callers = [...roles.map((role) => [role, role, readers[role]]), ['public', 'an account without a grant', nobody]];

    const faults = [];
    const signsOut = ({ method, path }) => method === 'DELETE' && path === '/api/session';
    // Signing out last: it ends the session that the others need.
    for (const line of table.toSorted((a, b) => signsOut(a) - signsOut(b))) {
      const list = line.method === 'GET' && described.paths[line.path].get.parameters.some((p) => p.name === 'limit') && !line.path.includes('{');
      for (const path of [nowhere(line.path), ...(list && !/audit$/.test(line.path) ? [`${nowhere(line.path)}.csv?limit=1`] : [])])
        for (const [role, who, reader] of callers) {
          const stranger = reader === readers.public, own = ofSession[`${line.method} ${line.path}`];
          const body = line.method === 'GET' ? undefined : (stranger && own) || {};
          const { status, json } = await reader.ask(line.method, path, body, [['If-Match', '"1"']]);
          const refused = own ? stranger : !line.roles.has(role);
          if (refused ? status !== (stranger ? 401 : 403) : status === 401 || status === 403 || status >= 500)
            faults.push(`${line.method} ${path} as ${who}: ${status} ${json?.detail ?? ''}`);
        }
    }
    assert.deepEqual(faults, []);
  });

  test(`${server.name}: a route that is not there, or not so, is refused before anybody is asked who he is`, async () => {
    const anybody = new Reader(server);
    assert.equal((await anybody.get('/api/users/1/secrets')).status, 404);
    assert.equal((await anybody.ask('PUT', '/api/users/1', {})).status, 405);
    assert.equal((await anybody.ask('DELETE', '/api/users/1', {})).status, 405);
  });
}
