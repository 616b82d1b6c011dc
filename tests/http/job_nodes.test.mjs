// Two programs on one PostgreSQL database: each job is done by one of them, once; what one does is
// seen and stopped at the other; and what a killed one held passes on. So do messages.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { get, makers, operator, post, sql, start, until } from './apart.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kechuang-nodes-'));
const answer = join(folder, 'answer');
const smtp = spawn('/usr/bin/python3', ['tests/http/smtp_server.py', answer]);
after(() => { smtp.kill(); rmSync(folder, { recursive: true }); });
const letters = [];
let rest = '';
const port = await new Promise((resolve) => smtp.stdout.on('data', (bytes) => {
  const lines = (rest + bytes).split('\n');
  rest = lines.pop();
  for (const line of lines) if (/^\d+$/.test(line)) resolve(line); else letters.push(JSON.parse(line));
}));
const idOf = (letter) => letter.text.match(/^Message-ID: <(.*)>/mi)[1];

const db = makers.PostgreSQL('nodes');
const begin = () => start(db, undefined, '--key-file', join(folder, 'key'), '--smtp', `smtp://127.0.0.1:${port}`,
  '--smtp-from', 'brain@city.example', '--site', 'https://brain.city.example');
const rows = (select) => sql(db, select).split('\n').filter(Boolean).map((line) => line.split('|'));
const number = (select) => Number(sql(db, select));
const events = async (at, id) => {
  const reply = await get(at.url, `/api/jobs/${id}/events`, operator(at.token));
  const [, event, data] = reply.body.match(/\nevent: (\w+)\ndata: (.*)\n\n$/);
  return { event, ...JSON.parse(data) };
};
let told = 0, account;
const tell = (count) => sql(db, Array.from({ length: count }, () => {
  const id = 1000 + ++told;
  return `INSERT INTO notice (id, kind, subject_kind, subject_key, text, text_en, address, created_at, created_seq)
      VALUES (${id}, 'case.step_late', 'case', '${id}', '第${id}件', 'No. ${id}.', '/cases/${id}', 1, 1);
    INSERT INTO outbox (notice_id, account_id, channel, state, urgent, tries, not_before, created_at)
      VALUES (${id}, ${account}, 'email', 'queued', TRUE, 0, 0, 1);`;
}).join('\n'));
const sendingJob = () => until('a job sends', () => rows("SELECT id, node FROM job WHERE kind = 'sending' AND state = 'running'")[0]);
let a, b;

test('each job is done once, by either', async () => {
  [a, b] = [await begin(), await begin()];
  account = (await post(a, '/api/users', { name: 'reader', role: 'analyst', display_name: '读者', email: 'reader@city.example' })).id;
  sql(db, `INSERT INTO job (kind, subject, state, done, total, account_id, grant_id, language, requested_at, cancel, lane)
    SELECT 'tidying', 'tidying', 'queued', 0, 0, 0, 0, 'zh', 1, FALSE, 0 FROM generate_series(1, 600)`);
  await until('all are done', () => number("SELECT count(*) FROM job WHERE state IN ('queued', 'running')") === 0);
  assert.deepEqual(rows("SELECT state, tries, count(*) FROM job WHERE kind = 'tidying' GROUP BY 1, 2"), [['done', '1', '600']]);
  assert.equal(number("SELECT count(DISTINCT node) FROM job WHERE kind = 'tidying'"), 2, 'both had some');
});

test('each message is sent once, though both send', async () => {
  tell(40);
  // A second job of sending beside the first: of each row, one has it.
  sql(db, `INSERT INTO job (kind, subject, state, done, total, account_id, grant_id, language, requested_at, cancel, lane)
    SELECT 'sending', 'outbox', 'queued', 0, 0, 0, 0, 'zh', 1, FALSE, 1 FROM generate_series(1, 4)`);
  await until('all are sent', () => number("SELECT count(*) FROM outbox WHERE state <> 'sent'") === 0 && letters.length >= 40);
  assert.equal(letters.length, 40);
  assert.equal(new Set(letters.map(idOf)).size, 40);
  assert.deepEqual(rows('SELECT tries, count(*) FROM outbox GROUP BY 1'), [['1', '40']]);
});

test('progress is heard at the other, and it can be stopped there', async () => {
  writeFileSync(answer, 'wait 2');
  tell(5);
  const [id] = await sendingJob();
  for (const at of [a, b])
    await until('it is heard how far it is', async () => { const job = await events(at, id); return job.event === 'progress' && job.done === 2; });
  await post(b, `/api/jobs/${id}/cancellation`, {});
  await post(a, `/api/jobs/${id}/cancellation`, {}); // the other of the two is the one that runs it
  rmSync(answer);
  await until('it has stopped', () => sql(db, `SELECT state FROM job WHERE id = ${id}`) === 'cancelled' || sql(db, `SELECT state FROM job WHERE id = ${id}`) === 'done');
  for (const at of [a, b]) assert.equal((await events(at, id)).event, 'end');
  await until('another goes on with the rest', () => number("SELECT count(*) FROM outbox WHERE state <> 'sent'") === 0);
});

test('what a killed one held passes on', async () => {
  b.server.removeAllListeners('exit').kill('SIGKILL'); // a is alone
  await new Promise((resolve) => b.server.once('exit', resolve));
  writeFileSync(answer, 'wait');
  letters.length = 0;
  tell(3);
  const [id, node] = await sendingJob();
  b = await begin();
  a.server.removeAllListeners('exit').kill('SIGKILL');
  await new Promise((resolve) => a.server.once('exit', resolve));
  rmSync(answer);
  const lease = number(`SELECT lease_until FROM job WHERE id = ${id}`);
  assert.ok(lease > Date.now() / 1000, 'as long as its lease lasts it is left alone');
  assert.deepEqual(rows(`SELECT state, node FROM job WHERE id = ${id}`), [['running', node]]);
  sql(db, `UPDATE job SET lease_until = 5 WHERE id = ${id}; UPDATE outbox SET lease_until = 5 WHERE state = 'sending'`);
  await until('the other has taken it', () => { const [[, now]] = rows(`SELECT state, node FROM job WHERE id = ${id}`); return now !== node; });
  await until('everything has gone', () => number("SELECT count(*) FROM outbox WHERE state <> 'sent'") === 0);
  await until('the letters arrive', () => new Set(letters.map(idOf)).size === 3);
  await until('it has ended', () => rows(`SELECT state, tries FROM job WHERE id = ${id}`)[0].join() === 'done,2');
  assert.ok(letters.length <= 4, 'what may have been sent goes again, under the same name');
  assert.equal((await events(b, id)).event, 'end');
});
