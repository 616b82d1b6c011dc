// Imports of people and of users: what is personal lies nowhere unsealed, goes with the person, and lets nobody in by itself.
import assert from 'node:assert/strict';
import test from 'node:test';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folder, makers, sql, start } from './apart.mjs';
import { administrator, newUser, password, Reader, servers, signIn } from './access.mjs';

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

for (const server of servers) {
  const called = (what) => `${server.name}: ${what}`;
  const who = {};
  const unique = process.hrtime.bigint().toString().slice(-6);
  const rest = async (id) => {
    for (;;) {
      const found = await who.administrator.done('GET', `/api/imports/${id}`);
      if (found.state !== 'checking' && found.state !== 'running') return found;
      await pause(20);
    }
  };
  const take = async (id, step) => {
    await who.administrator.done('POST', `/api/imports/${id}/${step}`);
    return rest(id);
  };
  const send = async (target, rows, mode = 'all') => (await who.administrator.done('POST',
    `/api/imports?target=${target}&name=t.csv&mode=${mode}`, `${rows.join('\n')}\n`, [['Content-Type', 'text/csv']])).id;
  const problems = async (id) => (await who.administrator.done('GET', `/api/imports/${id}/problems`)).items;
  const found = async (phone) => (await who.administrator.done('GET', `/api/people?phone=${phone}`)).items;

  test(called('setting up'), async () => {
    who.administrator = await administrator(server);
    who.analyst = await newUser(who.administrator, 'analyst');
  });

  test(called('people come in checked, found again by their phones, and are taken back'), async () => {
    const phones = [1, 2, 3].map((n) => `1390${unique}${n}`);
    const rows = ['姓名,电话,电子邮箱,备注', `欧阳测试甲,${phones[0]},a${unique}@example.org,擅长量子`,
      `欧阳测试乙,${phones[1]},,`, `欧阳测试丙,${phones[2]},没有@,`, `欧阳测试丁,${phones[1]},,`, `欧阳测试戊,,,`];
    const id = await send('people', rows);
    const before = await who.administrator.done('GET', `/api/imports/${id}`);
    assert.ok(!JSON.stringify(before).includes('欧阳测试'), 'samples are masked');
    const checked = await take(id, 'check');
    assert.deepEqual([checked.state, checked.counts.new, checked.counts.wrong], ['checked', 2, 3]);
    const list = await problems(id);
    assert.deepEqual(list.map(({ line, field }) => [line, field]), [[4, 'email'], [5, 'phone'], [6, 'phone']]);
    for (const phone of phones) assert.ok(!JSON.stringify(list).includes(phone), 'problems do not say the value');
    await who.administrator.done('POST', `/api/imports/${id}/corrections`, { cells: [{ line: 4, column: 3, value: `c${unique}@example.org` },
      { line: 5, column: 2, value: `1391${unique}1` }, { line: 6, column: 2, value: `1391${unique}2` }] });
    const done = await take(id, 'run');
    assert.deepEqual([done.state, done.counts.new], ['done', 5], done.message);
    const [person] = await found(phones[0]);
    assert.equal(person.name, '欧**');
    const past = await who.administrator.done('GET', `/api/lineage?kind=person&key=${person.id}`);
    assert.deepEqual(past.items.map(({ import_id, line, action }) => [import_id, line, action]), [[id, 2, 'new']]);
    // The same table again changes nothing; a phone does not get another name.
    const again = await send('people', rows.slice(0, 3));
    const same = await take(again, 'run');
    assert.deepEqual([same.state, same.counts.same], ['done', 2], same.message);
    const renamed = await send('people', ['name,phone', `欧阳测试己,${phones[0]}`]);
    await take(renamed, 'check');
    assert.deepEqual((await problems(renamed)).map(({ field }) => field), ['name']);
    // More is said of somebody, and that is taken back first.
    const more = await send('people', ['name,phone,note', `欧阳测试甲,${phones[0]},懂德语`]);
    assert.deepEqual((await take(more, 'run')).counts.changed, 1);
    const shown = (note) => who.administrator.done('POST', `/api/people/${person.id}/reveal`, { reason: '测试' }).then((revealed) => assert.equal(revealed.note, note));
    await shown('懂德语');
    assert.equal((await take(id, 'undo')).state, 'done', 'somebody said more since');
    assert.equal((await take(more, 'undo')).state, 'undone');
    await shown('擅长量子');
    const undone = await take(id, 'undo');
    assert.equal(undone.state, 'undone', undone.message);
    assert.deepEqual(await found(phones[0]), []);
  });

  test(called('only administrators import people and users'), async () => {
    for (const target of ['people', 'users'])
      assert.equal((await who.analyst.ask('POST', `/api/imports?target=${target}`, 'name,phone\n王测试,13900000000\n')).status, 403);
  });

  test(called('what was imported of somebody who is erased stays unreadable, and the rest can be taken back'), async () => {
    const phones = [1, 2].map((n) => `1392${unique}${n}`);
    const id = await send('people', ['name,phone,note', `上官无名,${phones[0]},甲说明`, `上官有名,${phones[1]},乙说明`]);
    assert.equal((await take(id, 'run')).state, 'done');
    for (const what of ['rows', 'source']) assert.equal((await who.administrator.get(`/api/imports/${id}/${what}`)).status, 404, what);
    const [gone] = await found(phones[0]);
    const second = await newUser(who.administrator, 'administrator');
    const asked = await who.administrator.post(`/api/people/${gone.id}/erasure`, { reason: '本人要求' });
    assert.equal(asked.status, 202, asked.body);
    assert.equal((await second.post(`/api/proposals/${asked.json.id}/approval`, {})).status, 200);
    const undone = await take(id, 'undo');
    assert.equal(undone.state, 'undone', undone.message);
    assert.deepEqual(await found(phones[1]), []);
    assert.ok((await who.administrator.done('GET', `/api/people/${gone.id}`)).erased_at);
  });

  test(called('users come with their roles, and get links when somebody asks for them'), async () => {
    const name = (letter) => `imp${letter}${unique}`;
    const rows = ['登录名,角色,区县,姓名,电话', `${name('a')},analyst,,司徒测试,1393${unique}1`, `${name('b')},district_officer,XZ-DL,,`,
      `${name('a')},leader,,,`, `${name('c')},district_officer,,,`, `${name('d')},operator,,,`];
    const id = await send('users', rows, 'rows');
    const done = await take(id, 'run');
    assert.deepEqual([done.state, done.counts.new, done.counts.wrong], ['done', 3, 2], done.message);
    assert.deepEqual((await problems(id)).map(({ line, field }) => [line, field]), [[5, 'area_code'], [6, 'role']]);
    const { items } = await who.administrator.done('POST', '/api/users/links', { import_id: id });
    assert.deepEqual(items.map((link) => link.name), [name('a'), name('b')]);
    assert.equal((await who.analyst.post('/api/users/links', { import_id: id })).status, 403);
    const link = items[0];
    assert.equal((await new Reader(server).post('/api/password_resets', { token: link.reset_token, new_password: password })).status, 200);
    const signedIn = await signIn(server, name('a'));
    const { grants } = await signedIn.done('GET', '/api/session');
    assert.deepEqual(grants.map(({ role }) => role).sort(), ['analyst', 'leader']);
    assert.deepEqual((await who.administrator.done('POST', '/api/users/links', { import_id: id })).items.map((one) => one.name), [name('b')]);
    const again = await send('users', rows.slice(0, 4));
    assert.equal((await take(again, 'run')).counts.same, 3);
    // Somebody has signed in since: what the account is now is no longer what the table said.
    assert.equal((await take(id, 'undo')).state, 'done');
    const other = await send('users', ['name,role', `${name('e')},expert`]);
    assert.equal((await take(other, 'run')).state, 'done');
    const [{ reset_token }] = (await who.administrator.done('POST', '/api/users/links', { import_id: other })).items;
    assert.equal((await take(other, 'undo')).state, 'undone');
    assert.equal((await new Reader(server).post('/api/password_resets', { token: reset_token, new_password: password })).status >= 400, true);
    assert.equal((await who.administrator.done('GET', `/api/users?name=${name('e')}`)).items[0].state, 'disabled');
    const third = await send('users', ['name,role', `${name('e')},expert`]);
    assert.equal((await take(third, 'run')).counts.new, 1);
    assert.equal((await who.administrator.done('GET', `/api/users?name=${name('e')}`)).items[0].state, 'active');
  });
}

