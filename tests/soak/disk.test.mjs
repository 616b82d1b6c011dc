// The disk under the whole program is full, or takes no writes: the program says so, goes on reading, loses nothing that it
// has acknowledged, and writes again by itself when there is room. In a small file system of its own, which takes root.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { ask, assertWhole, notesIn, serve, write } from './host.mjs';

const program = process.env.KECHUANG_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), 'kechuang-disk-'));
const small = join(folder, 'small');
const run = (...words) => spawnSync(words[0], words.slice(1), { encoding: 'utf8' });
run('mkdir', small);
const mounted = run('mount', '-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', small).status === 0;
const skip = mounted ? false : 'a file system cannot be mounted here: it takes root';
let at = null;
after(() => {
  at?.process.kill('SIGKILL');
  while (mounted && run('umount', small).status === 0);
  rmSync(folder, { recursive: true });
});

const fillUp = () => {
  const file = openSync(join(small, 'filler'), 'w');
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    assert.equal(error.code, 'ENOSPC');
  } finally {
    closeSync(file);
  }
};

test('a full disk is said, reading goes on, and with room again so does writing', { skip }, async () => {
  const db = join(small, 'full.db'), acknowledged = [];
  at = await serve(db);
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 20; n++) {
      const note = `w${round}-${n}`;
      assert.equal((await write(at, note)).status, 201);
      acknowledged.push(note);
    }
    fillUp();
    let refused = 0;
    for (let n = 0; n < 200 && refused < 20; n++) {
      const note = `w${round}-full-${n}`, reply = await write(at, note);
      if (reply.status === 201) {
        acknowledged.push(note); // the log of the database had room inside
        continue;
      }
      refused++;
      assert.equal(reply.status, 507, reply.text);
      assert.match(reply.text, /\/problems\/disk_full/);
      assert.match(reply.text, /磁盘已满|disk is full/);
    }
    assert.ok(refused > 0, 'it came to be full');
    assert.equal((await ask(at, 'GET', '/api/observations?limit=5')).status, 200, 'reading goes on');
    const ill = await ask(at, 'GET', '/healthz');
    assert.equal(ill.status, 503);
    assert.match(ill.text, /\/problems\/not_writing.*disk_full/s);
    const { text } = await ask(at, 'GET', '/metrics');
    assert.match(text, /kind="write",status="5xx"} [1-9]/, 'whoever watches the metrics sees it');
    assert.match(text, /^kechuang_writing 0$/m);
    // A file that somebody sends has no room either, and leaves nothing behind.
    const file = await ask(at, 'POST', '/api/imports?target=organisations&mode=all&name=a.csv', undefined, { 'Content-Type': 'text/csv' });
    assert.ok([400, 422, 507].includes(file.status), `${file.status} ${file.text}`);
    rmSync(join(small, 'filler'));
    if (round === 0) // nobody writes, where whoever watches has taken the program out
      for (const end = Date.now() + 30000; (await ask(at, 'GET', '/healthz')).status !== 200;) assert.ok(Date.now() < end, 'it tries again by itself');
    assert.equal((await write(at, `w${round}-after`)).status, 201, 'at once, without being started again');
    assert.equal((await ask(at, 'GET', '/healthz')).status, 200);
    acknowledged.push(`w${round}-after`);
  }
  assert.match(at.log, /"problem":"disk_full"/, 'the log says it');
  await at.stop();
  const there = notesIn(db);
  for (const note of acknowledged) assert.ok(there.has(note), `${note} is lost`);
  assertWhole(db);
});

test('stopped on a full disk, the program starts on it again, and reads', { skip }, async () => {
  const db = join(small, 'stopped.db');
  at = await serve(db);
  assert.equal((await write(at, 'w-before')).status, 201);
  fillUp();
  assert.notEqual((await write(at, `w-${'x'.repeat(500)}`)).status, 500);
  await at.stop();
  let why = null;
  at = await serve(db).catch((error) => { why = error; });
  if (at) {
    assert.equal((await ask(at, 'GET', '/api/observations?limit=5')).status, 200);
    await at.stop();
  } else {
    assert.match(why.message, /full|满|space/, 'or it says why not');
  }
  rmSync(join(small, 'filler'));
  at = await serve(db);
  assert.equal((await write(at, 'w-after')).status, 201);
  await at.stop();
  assert.ok(notesIn(db).has('w-before'));
  assertWhole(db);
});

test('on a file system that takes no writes it says so, also to the doctor', { skip }, async () => {
  const db = join(small, 'sealed.db');
  at = await serve(db);
  assert.equal((await write(at, 'w-before')).status, 201);
  await at.stop();
  at = null;
  assert.equal(run('mount', '-o', 'remount,ro', small).status, 0);
  try {
    const started = await serve(db).catch((error) => error);
    assert.ok(started instanceof Error, 'it does not start as if it could write');
    assert.match(started.message, /cannot be written to|read-?only|只读/i);
    const doctor = run(program, 'doctor', '--db', `sqlite:${db}`);
    assert.notEqual(doctor.status, 0);
    assert.match(doctor.stdout + doctor.stderr, /cannot be written to|read-?only|只读/i);
  } finally {
    run('mount', '-o', 'remount,rw', small);
  }
  at = await serve(db);
  assert.equal((await write(at, 'w-after')).status, 201);
  await at.stop();
  assertWhole(db);
});
