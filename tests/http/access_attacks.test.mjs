// Attempts to get in, to stay in, or to act as somebody else. On both databases.
import assert from 'node:assert/strict';
import test from 'node:test';
import { administrator, cookieOf, figure, from, newAddress, newCode, newMember, newName, newOrganisation, newUser, password, Reader, servers,
  signIn, tomorrow, wholeList } from './access.mjs';

const credentials = (name, word = password) => ({ name, password: word });

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const anybody = new Reader(server);
  const who = {};
  const withCookie = (secret, more = []) => new Reader(server, [['Cookie', `kechuang_session=${secret}`], ...more]);
  const accountOf = async (reader) => (await reader.done('GET', '/api/session')).account_id;

  test(called('setting up'), async () => {
    who.administrator = await administrator(server);
    who.second = await newUser(who.administrator, 'administrator');
    for (const role of ['analyst', 'auditor', 'expert']) who[role] = await newUser(who.administrator, role, {}, { display_name: '张三' });
    who.department = await newUser(who.administrator, 'department_officer', { department_code: 'XD02' });
    who.firm = await newMember(who.administrator, await newOrganisation(who.administrator), 'enterprise', true);
  });

  test(called('the cookie is out of reach of scripts and other sites'), async () => {
    const reply = await anybody.post('/api/session', credentials(who.expert.name), [...from(newAddress()), ['X-Forwarded-Proto', 'https']]);
    const [cookie] = reply.headers['set-cookie'];
    for (const part of ['; HttpOnly', '; SameSite=Strict', '; Path=/', '; Secure', '; Max-Age=']) assert.ok(cookie.includes(part), cookie);
    assert.ok(!reply.body.includes(cookieOf(reply)), 'the secret stands in the body');
    assert.match(cookieOf(reply), /^[0-9a-f]{64}$/);
    assert.notEqual(JSON.parse(reply.body).csrf_token, cookieOf(reply));
    assert.match(reply.headers['cache-control'], /no-cache|no-store/);
  });

  test(called('nobody can fix a session beforehand'), async () => {
    const chosen = 'a'.repeat(64);
    const reply = await withCookie(chosen).post('/api/session', credentials(who.expert.name), from(newAddress()));
    assert.equal(reply.status, 201);
    assert.notEqual(cookieOf(reply), chosen);
    assert.equal(await accountOf(withCookie(chosen)), null);
    // A session of the attacker's, put into somebody's browser, ends when that person signs in.
    const planted = await signIn(server, who.expert.name);
    const signed = await planted.post('/api/session', credentials(who.analyst.name), from(newAddress()));
    assert.equal(signed.status, 201, signed.body);
    assert.notEqual(cookieOf(signed), planted.session);
    assert.equal(await accountOf(withCookie(planted.session)), null);
    // A new password makes a new session, too.
    const user = await newUser(who.administrator, 'expert'), before = user.session;
    const changed = await user.post('/api/session/password', { old_password: password, new_password: 'Rot-Fuchs-88' });
    assert.equal(changed.status, 200, changed.body);
    assert.notEqual(cookieOf(changed), before);
    assert.equal(await accountOf(withCookie(before)), null);
  });

  test(called('a forged request lacks the token, or has a foreign origin'), async () => {
    const other = await signIn(server, who.analyst.name), made = figure({ fact_id: newName('A') });
    const send = (headers) => withCookie(who.analyst.session).post('/api/observations', made, headers);
    for (const [what, headers] of Object.entries({
      'no token': [], 'an empty token': [['X-CSRF-Token', '']], 'a wrong token': [['X-CSRF-Token', 'f'.repeat(64)]],
      'another session\'s token': [['X-CSRF-Token', other.csrf]], 'the session itself': [['X-CSRF-Token', who.analyst.session]],
      'a part of the token': [['X-CSRF-Token', who.analyst.csrf.slice(0, 63)]],
      'a foreign origin': [['X-CSRF-Token', who.analyst.csrf], ['Origin', 'https://evil.example']],
      'no origin to speak of': [['X-CSRF-Token', who.analyst.csrf], ['Origin', 'null']],
      'an origin that begins alike': [['X-CSRF-Token', who.analyst.csrf], ['Origin', `${server.url}.evil.example`]],
    })) assert.equal((await send(headers)).status, 403, what);
    assert.equal((await send([['X-CSRF-Token', who.analyst.csrf], ['Origin', server.url]])).status, 201);
    const form = await withCookie(who.analyst.session).ask('POST', '/api/observations', 'a=b',
      [['X-CSRF-Token', who.analyst.csrf], ['Content-Type', 'application/x-www-form-urlencoded']]);
    assert.equal(form.status, 415);
    // Signing somebody in or out from another site.
    for (const [method, path, body] of [['POST', '/api/session', credentials(who.expert.name)], ['DELETE', '/api/session', {}],
      ['POST', '/api/password_resets', { token: 'x', new_password: password }],
      ['POST', '/api/claims', { method: 'letter', organisation_code: 'x', one_time_code: 'x' }]]) {
      const reply = await anybody.ask(method, path, body, [['Origin', 'https://evil.example']]);
      assert.equal(reply.status, 403, `${method} ${path}`);
      assert.equal(cookieOf(reply), undefined);
    }
    assert.equal((await withCookie(who.expert.session).ask('DELETE', '/api/session', {})).status, 403, 'signing out');
    const reply = await anybody.get('/api/session', [['Origin', 'https://evil.example']]);
    assert.equal(reply.headers['access-control-allow-origin'], undefined);
    assert.equal((await withCookie(who.administrator.session).get('/api/users', [['X-HTTP-Method-Override', 'POST']])).status, 200);
  });

  test(called('a session that has ended opens nothing'), async () => {
    const user = await signIn(server, who.expert.name);
    assert.equal(await accountOf(user), user.id);
    const out = await user.ask('DELETE', '/api/session', {});
    assert.equal(out.status, 200);
    assert.match(out.headers['set-cookie'][0], /Max-Age=0/);
    assert.equal(await accountOf(withCookie(user.session)), null);
    assert.equal((await withCookie(user.session, [['X-CSRF-Token', user.csrf]]).post('/api/session/renewal', {})).status, 401);
    assert.equal((await withCookie(user.session).get('/api/tokens')).status, 401);
    assert.equal((await new Reader(server, [['Authorization', `Bearer ${who.expert.session}`]]).get('/api/tokens')).status, 401, 'a session is no token');
  });

  test(called('the token of the start ended with the first administrator\'s log-in'), async () => {
    assert.match(server.token, /^[0-9a-f]{36}$/);
    for (const path of ['/api/users', '/api/areas', '/api/session']) {
      const reply = await new Reader(server, [['Authorization', `Bearer ${server.token}`]]).get(path);
      assert.equal(reply.status, 401, path);
    }
    assert.equal((await anybody.post('/api/session', credentials('admin', server.firstPassword), from(newAddress()))).status, 401, 'nor the first password');
  });

  test(called('a link is good once, and no longer than until there is a newer one or a new password'), async () => {
    const use = (token, word = password) => anybody.post('/api/password_resets', { token, new_password: word });
    const user = await who.administrator.done('POST', '/api/users', { name: newName('link'), role: 'expert' });
    assert.ok(!(await who.administrator.get(`/api/users/${user.id}`)).body.includes(user.reset_token));
    const [{ status }, rival] = await Promise.all([use(user.reset_token), use(user.reset_token)]);
    assert.deepEqual([status, rival.status].sort(), [200, 409], 'two at once');
    assert.equal((await use(user.reset_token)).status, 409, 'used');
    const again = () => who.administrator.done('POST', `/api/users/${user.id}/resets`, {});
    const older = await again(), newer = await again();
    assert.equal((await use(older.reset_token)).status, 409, 'a newer one is there');
    const session = await signIn(server, user.name);
    assert.equal((await session.post('/api/session/password', { old_password: password, new_password: 'Rot-Fuchs-88' })).status, 200);
    assert.equal((await use(newer.reset_token)).status, 409, 'its owner chose a password meanwhile');
    const last = await again();
    const tag = (await who.administrator.get(`/api/users/${user.id}`)).headers.etag;
    await who.administrator.done('PATCH', `/api/users/${user.id}`, { state: 'disabled' }, [['If-Match', tag]]);
    assert.equal((await use(last.reset_token)).status, 409, 'the account is disabled');
    assert.equal((await use('x')).body, (await use(user.reset_token)).body, 'wrong and used sound alike');
  });

  test(called('a letter is good once, for its organisation, until it is revoked'), async () => {
    const { administrator: admin } = who, code = await newOrganisation(admin), another = await newOrganisation(admin);
    const letter = (by = admin, more = {}) => by.done('POST', '/api/invitations', { organisation_code: code, role: 'enterprise', ...more });
    const use = (one_time_code, organisation_code = code) => anybody.post('/api/claims',
      { method: 'letter', organisation_code, one_time_code, name: newName('firm'), password });
    const first = await letter(admin, { may_delegate: true });
    assert.equal((await use(first.one_time_code, another)).status, 422, 'another organisation');
    assert.equal((await use(first.one_time_code, newCode())).body, (await use('AAAA-AAAA-AAAA-AAAA')).body, 'whether it is registered is not told');
    const replies = await Promise.all([1, 2, 3].map(() => use(first.one_time_code)));
    assert.deepEqual(replies.map((reply) => reply.status).sort(), [201, 422, 422], 'three at once');
    const boss = new Reader(server).signedIn(replies.find((reply) => reply.status === 201));
    assert.equal((await use(first.one_time_code)).status, 422, 'used');
    const revoked = await letter();
    await admin.done('POST', `/api/invitations/${revoked.id}/revocation`, {});
    assert.equal((await use(revoked.one_time_code)).status, 422, 'revoked');
    assert.ok(!(await admin.get('/api/invitations?limit=200')).body.includes(revoked.one_time_code));
    // A representative lets in staff of his own, no second representative, and nobody elsewhere.
    const invite = (reader, more) => reader.post('/api/invitations', { organisation_code: code, role: 'enterprise', ...more });
    assert.equal((await invite(boss, { may_delegate: true })).status, 422);
    assert.equal((await invite(boss, { organisation_code: another })).status, 403);
    assert.equal((await invite(boss, { role: 'bank' })).status, 403);
    const clerk = await newMember(boss, code);
    assert.equal((await invite(clerk)).status, 403, 'staff let nobody in');
    assert.equal((await clerk.post(`/api/grants/${boss.grant_id}/revocation`, {})).status, 404);
    assert.equal((await boss.post(`/api/grants/${who.firm.grant_id}/revocation`, {})).status, 404, 'another firm\'s');
    // Letters of somebody who no longer speaks for the firm do not bring him back.
    const left = await letter(boss);
    await admin.done('POST', `/api/grants/${boss.grant_id}/revocation`, {});
    assert.equal((await use(left.one_time_code)).status, 422, 'its giver has lost the right');
    assert.equal((await invite(boss)).status, 403);
    const next = await newMember(admin, code, 'enterprise', true), his = await letter(next);
    const tag = (await admin.get(`/api/users/${next.id}`)).headers.etag;
    await admin.done('PATCH', `/api/users/${next.id}`, { state: 'disabled' }, [['If-Match', tag]]);
    assert.equal((await use(his.one_time_code)).status, 422, 'its giver is disabled');
    // Being let in again is a grant more, for the same account.
    const back = await letter();
    const claimed = await boss.post('/api/claims', { method: 'letter', organisation_code: code, one_time_code: back.one_time_code });
    assert.equal(claimed.json.account_id, boss.id);
    assert.equal(claimed.json.may_delegate, false);
  });

  test(called('an API token ends with a reset password, and with a disabled account'), async () => {
    for (const end of ['reset', 'disable']) {
      const user = await newUser(who.administrator, 'analyst');
      const { token } = await user.done('POST', '/api/tokens', { name: 't', scopes: 'read', expires_on: tomorrow() });
      const program = new Reader(server, [['Authorization', `Bearer ${token}`]]);
      assert.equal((await program.get('/api/observations')).status, 200);
      const { id, changed_seq: version } = (await who.administrator.done('GET', `/api/users?name=${user.name}`)).items[0];
      const change = (state, seq) => who.administrator.done('PATCH', `/api/users/${id}`, { state }, [['If-Match', `"${seq}"`]]);
      if (end === 'reset') {
        const link = await who.administrator.done('POST', `/api/users/${id}/resets`, {});
        assert.equal((await anybody.post('/api/password_resets', { token: link.reset_token, new_password: password })).status, 200);
      } else {
        const disabled = await change('disabled', version);
        await change('active', disabled.changed_seq);
      }
      assert.equal((await program.get('/api/observations')).status, 401, end);
    }
  });

  test(called('an API token stays within its scopes, and away from accounts'), async () => {
    const token = async (reader, scopes) => {
      const made = await reader.done('POST', '/api/tokens', { name: 't', scopes, expires_on: tomorrow() });
      return Object.assign(new Reader(server, [['Authorization', `Bearer ${made.token}`]]), { token: made });
    };
    const reads = await token(who.analyst, 'read'), writes = await token(who.analyst, 'indicators:write');
    assert.equal((await reads.get('/api/observations?limit=1')).status, 200);
    assert.equal((await reads.post('/api/observations', figure({ fact_id: newName('A') }))).status, 403);
    assert.equal((await writes.post('/api/observations', figure({ fact_id: newName('A') }))).status, 201);
    assert.equal((await writes.get('/api/observations?limit=1')).status, 403);
    assert.equal((await writes.ask('POST', '/api/documents?name=a.txt', 'x', [['Content-Type', 'text/plain']])).status, 403);
    assert.equal((await who.analyst.get('/api/tokens')).body.includes(reads.token.token), false, 'shown once');
    const all = await token(who.second, 'read system:write people:write proposals:write organisations:write');
    assert.equal((await all.get('/api/organisations?limit=1')).status, 200);
    for (const [method, path] of [['GET', '/api/users'], ['POST', '/api/users'], ['POST', '/api/grants'], ['GET', '/api/session'], ['POST', '/api/session'],
      ['POST', '/api/tokens'], ['GET', '/api/tokens'], ['POST', '/api/session/password'], ['POST', '/api/session/grant'], ['POST', '/api/invitations'],
      ['POST', '/api/claims'], ['DELETE', '/api/session']])
      assert.equal((await all.ask(method, path, method === 'GET' ? undefined : {})).status, 403, `${method} ${path}`);
    for (const path of ['history?', 'past?sequence=1&'])
      assert.equal((await all.get(`/api/${path}kind=user&key=${who.expert.id}`)).status, 404, `${path}: round the address`);
    for (const scopes of ['accounts:write', 'everything', 'read accounts:write', ':write'])
      assert.equal((await who.second.post('/api/tokens', { name: 't', scopes, expires_on: tomorrow() })).status, 422, scopes);
    for (const expires_on of ['2026-01-01', '2036-01-01'])
      assert.equal((await who.second.post('/api/tokens', { name: 't', scopes: 'read', expires_on })).status, 422, expires_on);
    assert.equal((await who.expert.post(`/api/tokens/${reads.token.id}/revocation`, {})).status, 404, 'somebody else\'s');
    await who.analyst.done('POST', `/api/tokens/${reads.token.id}/revocation`, {});
    assert.equal((await reads.get('/api/observations?limit=1')).status, 401, 'revoked');
    assert.equal((await new Reader(server, [['Authorization', `Bearer ${writes.token.token.slice(0, -1)}`]]).get('/api/areas')).status, 401);
    // It acts under the grant it was made under, and ends with it.
    const user = await newUser(who.administrator, 'analyst'), his = await token(user, 'read');
    await who.administrator.done('POST', '/api/grants', { account_id: user.id, role: 'auditor' });
    assert.equal((await his.get('/api/audit_state')).status, 403);
    await who.administrator.done('POST', `/api/grants/${user.grant_id}/revocation`, {});
    assert.equal((await his.get('/api/areas')).status, 401, 'its grant is revoked');
    const gone = await newUser(who.administrator, 'analyst'), its = await token(gone, 'read');
    assert.equal((await its.get('/api/areas')).status, 200);
    const tag = (await who.administrator.get(`/api/users/${gone.id}`)).headers.etag;
    await who.administrator.done('PATCH', `/api/users/${gone.id}`, { state: 'disabled' }, [['If-Match', tag]]);
    assert.equal((await its.get('/api/areas')).status, 401, 'its account is disabled');
  });

  test(called('what is revoked counts from the next request on'), async () => {
    const { administrator: admin } = who;
    const user = await newUser(admin, 'analyst'), other = await signIn(server, user.name);
    const works = async (reader) => (await reader.get('/api/settings')).status;
    assert.deepEqual([await works(user), await works(other)], [200, 200]);
    await other.done('POST', '/api/session/password', { old_password: password, new_password: 'Rot-Fuchs-88' });
    assert.equal(await works(user), 401, 'a session from before the new password');
    const now = await signIn(server, user.name, 'Rot-Fuchs-88');
    assert.equal(await works(now), 200);
    await admin.done('POST', `/api/grants/${now.grant_id}/revocation`, {});
    assert.equal(await works(now), 403, 'the grant');
    assert.equal((await now.post('/api/session/grant', { grant_id: now.grant_id })).status, 422);
    const grant = await admin.done('POST', '/api/grants', { account_id: user.id, role: 'leader' });
    assert.equal(await works(now), 403, 'another grant is not taken by itself');
    assert.equal((await now.post('/api/session/grant', { grant_id: grant.id })).json.role, 'leader');
    assert.equal(await works(now), 200);
    assert.equal((await now.post('/api/session/grant', { grant_id: who.second.grant_id })).status, 422, 'somebody else\'s grant');
    const tag = (await admin.get(`/api/users/${user.id}`)).headers.etag;
    await admin.done('PATCH', `/api/users/${user.id}`, { state: 'disabled' }, [['If-Match', tag]]);
    assert.equal(await works(now), 401, 'the account');
    const tag2 = (await admin.get(`/api/users/${user.id}`)).headers.etag;
    await admin.done('PATCH', `/api/users/${user.id}`, { state: 'active' }, [['If-Match', tag2]]);
    assert.equal(await works(now), 401, 'and its sessions do not come back with it');
    const reset = await admin.done('POST', `/api/users/${user.id}/resets`, {}), open = await signIn(server, user.name, 'Rot-Fuchs-88');
    assert.equal((await anybody.post('/api/password_resets', { token: reset.reset_token, new_password: password })).status, 200);
    assert.equal(await works(open), 401, 'a session from before the link was used');
    const past = await admin.done('POST', '/api/grants', { account_id: user.id, role: 'auditor', valid_from: '2026-01-01', valid_to: '2026-01-02' });
    const future = await admin.done('POST', '/api/grants', { account_id: user.id, role: 'auditor', valid_from: tomorrow() });
    const session = await signIn(server, user.name);
    for (const { id } of [past, future]) assert.equal((await session.post('/api/session/grant', { grant_id: id })).status, 422, 'not in force');
  });

  test(called('whoever has still to choose a password may do nothing else'), async () => {
    const user = await newUser(who.administrator, 'administrator');
    // Only the first administrator has to; so what is looked at is what a stranger's link opens: nothing before it is used.
    assert.equal((await anybody.post('/api/session', credentials(user.name, 'Wrong-Word-99'), from(newAddress()))).status, 401);
    const fresh = await who.administrator.done('POST', '/api/users', { name: newName('new'), role: 'analyst' });
    for (const word of ['', 'x', password]) {
      const { status } = await anybody.post('/api/session', credentials(fresh.name, word), from(newAddress()));
      assert.ok(status === 401 || status === 422, `no password yet: ${status}`);
    }
  });

  test(called('capitals make no other account'), async () => {
    const user = await newUser(who.administrator, 'analyst');
    const twin = await who.administrator.post('/api/users', { name: user.name.toUpperCase(), role: 'analyst' });
    assert.equal(twin.status, 409, twin.body);
    assert.equal((await signIn(server, user.name.toUpperCase())).name, user.name);
  });

  test(called('the last administrator stays, and nobody locks himself out'), async () => {
    const tag = (await who.second.get(`/api/users/${who.second.id}`)).headers.etag;
    assert.equal((await who.second.ask('PATCH', `/api/users/${who.second.id}`, { state: 'disabled' }, [['If-Match', tag]])).status, 409);
    const all = await wholeList(who.administrator, '/api/grants', '&role=administrator');
    for (const grant of all.filter((one) => !one.revoked_at && ![who.administrator.id, who.second.id].includes(one.account_id)))
      await who.administrator.done('POST', `/api/grants/${grant.id}/revocation`, {});
    // Two who lock each other out at once: one of them stays.
    let pair = [who.administrator, who.second];
    for (let round = 0; round < 6; round++) {
      const revoke = (reader, other) => reader.post(`/api/grants/${other.grant_id}/revocation`, {});
      const disable = async (reader, other) => reader.ask('PATCH', `/api/users/${other.id}`, { state: 'disabled' },
        [['If-Match', (await reader.get(`/api/users/${other.id}`)).headers.etag ?? '"0"']]);
      const act = [revoke, disable, revoke][round % 3], another = [revoke, disable, disable][round % 3];
      const replies = await Promise.all([act(pair[0], pair[1]), another(pair[1], pair[0])]);
      const [stays] = pair.filter((_, i) => replies[i].status === 200);
      assert.equal(replies.filter((reply) => reply.status === 200).length, 1, replies.map((reply) => `${reply.status} ${reply.body}`).join('\n'));
      const leaves = pair.find((one) => one !== stays);
      assert.equal((await stays.get('/api/users?limit=1')).status, 200);
      const { headers, json } = await stays.get(`/api/users/${leaves.id}`);
      if (json.state === 'disabled') await stays.done('PATCH', `/api/users/${leaves.id}`, { state: 'active' }, [['If-Match', headers.etag]]);
      else await stays.done('POST', '/api/grants', { account_id: leaves.id, role: 'administrator' });
      pair = [stays, await signIn(server, leaves.name)];
    }
    [who.administrator, who.second] = pair;
  });

  // --- Guessing ---------------------------------------------------------------------------------

  test(called('known and unknown names behave alike, to the lock and beyond'), async () => {
    const known = await newUser(who.administrator, 'expert'), disabled = await newUser(who.administrator, 'expert');
    const tag = (await who.administrator.get(`/api/users/${disabled.id}`)).headers.etag;
    await who.administrator.done('PATCH', `/api/users/${disabled.id}`, { state: 'disabled' }, [['If-Match', tag]]);
    const waiting = await who.administrator.done('POST', '/api/users', { name: newName('wait'), role: 'expert' });
    const names = { known: known.name, unknown: newName('nobody'), disabled: disabled.name, waiting: waiting.name };
    const seen = {}, fastest = {}; // what is slow by chance tells nobody anything
    for (const [kind, name] of Object.entries(names)) {
      seen[kind] = [];
      fastest[kind] = Infinity;
      for (let i = 0; i < 6; i++) {
        const word = kind === 'disabled' ? password : 'Wrong-Word-99';
        const began = performance.now();
        const reply = await anybody.post('/api/session', credentials(name, word), from(newAddress()));
        if (reply.status === 401) fastest[kind] = Math.min(fastest[kind], performance.now() - began);
        assert.equal(cookieOf(reply), undefined);
        seen[kind].push(`${reply.status} ${reply.body.replace(/\d+ 分钟/, 'n 分钟')}`);
        if (reply.status === 429) assert.ok(Number(reply.headers['retry-after']) > 0 && Number(reply.headers['retry-after']) <= 900, 'Retry-After');
      }
    }
    assert.deepEqual(seen.known.map((line) => line.slice(0, 3)), ['401', '401', '401', '401', '401', '429']);
    for (const kind of ['unknown', 'disabled', 'waiting']) {
      assert.deepEqual(seen[kind], seen.known, kind);
      assert.ok(fastest[kind] > fastest.known / 5, `${kind} takes ${fastest[kind]} ms, a known name ${fastest.known} ms`);
    }
    const right = () => anybody.post('/api/session', credentials(known.name), from(newAddress()));
    assert.equal((await right()).status, 429, 'the right password, while it is locked');
    assert.equal((await known.get('/api/tokens')).status, 200, 'who has signed in stays so');
    assert.equal((await known.post('/api/session/password', { old_password: password, new_password: 'Rot-Fuchs-88' })).status, 429, 'by way of a new password');
    assert.ok((await who.administrator.done('GET', `/api/users/${known.id}`)).locked_until);
    await who.administrator.done('POST', `/api/users/${known.id}/unlocking`, {});
    assert.equal((await right()).status, 201, 'unlocked');
    assert.equal((await who.administrator.done('GET', `/api/users/${known.id}`)).locked_until, null);
    // Guessing the old password of an open session counts as well.
    for (let i = 0; i < 5; i++)
      assert.equal((await known.post('/api/session/password', { old_password: `Wrong-Word-9${i}`, new_password: 'Rot-Fuchs-88' })).status, 422);
    assert.equal((await known.post('/api/session/password', { old_password: password, new_password: 'Rot-Fuchs-88' })).status, 429);
  });

  test(called('many at once do not get more guesses'), async () => {
    const { name } = await newUser(who.administrator, 'expert');
    const replies = await Promise.all(Array.from({ length: 12 }, () => anybody.post('/api/session', credentials(name, 'Wrong-Word-99'), from(newAddress()))));
    const guesses = replies.filter((reply) => reply.status === 401).length;
    assert.ok(guesses >= 5 && guesses <= 7, `${guesses} guesses`);
    assert.equal(replies.length - guesses, replies.filter((reply) => reply.status === 429).length);
  });

  test(called('an address that guesses many names is stopped'), async () => {
    const rule = await who.administrator.done('POST', '/api/settings/lockout_failures', { value: 3 });
    await who.second.done('POST', `/api/proposals/${rule.id}/approval`, {});
    const address = newAddress(), guess = () => anybody.post('/api/session', credentials(newName('n'), 'Wrong-Word-99'), [['X-Forwarded-For', `${newAddress()}, ${address}`]]);
    const replies = await Promise.all(Array.from({ length: 30 }, guess));
    assert.ok(replies.every((reply) => reply.status === 401), replies.map((reply) => reply.status).join());
    assert.equal((await guess()).status, 429);
    const right = await anybody.post('/api/session', credentials(who.expert.name), from(address));
    assert.equal(right.status, 429);
    assert.ok(Number(right.headers['retry-after']) > 0);
    assert.equal((await anybody.post('/api/session', credentials(who.expert.name), from(newAddress()))).status, 201, 'from elsewhere');
    const back = await who.administrator.done('POST', '/api/settings/lockout_failures', { value: 5 });
    await who.second.done('POST', `/api/proposals/${back.id}/approval`, {});
  });

  // --- Where nobody should look, what nobody should send ----------------------------------------

  test(called('there is no way round the address of a route'), async () => {
    for (const path of ['/api/users', '/api/users/1', '/api/audit/2', '/api/people/1', '/api/tokens', '/api/proposals/1', '/api/users.csv', '/api/users.xlsx',
      '/api//users', '/api/users/', '/API/users', '/api/Users', '/api/./users', '/api/x/../users', '/api/users%2f1', '/api/%75sers', '/api/users;a=b',
      '/api/users%00', '/api/users/1.csv', '/api/users?role=administrator', '//api/users', '/api/users/%31', '/api/people.csv?limit=1', '/api/audit.csv']) {
      for (const reader of [anybody, who.firm, who.expert]) {
        const reply = await reader.get(path);
        const own = reader !== anybody && /tokens/.test(path);
        if (own || /^text\/html/.test(reply.headers['content-type'])) continue; // the pages are everybody's
        assert.ok([400, 401, 403, 404, 422].includes(reply.status), `${path} as ${reader.role}: ${reply.status} ${reply.body.slice(0, 200)}`);
        assert.ok(!reply.body.includes('"items"'), path);
      }
    }
  });

  test(called('somebody else\'s records are not there'), async () => {
    const one = await newUser(who.administrator, 'expert', {}, { display_name: '李四', phone: '13800001111' });
    const { person_id: person } = await one.done('GET', '/api/session');
    assert.ok(person);
    const consent = await one.done('POST', '/api/consents', { person_id: person, purpose: 'contact', expires_on: tomorrow(), text: '可以联系' });
    const attached = await one.ask('POST', `/api/people/${person}/attachments?name=a.txt`, 'hello', [['Content-Type', 'text/plain']]);
    assert.equal(attached.status, 201, attached.body);
    const personTag = (await one.get(`/api/people/${person}`)).headers.etag;
    await one.done('PATCH', `/api/people/${person}`, { note: '备注' }, [['If-Match', personTag]]);
    const { items: [event] } = await one.done('GET', `/api/history?kind=person&key=${person}`);
    const paths = [`/api/people/${person}`, `/api/people/${person}/export`, `/api/people/${person}/consents`, `/api/people/${person}/attachments`,
      `/api/attachments/${attached.json.id}`, `/api/history?kind=person&key=${person}`, `/api/past?kind=person&key=${person}&sequence=${event.sequence}`];
    for (const path of paths) {
      assert.equal((await one.get(path)).status, 200, `${path} as oneself`);
      for (const name of ['expert', 'analyst', 'firm']) assert.equal((await who[name].get(path)).status, 404, `${path} as ${name}`);
    }
    for (const name of ['administrator', 'auditor'])
      for (const path of [paths[0], paths[2], paths[3], paths[5]]) {
        const reply = await who[name].get(path);
        assert.ok(!reply.body.includes('13800001111') && !reply.body.includes('李四') && !reply.body.includes('可以联系'), `${path} as ${name} is not masked`);
      }
    for (const path of ['/api/people', '/api/people.csv', '/api/users', '/api/users.csv', '/api/consents', '/api/consents.csv']) {
      const reply = await who.auditor.get(path);
      assert.equal(reply.status, 200, path);
      assert.ok(!reply.body.includes('13800001111') && !reply.body.includes('可以联系'), `${path} is not masked`);
    }
    assert.equal((await who.expert.post(`/api/consents/${consent.id}/withdrawal`, {})).status, 404);
    assert.equal((await who.expert.post('/api/consents', { person_id: person, purpose: 'contact', expires_on: tomorrow(), text: 'x' })).status, 422);
    assert.equal((await who.expert.ask('POST', `/api/people/${person}/attachments?name=a.txt`, 'x', [['Content-Type', 'text/plain']])).status, 404);
    assert.equal((await who.auditor.ask('PATCH', `/api/people/${person}`, { phone: '13900000000' }, [['If-Match', '"1"']])).status, 404, 'the auditor only reads');
    // The administrator reads what administrators did, the auditor everything.
    const log = (await who.auditor.done('GET', '/api/audit?limit=500')).items, others = log.filter((event) => event.role !== 'administrator');
    assert.ok(others.length > 3);
    for (const event of others.slice(0, 5)) assert.equal((await who.administrator.get(`/api/audit/${event.id}`)).status, 404);
    const own = (await who.administrator.done('GET', '/api/audit?limit=500')).items;
    assert.deepEqual([...new Set(own.map((event) => event.role))], ['administrator']);
  });

  test(called('members that are only read are refused in whatever is written'), async () => {
    const { components: { schemas }, paths } = await anybody.done('GET', '/api/openapi.json');
    const members = (reference) => {
      const schema = schemas[reference.split('/').pop()];
      return Object.assign({}, ...(schema.allOf ?? []).map((part) => members(part.$ref)), schema.properties);
    };
    const everything = ['id', 'role', 'account_id', 'grant_id', 'state', 'visibility', 'password_hash', 'recorded_seq', 'sample', 'may_delegate',
      'must_change_password', 'proposer_id', 'decided_at', 'person_id', 'csrf_token', '__proto__'];
    const readers = [who.analyst, who.second, who.department];
    let tried = 0;
    for (const [path, methods] of Object.entries(paths))
      for (const [method, operation] of Object.entries(methods)) {
        const taken = operation.requestBody?.content?.['application/json']?.schema?.$ref;
        if (method === 'get' || !taken || operation['x-roles'].join() === 'operator') continue; // nobody who signs in may
        const given = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))[1].content['application/json'].schema.$ref;
        const writable = Object.entries(members(taken)).filter(([, member]) => !member.readOnly).map(([name]) => name);
        const read = new Set([...Object.keys(members(given)), ...everything].filter((name) => !writable.includes(name)));
        const reader = readers.find((one) => operation['x-roles'].includes(one.role));
        for (const name of read) {
          const reply = await reader.ask(method.toUpperCase(), path.replace(/\{id\}/g, '1').replace(/\{\w+\}/g, 'x'), `{${JSON.stringify(name)}:1}`,
            [['Content-Type', 'application/json'], ['If-Match', '"1"']]);
          assert.equal(reply.status, 422, `${method} ${path} with ${name}: ${reply.status} ${reply.body}`);
          assert.ok(reply.json.errors.some((error) => error.field === name), `${method} ${path} with ${name}: ${reply.body}`);
          tried++;
        }
      }
    assert.ok(tried > 200, `${tried} tried`);
    // And beside members that are good.
    const before = await who.second.done('GET', `/api/users/${who.expert.id}`);
    const tag = (await who.second.get(`/api/users/${who.expert.id}`)).headers.etag;
    assert.equal((await who.second.ask('PATCH', `/api/users/${who.expert.id}`, { state: 'active', role: 'administrator' }, [['If-Match', tag]])).status, 422);
    assert.deepEqual(await who.second.done('GET', `/api/users/${who.expert.id}`), before);
    assert.equal((await who.expert.post('/api/tokens', { name: 't', scopes: 'read', expires_on: tomorrow(), account_id: 1 })).status, 422);
    assert.equal((await who.analyst.post('/api/observations', figure({ sample: true }))).status, 422);
    assert.equal((await who.analyst.post('/api/observations?visibility=public', figure())).status, 422, 'in the query');
  });

  test(called('a key is each one\'s own, and no reply with a secret is given again'), async () => {
    const key = [['Idempotency-Key', newName('key')]], body = figure({ fact_id: undefined });
    const mine = await who.analyst.post('/api/observations', body, key), again = await who.analyst.post('/api/observations', body, key);
    assert.equal(again.json.id, mine.json.id);
    const other = await newUser(who.administrator, 'analyst'), theirs = await other.post('/api/observations', body, key);
    assert.equal(theirs.status, 201, theirs.body);
    assert.notEqual(theirs.json.id, mine.json.id);
    const sessions = [1, 2].map(() => anybody.post('/api/session', credentials(who.expert.name), [...key, ...from(newAddress())]));
    const [first, second] = (await Promise.all(sessions)).map(cookieOf);
    assert.ok(first && second && first !== second, 'log-ins are never given again');
    const user = { name: newName('keyed'), role: 'expert' };
    const made = await who.administrator.post('/api/users', user, key), replayed = await who.administrator.post('/api/users', user, key);
    assert.ok(made.json.reset_token);
    assert.equal(replayed.status, 409, replayed.body);
    assert.ok(!replayed.body.includes(made.json.reset_token), 'the link is shown once');
    assert.equal((await who.administrator.done('GET', `/api/users?name=${user.name}`)).items.length, 1);
    assert.equal((await who.expert.post('/api/users', user, key)).status, 403);
  });

  test(called('a key does not tell one secret from another, since what is stored under it could be guessed at'), async () => {
    const user = await newUser(who.administrator, 'expert'), key = [['Idempotency-Key', newName('key')]];
    const change = (old_password, new_password) => user.post('/api/session/password', { old_password, new_password }, key);
    user.signedIn(await change(password, 'Gruen-Wal-78'));
    const again = await change('Gruen-Wal-78', 'Roter-Wal-79');
    assert.equal(again.status, 409, again.body);
  });

  test(called('of two who change a password at once, one is told that it is no longer the one he knew'), async () => {
    const user = await newUser(who.administrator, 'expert');
    const replies = await Promise.all(['Gruen-Wal-78', 'Roter-Wal-79'].map((new_password) =>
      user.post('/api/session/password', { old_password: password, new_password })));
    assert.equal(replies.filter(({ status }) => status === 200).length, 1, replies.map(({ body }) => body).join());
  });

  test(called('headers that mislead'), async () => {
    const { session, id } = who.analyst, ask = (headers) => new Reader(server, headers).get('/api/session');
    const is = async (headers, wanted, what) => assert.equal((await ask(headers)).json?.account_id, wanted, what);
    await is([['Cookie', `a=1; kechuang_session=${session}; b=2`]], id, 'among others');
    await is([['Cookie', `Kechuang_Session=${session}`]], null, 'other case');
    await is([['Cookie', `xkechuang_session=${session}`]], null, 'a longer name');
    await is([['Cookie', `kechuang_session=${session.toUpperCase()}`]], null, 'the secret in capitals');
    await is([['Cookie', `kechuang_session=${session}x`]], null, 'the secret and more');
    await is([['Cookie', `kechuang_session=${who.expert.session}; kechuang_session=${session}`]], who.expert.id, 'the first of two counts');
    await is([['Cookie', 'kechuang_session='], ['X-User', 'admin'], ['X-Account-Id', '1'], ['X-Role', 'administrator']], null, 'said in a header');
    for (const cookie of [`kechuang_session=${'a'.repeat(9000)}`, ';'.repeat(200), '='.repeat(3000)]) {
      const reply = await ask([['Cookie', cookie]]);
      assert.ok((reply.status === 200 && reply.json.account_id === null) || reply.status === 431, `${cookie.length}: ${reply.status}`);
    }
    // A token is no cookie, also where it has just been used as what it is.
    const warm = await who.analyst.done('POST', '/api/tokens', { name: 't', scopes: 'read', expires_on: tomorrow() });
    assert.equal((await new Reader(server, [['Authorization', `Bearer ${warm.token}`]]).get('/api/proposals?limit=1')).status, 200);
    await is([['Cookie', `kechuang_session=${warm.token}`]], null, 'a token');
    // A bad token is not made good by a cookie.
    for (const header of ['Bearer kc_wrong', 'Bearer', 'Bearer ', 'Basic YWRtaW46YWRtaW4=', 'x'])
      assert.equal((await new Reader(server, [['Authorization', header], ['Cookie', `kechuang_session=${session}`]]).get('/api/session')).status, 401, header);
    const { token } = await who.expert.done('POST', '/api/tokens', { name: 't', scopes: 'read', expires_on: tomorrow() });
    const both = [['Authorization', `Bearer ${token}`], ['Cookie', `kechuang_session=${who.administrator.session}`], ['X-CSRF-Token', who.administrator.csrf]];
    assert.equal((await new Reader(server, both).get('/api/users')).status, 403, 'the token\'s role, not the cookie\'s');
    assert.equal((await new Reader(server, both).post('/api/users', { name: newName('no'), role: 'administrator' })).status, 403);
  });
}
