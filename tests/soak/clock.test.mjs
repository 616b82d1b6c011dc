// The machine's clock jumps, forwards and back, by minutes and by a year, while writes, jobs, streams of events and sessions
// run: writes are taken, jobs end, sessions hold or end as their limits say, nothing is lost and the log of events holds.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { ask, assertWhole, notesIn, serve, write } from './host.mjs';

const library = `/usr/lib/${arch() === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`;
const skip = existsSync(library) ? false : 'faketime is not installed';
const folder = mkdtempSync(join(tmpdir(), 'kechuang-clock-'));
const offset = join(folder, 'offset');
let at = null;
after(() => {
  at?.process.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const SOON = 600, DAY = 86400;
const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: offset, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
const jump = (seconds) => writeFileSync(offset, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}s\n`);
// What the program takes for now, by the Date of its replies.
const now = async () => Date.parse((await ask(at, 'GET', '/healthz')).headers.date) / 1000;
const until = async (what, found) => {
  for (const end = performance.now() + 30000; performance.now() < end;) {
    const value = await found();
    if (value) return value;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return assert.fail(`waited in vain until ${what}`);
};

// An analyst, made by the operator: the operator's token is good while no administrator has signed in.
const password = 'Uhren-springen-7', nobody = { Authorization: '' };
async function makeUser() {
  const user = await ask(at, 'POST', '/api/users', { name: 'analyst1', role: 'analyst' });
  assert.equal(user.status, 201, user.text);
  const chosen = await ask(at, 'POST', '/api/password_resets', { token: user.json().reset_token, new_password: password }, nobody);
  assert.equal(chosen.status, 200, chosen.text);
}
async function signIn() {
  const reply = await ask(at, 'POST', '/api/session', { name: 'analyst1', password }, nobody);
  assert.ok(reply.status < 300, `${reply.status} ${reply.text}`);
  return reply.headers['set-cookie'][0].split(';')[0];
}
const whose = async (cookie) => (await ask(at, 'GET', '/api/session', undefined, { ...nobody, Cookie: cookie })).json().account_id;

test('the clock jumps forwards and back, and everything goes on', { skip }, async () => {
  const db = join(folder, 'clock.db'), acknowledged = [];
  jump(0);
  at = await serve(db, { env });
  await makeUser();
  const real = Date.now() / 1000;
  assert.ok(Math.abs(await now() - real) < 5);
  let before = 0;
  for (const [n, seconds] of [0, SOON, -SOON, 40 * DAY, -3 * DAY, 400 * DAY, -400 * DAY, 0].entries()) {
    const cookie = await signIn();
    const account = await whose(cookie);
    assert.ok(account, 'signed in');
    let busy = true;
    const writes = (async () => {
      for (let i = 0; busy; i++) {
        const reply = await write(at, `w${n}-${i}`);
        assert.equal(reply.status, 201, reply.text);
        acknowledged.push(`w${n}-${i}`);
      }
    })();
    assert.equal((await ask(at, 'POST', '/api/schedules/tidying/run')).status, 200);
    jump(seconds);
    await until('the program sees it', async () => Math.abs(await now() - Date.now() / 1000 - seconds) < 5);
    assert.equal((await ask(at, 'POST', '/api/schedules/tidying/run')).status < 500, true);
    const job = await until('the job has ended', async () => {
      const { items } = (await ask(at, 'GET', '/api/jobs?limit=5')).json();
      return items.every(({ state }) => state === 'done') && items[0];
    });
    assert.match((await ask(at, 'GET', `/api/jobs/${job.id}/events`)).text, /event: end/);
    // An idle session ends within hours: behind a jump of days it is over, and whoever signs in again is in.
    const held = await whose(cookie);
    const leap = seconds - before;
    before = seconds;
    if (Math.abs(leap) <= 2 * SOON) assert.equal(held, account, 'a session outlives a jump of minutes');
    if (leap >= 40 * DAY) assert.ok(!held, 'and none of weeks');
    busy = false;
    await writes;
  }
  await until('all is sealed', async () => {
    const { text } = await ask(at, 'GET', '/metrics');
    return text.match(/^kechuang_sealed_sequence (\d+)/m)[1] === text.match(/^kechuang_sequence (\d+)/m)[1];
  });
  await at.stop();
  const there = notesIn(db);
  for (const note of acknowledged) assert.ok(there.has(note), `${note} is lost`);
  assertWhole(db);
  console.log(`# ${acknowledged.length} acknowledged writes, 7 jumps`);
});

test('started with a clock that is a year behind its database, it works', { skip }, async () => {
  const db = join(folder, 'behind.db');
  jump(0);
  at = await serve(db, { env });
  assert.equal((await write(at, 'w-before')).status, 201);
  await at.stop();
  jump(-365 * DAY);
  at = await serve(db, { env });
  assert.equal((await write(at, 'w-behind')).status, 201);
  await at.stop();
  jump(0);
  at = await serve(db, { env });
  assert.equal((await write(at, 'w-again')).status, 201);
  await at.stop();
  for (const note of ['w-before', 'w-behind', 'w-again']) assert.ok(notesIn(db).has(note), note);
  assertWhole(db);
});
