// Log-ins cost 64 MiB each while the password is hashed: many at once wait in line, and the others are
// served meanwhile.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { administrator, from, newAddress, newName, newUser, password, Reader, servers } from './access.mjs';

for (const server of servers)
  test(`${server.name}: sixty log-ins at once`, async () => {
    const anybody = new Reader(server), user = await newUser(await administrator(server), 'expert');
    const reader = async (log) => { // somebody who only reads, all the while
      while (!log.over) {
        const began = performance.now(), reply = await anybody.get('/api/areas?limit=2');
        log.push({ status: reply.status, ms: performance.now() - began });
        await pause(20);
      }
    };
    const log = [], reading = reader(log);
    const signIn = (name) => anybody.post('/api/session', { name, password }, from(newAddress()));
    const replies = await Promise.all(Array.from({ length: 60 }, (_, i) => signIn(i % 2 ? user.name : newName('nobody'))));
    log.over = true;
    await reading;
    assert.deepEqual(replies.map((reply) => reply.status), replies.map((_, i) => (i % 2 ? 201 : 401)));
    assert.equal(new Set(replies.map((reply) => reply.headers['set-cookie']?.[0])).size, 31, 'a session each');
    assert.ok(log.length >= 10, `${log.length} other requests`);
    assert.ok(log.every(({ status, ms }) => status === 200 && ms < 3000), JSON.stringify(log));
    const peak = Number(readFileSync(`/proc/${server.process}/status`, 'utf8').match(/VmHWM:\s+(\d+) kB/)[1]) / 1024;
    assert.ok(peak < 300, `${peak} MB`);
    assert.ok(peak > 64, `${peak} MB: argon2id with 64 MiB has not run`);
  });
