// Webhooks: what another system is told, signed; when it does not answer, or answers strangely; and
// where the program does not go.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { administrator, newUser } from './access.mjs';
import { makers, sql, until } from './apart.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kechuang-webhooks-'));
const servers = [], heard = [];
let answer = (reply) => reply.writeHead(204).end();
const listener = createServer((request, reply) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    heard.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts).toString() });
    answer(reply);
  });
  reply.on('error', () => {});
}).listen(0, '127.0.0.1');
await new Promise((resolve) => { listener.on('listening', resolve); });
const { port } = listener.address();
after(() => {
  for (const server of servers) server.removeAllListeners('exit').kill();
  listener.closeAllConnections();
  listener.close();
  rmSync(folder, { recursive: true });
});

for (const [name, make] of Object.entries(makers)) {
  const called = (what) => `${name}: ${what}`;
  const db = make('webhooks'), who = {}, made = {};
  let at, days = 300;
  const address = (path) => `http://127.0.0.1:${port}${path}`;
  // A proposal is what others are told of.
  const happen = () => who.administrator.done('POST', '/api/settings/token_days_max', { value: ++days });
  const newest = async () => (await who.administrator.done('GET', '/api/outbox?limit=1')).items[0];
  const ending = (state) => until(`it is ${state}`, async () => { const row = await newest(); return row.state === state && row.tries && row; });
  const hurry = () => sql(db, "UPDATE outbox SET not_before = 0 WHERE state = 'queued'");

  const begin = () => new Promise((resolve, reject) => {
    const server = spawn(process.env.KECHUANG_PROGRAM, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--pack', 'tests/packs/xingzhou',
      '--key-file', join(folder, `${name}.key`), '--webhook-hosts', `127.0.0.1:${port} localhost:${port} +inside.example`, '--site', 'https://brain.example']);
    servers.push(server);
    server.on('exit', reject);
    let said = '';
    server.stdout.on('data', (bytes) => {
      said += bytes;
      const url = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0], password = said.match(/one-time password: (\S+)/)?.[1];
      if (url && (password || who.administrator)) resolve({ url, password, server });
    });
  });

  test(called('setting up'), async () => {
    at = await begin();
    who.administrator = await administrator({ url: at.url, firstPassword: at.password, name });
    await newUser(who.administrator, 'administrator');
    who.analyst = await newUser(who.administrator, 'analyst');
  });

  test(called('only administrators keep webhooks, only to hosts that are listed, only of kinds that there are'), async () => {
    assert.equal((await who.analyst.post('/api/webhooks', { url: address('/') })).status, 403);
    for (const url of ['https://elsewhere.example/', `http://127.0.0.1:${port + 1}/`, 'http://inside.example/', 'ftp://127.0.0.1/',
      `http://admin:secret@127.0.0.1:${port}/`, 'https://inside.example:444/', `http://localhost:${port}/`, 'file:///etc/passwd', `http://0x7f.1:${port + 1}/`])
      assert.equal((await who.administrator.post('/api/webhooks', { url })).status, 422, url);
    assert.equal((await who.administrator.post('/api/webhooks', { url: address('/'), kinds: 'nothing.such' })).status, 422);
    Object.assign(made, await who.administrator.done('POST', '/api/webhooks', { url: address('/hook'), kinds: 'proposal.made' }));
    assert.match(made.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.doesNotMatch(JSON.stringify(await who.administrator.done('GET', '/api/webhooks')), /whsec_/);
    assert.doesNotMatch(sql(db, 'SELECT secret FROM webhook') + sql(db, 'SELECT body FROM event_payload'), new RegExp(made.secret.slice(6, 30).replaceAll('+', '\\+')));
  });

  test(called('what happens is told, signed, without personal data'), async () => {
    heard.length = 0;
    await happen();
    const told = await until('it is told', () => heard[0]);
    const id = told.headers['webhook-id'], at = told.headers['webhook-timestamp'];
    const key = Buffer.from(made.secret.slice(6), 'base64');
    assert.equal(told.headers['webhook-signature'], `v1,${createHmac('sha256', key).update(`${id}.${at}.${told.body}`).digest('base64')}`);
    assert.ok(Math.abs(Date.now() / 1000 - Number(at)) < 60);
    const { type, data } = JSON.parse(told.body);
    assert.match(type, /^proposal\./);
    assert.match(data.address, /^https:\/\/brain\.example\/proposals/);
    assert.equal((await ending('sent')).channel, 'webhook');
    assert.equal(heard.length, 1, 'once, however many people are told');
  });

  test(called('what fails is tried again under the same number, and 410 ends it'), async () => {
    heard.length = 0;
    answer = (reply) => reply.writeHead(heard.length < 3 ? 500 : 200).end();
    await happen();
    for (const times of [1, 2]) {
      await until(`it was tried ${times} times`, async () => { const row = await newest(); return row.tries === times && row.state === 'queued'; });
      hurry();
    }
    await ending('sent');
    assert.equal(heard.length, 3);
    assert.equal(new Set(heard.map(({ headers }) => headers['webhook-id'])).size, 1);
    answer = (reply) => reply.writeHead(410).end();
    await happen();
    assert.match((await ending('failed')).problem, /410/);
  });

  test(called('no redirect is followed; an endless answer, none, and half a one do no harm'), async () => {
    heard.length = 0;
    answer = (reply) => reply.writeHead(302, { Location: address('/trap') }).end();
    await happen();
    await until('it was tried', async () => (await newest()).problem?.includes('302'));
    assert.deepEqual(heard.filter(({ path }) => path === '/trap'), []);
    sql(db, "UPDATE outbox SET state = 'held' WHERE state = 'queued'");
    answer = (reply) => {
      reply.writeHead(200);
      const more = () => { while (reply.write(Buffer.alloc(65536))) continue; reply.once('drain', more); };
      more();
    };
    await happen();
    await ending('sent');
    answer = (reply) => reply.socket.destroy();
    await happen();
    await until('it was tried', async () => { const row = await newest(); return row.tries === 1 && row.problem; });
    sql(db, "UPDATE outbox SET state = 'held' WHERE state = 'queued'");
  });

  test(called('a pause keeps what comes, and going on tells it; a test goes to this one only'), async () => {
    heard.length = 0;
    answer = (reply) => reply.writeHead(204).end();
    const other = await who.administrator.done('POST', '/api/webhooks', { url: address('/other'), kinds: 'case.done' });
    assert.equal((await who.analyst.post(`/api/webhooks/${made.id}/pause`)).status, 403);
    assert.ok((await who.administrator.done('POST', `/api/webhooks/${made.id}/pause`)).paused_at);
    assert.equal((await who.administrator.post(`/api/webhooks/${made.id}/pause`)).status, 409);
    await happen();
    const kept = await until('it is kept', async () => { const row = await newest(); return row.hold === 'pause' && row; });
    assert.deepEqual([kept.state, kept.tries, heard.length], ['held', 0, 0]);
    assert.equal((await who.administrator.done('POST', `/api/webhooks/${made.id}/resumption`)).paused_at, null);
    await ending('sent');
    assert.equal(heard.length, 1);
    const { delivery_id: tested } = await who.administrator.done('POST', `/api/webhooks/${other.id}/test`);
    await ending('sent');
    assert.deepEqual(heard.map(({ path }) => path), ['/hook', '/other']);
    assert.equal(JSON.parse(heard[1].body).type, 'webhooks.test');
    assert.deepEqual((await who.administrator.done('GET', `/api/outbox/${tested}/tries`)).items.map(({ answer: said }) => said), ['HTTP 204']);
    assert.deepEqual((await who.administrator.done('GET', `/api/outbox?webhook_id=${other.id}`)).items.map(({ id }) => id), [tested]);
    await who.administrator.done('POST', `/api/webhooks/${other.id}/end`);
    assert.equal((await who.administrator.post(`/api/webhooks/${other.id}/test`)).status, 409);
  });

  test(called('killed between the receipt and the commit: told again under the same number'), async () => {
    heard.length = 0;
    at.server.removeAllListeners('exit');
    const ended = new Promise((resolve) => at.server.once('exit', (code, signal) => resolve(signal)));
    answer = (reply) => { at.server.kill('SIGKILL'); reply.writeHead(204).end(); };
    await happen();
    assert.equal(await ended, 'SIGKILL');
    answer = (reply) => reply.writeHead(204).end();
    at = await begin();
    for (const one of Object.values(who)) one.server.url = at.url;
    sql(db, "UPDATE outbox SET lease_until = 5 WHERE state = 'sending'; UPDATE job SET lease_until = 5 WHERE state = 'running'");
    const row = await ending('sent');
    assert.equal(row.tries, 2);
    assert.equal(heard.length, 2);
    assert.equal(heard[0].headers['webhook-id'], heard[1].headers['webhook-id']);
    assert.equal(heard[0].body, heard[1].body);
  });

  test(called('one that is ended is told nothing more'), async () => {
    heard.length = 0;
    answer = (reply) => reply.writeHead(204).end();
    const { id } = await newest();
    assert.ok((await who.administrator.done('POST', `/api/webhooks/${made.id}/end`)).ended_at);
    assert.equal((await who.administrator.post(`/api/webhooks/${made.id}/end`)).status, 409);
    await happen();
    assert.equal((await newest()).id, id, 'no new row');
    assert.equal(heard.length, 0);
  });
}