// Beside the program: nothing of it is in the database's tables.
for (const [name, make] of Object.entries(makers))
  test(`${name}: no table holds what an imported line said of a person`, async () => {
    const db = make('people_import'), key = join(folder, `people-${name}`, 'city.key');
    mkdirSync(dirname(key));
    const { url, token } = await start(db, 'tests/packs/xingzhou', '--key-file', key);
    const operator = new Reader({ url }, [['Authorization', `Bearer ${token}`]]);
    const { id } = await operator.done('POST', '/api/imports?target=people&name=t.csv', 'name,phone,note\n诸葛测试,13812345678,爱好围棋\n诸葛错误,12,\n',
      [['Content-Type', 'text/csv']]);
    const wait = async (state) => { while ((await operator.done('GET', `/api/imports/${id}`)).state !== state) await pause(20); };
    await operator.done('POST', `/api/imports/${id}/check`);
    await wait('checked');
    await operator.done('POST', `/api/imports/${id}/corrections`, { cells: [{ line: 3, column: 2, value: '13812345679' }] });
    await operator.done('POST', `/api/imports/${id}/run`);
    await wait('done');
    for (const statement of ['SELECT * FROM import', 'SELECT * FROM import_row', 'SELECT * FROM import_problem', 'SELECT * FROM import_correction',
      'SELECT * FROM import_mapping', 'SELECT * FROM event', 'SELECT * FROM event_payload', 'SELECT * FROM person', 'SELECT * FROM job'])
      assert.doesNotMatch(sql(db, statement), /诸葛|1381234567|围棋/, statement);
    assert.equal(sql(db, "SELECT count(*) FROM file_reference WHERE kind = 'import'"), '0');
    // The log of events knows which file it was.
    const verify = () => spawnSync(process.env.KECHUANG_PROGRAM, ['audit', 'verify', '--db', db, '--key-file', key], { encoding: 'utf8' });
    assert.equal(verify().status, 0, verify().stdout);
    sql(db, `UPDATE import SET file_sha256 = '${'0'.repeat(64)}'`);
    const found = verify();
    assert.notEqual(found.status, 0, found.stdout);
    assert.match(found.stdout + found.stderr, /导入所指的文件被改过/);
  });
