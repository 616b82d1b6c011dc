// 无事不扰, through the outbox and a real SMTP server: histories by chance against an oracle that knows
// the rules only; what readers want; digests; unsubscribing from a letter; a mail server that keeps us
// waiting; kill -9 between its receipt and our commit; and what is kept for how long.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { administrator, newUser, Reader } from './access.mjs';
import { makers, sql, until } from './apart.mjs';
import { ask } from './ask.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kechuang-contact-'));
const answer = join(folder, 'answer');
const smtp = spawn('/usr/bin/python3', ['tests/http/smtp_server.py', answer]);
const servers = [];
after(() => { for (const server of servers) server.removeAllListeners('exit').kill(); smtp.kill(); rmSync(folder, { recursive: true }); });
const received = {}; // by the domain they went to
let letters = [], rest = '';
const keep = (letter) => {
  letters.push(letter);
  const [, domain] = letter.to[0].split('@');
  received[domain] = (received[domain] ?? 0) + (letter.answer === '250 kept');
};
const port = await new Promise((resolve) => smtp.stdout.on('data', (bytes) => {
  const lines = (rest + bytes).split('\n');
  rest = lines.pop();
  for (const line of lines) if (/^\d+$/.test(line)) resolve(line); else keep(JSON.parse(line));
}));
const header = (letter, name) => letter.text.match(new RegExp(`^${name}: (.*)$`, 'mi'))?.[1].trim();
const bodyOf = (letter) => Buffer.from(letter.text.split(/\r?\n\r?\n/).slice(1).join(''), 'base64').toString();
let seed = 5;
const any = (below) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % below; };
const isUrgent = (kind) => kind === 'case.step_late';
const KINDS = ['case.step_open', 'case.step_due', 'case.step_late', 'case.mention', 'case.limit'];

