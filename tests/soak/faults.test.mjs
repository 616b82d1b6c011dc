// What breaks from outside, many times over: the program killed while it writes, clients that send
// slowly or not at all, clients that vanish. After each, everything that was acknowledged is there
// and the log of events holds.
//   KECHUANG_PROGRAM=build/kechuang ROUNDS=200 node --test tests/soak/faults.test.mjs
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { ask, assertWhole, notesIn, serve as start, write } from './host.mjs';

const rounds = Number(process.env.ROUNDS ?? 200);
const writers = 8, idle = Number(process.env.IDLE ?? 10000);
const folder = mkdtempSync(join(tmpdir(), 'kechuang-faults-'));
let server = null;
after(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function serve(db) {
  const at = await start(db);
  server = at.process;
  return at;
}

test(`killed ${rounds} times while ${writers} write: nothing acknowledged is lost`, async () => {
  const db = join(folder, 'killed.db'), acknowledged = [];
  for (let round = 0; round < rounds; round++) {
    const at = await serve(db), victim = server;
    const gone = once(victim, 'exit');
    let living = true;
    // At the n-th acknowledgement, wherever the writer is then: another place in each round.
    const last = acknowledged.length + 1 + Math.floor(Math.random() * 400);
    const load = Promise.all(Array.from({ length: writers }, async (_, w) => {
      for (let n = 0; living; n++) {
        const note = `w${round}-${w}-${n}`;
        const reply = await write(at, note).catch(() => null);
        if (!reply) return;
        assert.equal(reply.status, 201, reply.text);
        acknowledged.push(note);
        if (acknowledged.length >= last && living) {
          living = false;
          victim.kill('SIGKILL');
        }
      }
    }));
    await load;
    await gone;
    if (round % 20 === 19 || round === rounds - 1) {
      const there = notesIn(db);
      for (const note of acknowledged) assert.ok(there.has(note), `${note} is lost`);
      assertWhole(db);
    }
  }
  console.log(`# ${acknowledged.length} acknowledged writes, ${rounds} kills`);
});

test(`${idle} idle connections: the program answers, and goes on when they are gone`, async () => {
  const db = join(folder, 'idle.db'), at = await serve(db);
  const sockets = [];
  let refused = 0;
  for (let n = 0; n < idle; n++) {
    const socket = connect(at.port, '127.0.0.1');
    socket.on('error', () => { refused++; });
    socket.on('close', () => { refused++; });
    sockets.push(socket);
    if (n % 500 === 499) await new Promise((resolve) => { setImmediate(resolve); });
  }
  const memory = Number(execFileSync('ps', ['-o', 'rss=', '-p', server.pid]).toString()) >> 10;
  // Idle ones make room within the time that a client has to begin.
  const began = performance.now();
  let reply = null;
  while (reply?.status !== 201 && performance.now() - began < 120000)
    reply = await write(at, 'w-idle').catch(() => null);
  assert.equal(reply?.status, 201, 'a write comes through beside them');
  console.log(`# ${idle} connections, ${refused} closed by the program; it takes ${memory} MB; a write came through after ${Math.round(performance.now() - began)} ms`);
  for (const socket of sockets) socket.destroy();
  assert.equal((await write(at, 'w-after')).status, 201);
  server.kill('SIGTERM');
  await once(server, 'exit');
  assertWhole(db);
});

test('streams of events whose clients vanish free their places', async () => {
  const db = join(folder, 'vanish.db'), at = await serve(db);
  assert.equal((await ask(at, 'POST', '/api/schedules/tidying/run')).status, 200);
  const { items: [job] } = JSON.parse((await ask(at, 'GET', '/api/jobs?limit=1')).text);
  assert.match((await ask(at, 'GET', `/api/jobs/${job.id}/events`)).text, /^(id|data|event|retry):/m, 'there is something to stream');
  for (let round = 0; round < 20; round++) {
    const sockets = await Promise.all(Array.from({ length: 50 }, async () => {
      const socket = connect(at.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => {});
      socket.write(`GET /api/jobs/${job.id}/events HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nAuthorization: Bearer ${at.token}\r\n\r\n`);
      return socket;
    }));
    for (const socket of sockets) socket.resetAndDestroy();
    assert.equal((await write(at, `w-vanish-${round}`)).status, 201);
  }
  server.kill('SIGTERM');
  await once(server, 'exit');
  assertWhole(db);
});

test('slow clients (slow headers, slow bodies, slow reading) keep nobody from working', { skip: spawnSync('slowhttptest', ['-h']).error ? 'slowhttptest is not installed' : false }, async () => {
  const db = join(folder, 'slow.db'), at = await serve(db);
  for (const kind of ['-H', '-B', '-X']) {
    const attack = spawn('slowhttptest', [kind, '-c', '1000', '-i', '2', '-r', '500', '-l', '15', '-u', `http://127.0.0.1:${at.port}/api/areas`], { stdio: 'ignore' });
    const times = [];
    let running = true;
    const ended = once(attack, 'exit').then(() => { running = false; });
    while (running) {
      const began = performance.now();
      assert.equal((await write(at, `w-slow${kind}-${times.length}`)).status, 201);
      times.push(performance.now() - began);
    }
    await ended;
    times.sort((a, b) => a - b);
    console.log(`# slowhttptest ${kind}: ${times.length} writes beside it, p99 ${times[Math.floor(times.length * 0.99)].toFixed(1)} ms`);
  }
  server.kill('SIGTERM');
  await once(server, 'exit');
  assertWhole(db);
});
