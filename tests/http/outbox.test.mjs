// E-mail, to a real SMTP server: what goes out, when it does not, and what a crash makes of it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { makers, sql, until } from './apart.mjs';
import { administrator, newUser } from './access.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kechuang-outbox-'));
const answer = join(folder, 'answer');
const smtp = spawn('/usr/bin/python3', ['tests/http/smtp_server.py', answer]);
const servers = [];
after(() => { for (const server of servers) server.removeAllListeners('exit').kill(); smtp.kill(); rmSync(folder, { recursive: true }); });
const letters = [];
let rest = '';
const port = await new Promise((resolve) => smtp.stdout.on('data', (bytes) => {
  const lines = (rest + bytes).split('\n');
  rest = lines.pop();
  for (const line of lines) if (/^\d+$/.test(line)) resolve(line); else letters.push(JSON.parse(line));
}));
const header = (letter, name) => letter.text.match(new RegExp(`^${name}: (.*)$`, 'mi'))?.[1].trim();
const decoded = (text) => text.replace(/=\?UTF-8\?B\?(.*?)\?=\s*/g, (_, word) => Buffer.from(word, 'base64').toString());

for (const [name, make] of Object.entries(makers)) {
  const called = (what) => `${name}: ${what}`;
  const db = make('outbox'), who = {};
  const begin = () => new Promise((resolve, reject) => {
    const server = spawn(process.env.KECHUANG_PROGRAM, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--pack', 'tests/packs/xingzhou',
      '--key-file', join(folder, `${name}.key`), '--smtp', `smtp://127.0.0.1:${port}`, '--smtp-from', 'brain@city.example',
      '--site', 'https://brain.city.example']);
    servers.push(server);
    server.on('exit', reject);
    let said = '';
    server.stdout.on('data', (bytes) => {
      said += bytes;
      const url = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0], password = said.match(/one-time password: (\S+)/)?.[1];
      if (url && (password || who.administrator)) resolve({ url, password, server });
    });
  });
  const rule = (value) => who.administrator.done('POST', '/api/settings/token_days_max', { value });
  const newest = async () => (await who.administrator.done('GET', '/api/outbox?limit=1')).items[0];
  let at;

  test(called('who may decide gets a letter about a proposal'), async () => {
    at = await begin();
    const server = { url: at.url, firstPassword: at.password, name };
    who.administrator = await administrator(server);
    who.other = await newUser(who.administrator, 'administrator', {}, { display_name: '王小明', email: 'other@city.example' });
    letters.length = 0;
    await rule(300);
    const letter = await until('it arrives', () => letters[0]);
    assert.deepEqual([letter.to, letter.from], [['other@city.example'], 'brain@city.example']);
    assert.match(decoded(letter.text.match(/^Subject:(.*(?:\r?\n .*)*)/m)[1]), /有一项提请待决定：改一条规则/);
    const body = Buffer.from(letter.text.split(/\r?\n\r?\n/)[1], 'base64').toString();
    assert.match(body, /A proposal waits for a decision: Change a rule/);
    assert.match(body, /https:\/\/brain\.city\.example\/proposals/);
    assert.doesNotMatch(body, /王小明/, 'no personal data');
    const sent = await until('it is marked', async () => { const row = await newest(); return row.state === 'sent' && row; });
    assert.equal(sent.tries, 1);
    assert.doesNotMatch(JSON.stringify(sent), /@/, 'no address is kept');
  });

  test(called('what is refused for a while is tried again, what is refused for good is not'), async () => {
    writeFileSync(answer, '451 later');
    letters.length = 0;
    await rule(301);
    const waiting = await until('it was tried', async () => { const row = await newest(); return row.tries === 1 && row.state === 'queued' && row; });
    assert.match(waiting.problem, /451/);
    assert.ok(Date.parse(waiting.not_before) > Date.now() + 20000);
    rmSync(answer);
    sql(db, `UPDATE outbox SET not_before = 0 WHERE id = ${waiting.id}`);
    await until('it arrives', () => letters.length === 2);
    assert.equal(header(letters[0], 'Message-ID'), header(letters[1], 'Message-ID'));
    writeFileSync(answer, '550 never');
    await rule(302);
    const failed = await until('it has failed', async () => { const row = await newest(); return row.state === 'failed' && row; });
    assert.deepEqual([failed.tries, failed.id > waiting.id], [1, true]);
    rmSync(answer);
    await who.administrator.done('POST', `/api/outbox/${failed.id}/retry`);
    await until('it is sent after all', async () => (await newest()).state === 'sent');
    assert.equal((await who.administrator.post(`/api/outbox/${failed.id}/retry`)).status, 409);
  });

  test(called('after a crash between sending and saying so, it is sent again under the same name'), async () => {
    const { id } = await newest();
    letters.length = 0;
    at.server.removeAllListeners('exit').kill('SIGKILL');
    await new Promise((resolve) => at.server.once('exit', resolve));
    sql(db, `UPDATE outbox SET state = 'sending', sent_at = NULL, lease_until = 5 WHERE id = ${id}; UPDATE outbox SET not_before = 0`);
    sql(db, `INSERT INTO outbox (notice_id, account_id, channel, state, urgent, tries, not_before, created_at)
      SELECT notice_id, account_id, channel, 'queued', urgent, 0, 0, created_at FROM outbox WHERE id = ${id}`);
    at = await begin();
    await until('both arrive', () => letters.length === 2);
    assert.equal(new Set(letters.map((letter) => header(letter, 'Message-ID'))).size, 2);
  });

  test(called('nobody gets more letters within a day than the rule says, but for urgent ones'), async () => {
    for (let value = 310; value < 318; value++) {
      const reply = await fetch(`${at.url}/api/settings/token_days_max`, { method: 'POST', body: JSON.stringify({ value }),
        headers: { 'Content-Type': 'application/json', Cookie: who.administrator.headers[0][1], 'X-CSRF-Token': who.administrator.csrf } });
      assert.equal(reply.status, 202);
    }
    const count = (state) => Number(sql(db, `SELECT count(*) FROM outbox WHERE state = '${state}'`));
    await until('all are settled', () => count('queued') + count('sending') === 0);
    assert.equal(count('sent'), 5);
    assert.ok(count('held') > 0);
  });
}