for (const [name, make] of Object.entries(makers)) {
  const called = (what) => `${name}: ${what}`;
  const db = make('contact'), who = {}, key = join(folder, `${name}.key`);
  let at;
  const begin = () => new Promise((resolve, reject) => {
    const server = spawn(process.env.KECHUANG_PROGRAM, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--pack', 'tests/packs/xingzhou',
      '--key-file', key, '--smtp', `smtp://127.0.0.1:${port}`, '--smtp-from', 'brain@city.example', '--site', 'https://brain.city.example']);
    servers.push(server);
    server.on('exit', reject);
    let said = '';
    server.stdout.on('data', (bytes) => {
      said += bytes;
      const url = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0], word = said.match(/one-time password: (\S+)/)?.[1];
      if (!url || !(word || who.administrator)) return;
      for (const one of Object.values(who)) one.server.url = url;
      resolve({ url, firstPassword: word, server, name });
    });
  });
  const rows = (select) => sql(db, select).split('\n').filter(Boolean).map((line) => line.split('|'));
  const count = (where) => Number(sql(db, `SELECT count(*) FROM outbox WHERE ${where}`));
  const rule = (code, value) => sql(db, `INSERT INTO rule_value (code, value, changed_seq) VALUES ('${code}', ${value}, 1)
    ON CONFLICT (code) DO UPDATE SET value = excluded.value`);
    let told = 1000;
  // As notice_send() writes it.
  const notice = (reader, kind, organisation = null) => {
    const moment = Math.floor(Date.now() / 1000), id = told += 50; // the program's own take what follows the highest
    return { id, reader, kind, organisation, statement: `INSERT INTO notice (id, kind, subject_kind, subject_key, text, text_en, address, created_at, created_seq)
        VALUES (${id}, '${kind}', 'case', '${id}', '第${id}件', 'No. ${id}.', '/cases/${id}', ${moment}, 1);
      INSERT INTO notice_copy (notice_id, account_id, unread) VALUES (${id}, ${reader.id}, TRUE);
      INSERT INTO outbox (notice_id, account_id, channel, state, urgent, tries, not_before, created_at, organisation_code)
        VALUES (${id}, ${reader.id}, 'email', 'queued', ${isUrgent(kind) ? 'TRUE' : 'FALSE'}, 0, 0, ${moment}, ${organisation ? `'${organisation}'` : 'NULL'});` };
  };
  const tell = (all) => sql(db, [].concat(all).map(({ statement }) => statement).join('\n'));
  // All that is due has gone, and we have heard of it.
  const settled = () => until('all are settled', () => count("state = 'sending' OR (state = 'queued' AND not_before <= 9)") === 0 &&
    (received[`${name.toLowerCase()}.example`] ?? 0) >= Number(sql(db, "SELECT count(*) FROM outbox_try WHERE answer = 'SMTP 250'")));
  const saying = (id) => letters.filter((letter) => bodyOf(letter).includes(`第${id}件`));
  const lettersTo = (reader) => letters.filter((letter) => letter.to[0] === reader.mail);
  const digestNow = async () => {
    await who.administrator.done('POST', '/api/schedules/digest/run');
    await until('the digests are made', () => Number(sql(db, "SELECT count(*) FROM job WHERE kind = 'digest' AND state IN ('queued', 'running')")) === 0);
    await settled();
  };

  test(called('setting up'), async () => {
    at = await begin();
    who.administrator = await administrator(at);
    for (const one of ['a', 'b', 'c', 'd']) {
      const mail = `${one}@${name.toLowerCase()}.example`;
      who[one] = Object.assign(await newUser(who.administrator, 'analyst', {}, { display_name: `读者${one}`, email: mail }), { mail });
    }
  });

  test(called('everybody says how he wants to be told, within what a kind allows'), async () => {
    const page = await who.a.done('GET', '/api/notices/settings');
    assert.deepEqual([page.quiet_from, page.quiet_to, page.workdays_only, page.digest, page.mail], [0, 0, false, 'daily', true]);
    const late = page.kinds.find(({ kind }) => kind === 'case.step_late');
    assert.deepEqual([late.urgent, late.optional, late.wish], [true, false, 'mail']);
    assert.ok(!page.kinds.some(({ kind }) => kind.startsWith('notices.')));
    const change = (kind, wish) => who.a.post(`/api/notices/wishes/${kind}`, { wish });
    for (const wish of ['digest', 'pages', 'off']) assert.equal((await change('case.step_late', wish)).status, 422, wish);
    assert.equal((await change('case.step_open', 'off')).status, 422);
    assert.equal((await change('no.such', 'mail')).status, 404);
    assert.equal((await change('case.limit', 'never')).status, 422);
    assert.equal((await change('case.limit', 'off')).json.kinds.find(({ kind }) => kind === 'case.limit').wish, 'off');
    assert.equal((await who.b.done('GET', '/api/notices/settings')).kinds.find(({ kind }) => kind === 'case.limit').wish, 'mail');
    assert.equal((await who.a.post('/api/notices/settings', { quiet_from: 1440, quiet_to: 0, workdays_only: false, digest: 'daily' })).status, 422);
    assert.equal((await who.a.post('/api/notices/settings', { quiet_from: 0, quiet_to: 0, workdays_only: false, digest: 'hourly' })).status, 422);
    assert.equal((await new Reader(at).get('/api/notices/settings')).status, 401);
  });

  test(called('nothing is lost, nothing said twice, no cap exceeded, and what is urgent always goes'), async () => {
    const caps = { mail_a_day: 4, mail_a_week: 6, organisation_mail_a_day: 7, organisation_mail_a_week: 7 };
    for (const [code, value] of Object.entries(caps)) rule(code, value);
    // b is quiet now, for four hours; c takes no digests.
    const minute = Math.floor((Date.now() / 60000 + 480) % 1440);
    await who.b.done('POST', '/api/notices/settings', { quiet_from: (minute + 1380) % 1440, quiet_to: (minute + 180) % 1440, workdays_only: false, digest: 'daily' });
    await who.c.done('POST', '/api/notices/settings', { quiet_from: 0, quiet_to: 0, workdays_only: false, digest: 'none' });
    const wishes = { a: { 'case.mention': 'digest' }, b: {}, c: { 'case.step_due': 'pages' }, d: {} };
    for (const [reader, kinds] of Object.entries(wishes))
      for (const [kind, wish] of Object.entries(kinds)) await who[reader].done('POST', `/api/notices/wishes/${kind}`, { wish });
    const all = [];
    letters = [];
    for (let round = 0; round < 4; round++) {
      const some = Array.from({ length: 12 }, () => {
        const reader = 'abcd'[any(4)];
        return Object.assign(notice(who[reader], KINDS[any(4)], reader === 'a' || reader === 'd' ? 'FIRM' : null), { letter: reader });
      });
      all.push(...some);
      tell(some);
      await settled();
    }
    const lettersOfTheirOwn = (filter) => all.filter((one) => !isUrgent(one.kind) && filter(one) && saying(one.id).length).length;
    for (const reader of 'abcd') assert.ok(lettersOfTheirOwn((one) => one.letter === reader) <= caps.mail_a_day, reader);
    assert.ok(lettersOfTheirOwn((one) => one.organisation) <= caps.organisation_mail_a_day);
    assert.equal(lettersOfTheirOwn((one) => one.organisation), caps.organisation_mail_a_day, 'as many as may be');
    assert.equal(lettersOfTheirOwn((one) => one.letter === 'b'), 0, 'in quiet hours none');
    for (const one of all.filter(({ kind }) => isUrgent(kind))) assert.equal(saying(one.id).length, 1, 'urgent');
    const holdOf = (id) => rows(`SELECT state, COALESCE(hold, '') FROM outbox WHERE notice_id = ${id}`)[0].join(' ');
    for (const one of all) {
      const wish = wishes[one.letter][one.kind] ?? 'mail', now = holdOf(one.id), mailed = saying(one.id).length;
      const may = isUrgent(one.kind) ? ['sent '] : wish === 'pages' ? ['held pages'] : wish === 'digest' ? ['held digest']
        : one.letter === 'b' ? ['queued '] : one.letter === 'c' ? ['sent ', 'held pages'] : ['sent ', 'held digest'];
      assert.ok(may.includes(now), `${one.letter} ${one.kind}: ${now}`);
      assert.equal(mailed, now === 'sent ' ? 1 : 0);
    }
    // One letter says what was held, once, with honest counts; what was read on the pages is left out.
    const [read] = all.filter((one) => one.letter === 'd' && holdOf(one.id) === 'held digest');
    const copy = sql(db, `SELECT id FROM notice_copy WHERE notice_id = ${read.id}`);
    await who.d.done('POST', `/api/notices/${copy}/reading`);
    await digestNow();
    for (const reader of 'abcd') {
      const mine = all.filter((one) => one.letter === reader && one !== read);
      const said = mine.filter((one) => saying(one.id).length === 1), held = mine.filter((one) => holdOf(one.id) === 'held pages');
      assert.deepEqual(mine.filter((one) => saying(one.id).length > 1), []);
      const waits = mine.filter((one) => holdOf(one.id) === 'queued ');
      assert.equal(said.length + held.length + waits.length, mine.length, `${reader}: nothing is lost`);
      const digests = lettersTo(who[reader]).filter((letter) => bodyOf(letter).includes('消息摘要'));
      assert.equal(digests.length, reader === 'a' || reader === 'd' ? 1 : 0, reader);
      for (const digest of digests) {
        const inIt = mine.filter((one) => bodyOf(digest).includes(`第${one.id}件`));
        assert.match(bodyOf(digest), new RegExp(`消息摘要：${inIt.length} 条`));
        const counted = [...bodyOf(digest).matchAll(/^\* .*: (\d+)\r?$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
        assert.equal(counted, inIt.length);
        for (const one of inIt) assert.ok(bodyOf(digest).includes(`https://brain.city.example/cases/${one.id}`));
      }
    }
    assert.equal(saying(read.id).length, 0);
    const before = letters.length;
    await digestNow(); // nothing has come since, and it is the same day
    assert.equal(letters.length, before);
    // The quiet hours are over: nothing has gone but to where the caps say.
    await who.b.done('POST', '/api/notices/settings', { quiet_from: 0, quiet_to: 0, workdays_only: false, digest: 'daily' });
    sql(db, "UPDATE outbox SET not_before = 0 WHERE state = 'queued'");
    await settled();
    await digestNow();
    for (const one of all.filter(({ letter }) => letter === 'b')) assert.equal(saying(one.id).length, 1);
  });

  test(called('a letter has an address at which one unsubscribes without signing in'), async () => {
    for (const code of ['mail_a_day', 'mail_a_week', 'organisation_mail_a_day', 'organisation_mail_a_week']) rule(code, 900);
    letters = [];
    const first = notice(who.d, 'case.step_open');
    tell([first, notice(who.d, 'case.step_late')]);
    await until('both arrive', () => letters.length === 2);
    const urgent = letters.find((letter) => !saying(first.id).includes(letter)), [letter] = saying(first.id);
    assert.equal(header(urgent, 'List-Unsubscribe'), undefined, 'urgent ones go on');
    assert.equal(header(letter, 'List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click');
    const [, path] = header(letter, 'List-Unsubscribe').match(/^<https:\/\/brain\.city\.example(\/unsubscribe\/[^>]+)>$/);
    assert.ok(bodyOf(letter).includes(`https://brain.city.example${path}`));
    const token = path.split('/')[2];
    const asked = await new Reader(at).done('GET', `/api/unsubscriptions/${token}`);
    assert.deepEqual([asked.name, asked.subscribed], ['轮到您办一步', true]);
    const oneClick = (to) => ask(at.url, 'POST', to, [['Content-Type', 'application/x-www-form-urlencoded']], 'List-Unsubscribe=One-Click');
    for (const wrong of [`${path}x`, path.replace('~', '~A'), '/unsubscribe/1~AAAA', '/unsubscribe/none', `/unsubscribe/9~${token.split('~')[1]}`])
      assert.equal((await oneClick(wrong)).status, 404, wrong);
    assert.equal((await new Reader(at).done('GET', `/api/unsubscriptions/${token}`)).subscribed, true);
    for (let again = 0; again < 2; again++) {
      const reply = await oneClick(path);
      assert.equal(reply.status, 200, reply.body);
      assert.equal(JSON.parse(reply.body).subscribed, false);
    }
    assert.equal((await who.d.done('GET', '/api/notices/settings')).kinds.find(({ kind }) => kind === 'case.step_open').wish, 'pages');
    const second = notice(who.d, 'case.step_open');
    tell([second, notice(who.d, 'case.step_late')]);
    await until('the urgent one arrives', () => letters.length === 3);
    await settled();
    assert.equal(saying(second.id).length, 0);
    assert.equal((await who.d.done('GET', '/api/notices?limit=5')).items.filter(({ text }) => text === `第${second.id}件`).length, 1, 'the page has it');
    assert.doesNotMatch(sql(db, 'SELECT body FROM event_payload'), new RegExp(token.split('~')[1]), 'nor does the log hold the address');
  });

  test(called('a mail server that keeps us waiting holds up no other job'), async () => {
    letters = [];
    writeFileSync(answer, 'wait');
    tell(notice(who.d, 'case.step_late'));
    await until('it is being sent', () => count("state = 'sending'") === 1);
    const job = () => sql(db, "SELECT state FROM job WHERE kind = 'tidying' ORDER BY id DESC LIMIT 1");
    await who.administrator.done('POST', '/api/schedules/tidying/run');
    await until('another job is done meanwhile', () => job() === 'done');
    assert.equal(count("state = 'sending'"), 1);
    const overview = await who.administrator.done('GET', '/api/outbox/overview');
    assert.deepEqual([overview.sending, overview.mail], [1, true]);
    rmSync(answer);
    await until('it arrives', () => count("state = 'sending'") === 0 && letters.length === 1);
  });

  test(called('killed between the receipt and the commit: sent again under the same name, and never lost'), async () => {
    letters = [];
    writeFileSync(answer, `kill ${at.server.pid}`);
    at.server.removeAllListeners('exit');
    const ended = new Promise((resolve) => at.server.once('exit', (code, signal) => resolve(signal)));
    const one = notice(who.d, 'case.mention');
    tell(one);
    assert.equal(await ended, 'SIGKILL');
    rmSync(answer);
    await until('the mail server had it', () => letters.length === 1);
    assert.deepEqual(rows(`SELECT state, tries FROM outbox WHERE notice_id = ${one.id}`), [['sending', '1']]);
    at = await begin();
    sql(db, `UPDATE outbox SET lease_until = 5 WHERE notice_id = ${one.id}; UPDATE job SET lease_until = 5 WHERE state = 'running'`);
    await until('it arrives again', () => letters.length === 2);
    await until('it is marked', () => count(`notice_id = ${one.id} AND state = 'sent'`) === 1);
    assert.equal(header(letters[0], 'Message-ID'), header(letters[1], 'Message-ID'));
    assert.equal(count(`notice_id = ${one.id} AND tries = 2`), 1);
  });

  test(called('what was answered at each try can be seen'), async () => {
    writeFileSync(answer, '451 later');
    const one = notice(who.d, 'case.step_late');
    tell(one);
    await until('it was tried', () => count(`notice_id = ${one.id} AND state = 'queued' AND tries = 1`) === 1);
    rmSync(answer);
    sql(db, `UPDATE outbox SET not_before = 0 WHERE notice_id = ${one.id}`);
    await until('it is sent', () => count(`notice_id = ${one.id} AND state = 'sent'`) === 1);
    const id = sql(db, `SELECT id FROM outbox WHERE notice_id = ${one.id}`);
    const tries = (await who.administrator.done('GET', `/api/outbox/${id}/tries`)).items;
    assert.deepEqual(tries.map(({ answer: said }) => /451/.test(said) ? 451 : said), [451, 'SMTP 250']);
    assert.equal((await who.d.get(`/api/outbox/${id}/tries`)).status, 403);
  });

  test(called('what is settled goes in time, and nothing that has still to go out'), async () => {
    const old = Math.floor(Date.now() / 1000) - 91 * 86400, older = old - 400 * 86400;
    const [a, b, c, d] = Array.from({ length: 4 }, () => notice(who.a, 'case.step_due'));
    tell([a, b, c, d]);
    await settled();
    sql(db, `UPDATE outbox SET state = 'held', hold = 'digest', digest_id = NULL, created_at = ${older} WHERE notice_id = ${c.id}`);
    sql(db, `UPDATE outbox SET created_at = ${old} WHERE notice_id = ${a.id}`);
    sql(db, `UPDATE outbox SET created_at = ${old} WHERE notice_id = ${d.id}; UPDATE notice SET created_at = ${older} WHERE id IN (${c.id}, ${d.id})`);
    await who.administrator.done('POST', '/api/schedules/tidying/run');
    await until('it is done', () => Number(sql(db, "SELECT count(*) FROM job WHERE kind = 'tidying' AND state IN ('queued', 'running')")) === 0);
    const left = (table, column) => rows(`SELECT ${column} FROM ${table} WHERE ${column} IN (${a.id}, ${b.id}, ${c.id}, ${d.id}) ORDER BY 1`).map(([id]) => Number(id));
    assert.deepEqual(left('outbox', 'notice_id'), [b.id, c.id]);
    assert.deepEqual(left('notice', 'id'), [a.id, b.id, c.id]);
    assert.deepEqual(left('notice_copy', 'notice_id'), [a.id, b.id, c.id]);
  });

  test(called('what is a person\'s own goes with the person'), async () => {
    const own = () => ['notice_copy', 'outbox', 'contact_wish', 'contact_setting'].map((table) => Number(sql(db, `SELECT count(*) FROM ${table} WHERE account_id = ${who.c.id}`)) > 0);
    assert.deepEqual(own(), [true, true, true, true]);
    const person = sql(db, `SELECT person_id FROM account WHERE id = ${who.c.id}`);
    const whole = await who.administrator.post(`/api/people/${person}/export`, { reason: '本人来函' });
    if (whole.status === 200) assert.ok(whole.json.notices.length > 0);
    const second = await newUser(who.administrator, 'administrator', {}, { email: 'second@city.example' });
    const asked = await who.administrator.post(`/api/people/${person}/erasure`, { reason: '本人要求' });
    assert.equal(asked.status, 202, asked.body);
    await second.done('POST', `/api/proposals/${asked.json.id}/approval`, {});
    assert.deepEqual(own(), [false, false, false, false]);
  });
}
