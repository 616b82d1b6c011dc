// Jobs: seen, streamed, stopped, taken up again after a crash; begun by the clock, once.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { get, makers, operator, post, sql, start, until } from './apart.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kechuang-jobs-'));
after(() => rmSync(folder, { recursive: true }));

const asked = async (at, path, headers = []) => {
  const reply = await get(at.url, path, [...operator(at.token), ...headers]);
  return { ...reply, json: /json/.test(reply.headers['content-type']) ? JSON.parse(reply.body) : null };
};
const newest = async (at, kind) => (await asked(at, `/api/jobs?kind=${kind}&limit=1`)).json.items[0];
const ended = (at, kind) => until(`${kind} has ended`, async () => {
  const job = await newest(at, kind);
  return job && !['queued', 'running'].includes(job.state) && job;
});

for (const [name, make] of Object.entries(makers)) {
  const called = (what) => `${name}: ${what}`;
  const db = make('jobs');
  const begin = () => start(db, undefined, '--key-file', join(folder, `${name}.key`)); // the same at each start
  let at;
  test(called('a job is seen from its beginning to its end'), async () => {
    at = await begin();
    const { id } = await post(at, '/api/schedules/tidying/run', {}).then(() => newest(at, 'tidying'));
    const job = await ended(at, 'tidying');
    assert.deepEqual([job.id, job.state, job.tries, job.kind_name], [id, 'done', 1, '清理旧记录']);
    const stream = await asked(at, `/api/jobs/${id}/events`);
    assert.equal(stream.headers['content-type'], 'text/event-stream');
    const [, event, data] = stream.body.match(/\nevent: (\w+)\ndata: (.*)\n\n$/);
    assert.deepEqual([event, JSON.parse(data)], ['end', job]);
    const heard = stream.body.match(/^id: (.*)$/m)[1];
    const again = await asked(at, `/api/jobs/${id}/events`, [['Last-Event-ID', heard]]);
    assert.doesNotMatch(again.body, /data:/, 'nothing is said twice');
    assert.equal((await asked(at, '/api/jobs/999999/events')).status, 404);
    await assert.rejects(post(at, `/api/jobs/${id}/cancellation`, {}), /409/);
  });

  test(called('what a crash broke off is taken up again, a stated number of times'), async () => {
    const id = (await newest(at, 'tidying')).id;
    const crash = `UPDATE job SET state = 'running', lease_until = 1, ended_at = NULL WHERE id = ${id}`;
    at.server.removeAllListeners('exit').kill('SIGKILL');
    await new Promise((resolve) => at.server.once('exit', resolve));
    sql(db, crash);
    at = await begin();
    await until('it has been done again', async () => {
      const job = await newest(at, 'tidying');
      return job.state === 'done' && job.tries === 2;
    });
    at.server.removeAllListeners('exit').kill('SIGKILL');
    await new Promise((resolve) => at.server.once('exit', resolve));
    sql(db, `${crash}; UPDATE job SET tries = 3 WHERE id = ${id}`);
    at = await begin();
    const job = await ended(at, 'tidying');
    assert.deepEqual([job.state, job.tries], ['failed', 3]);
    assert.match(job.message, /broken off/);
  });

  test(called('a turn is taken once, by however many nodes'), async () => {
    if (name === 'PostgreSQL') await Promise.all([begin(), begin()]);
    const before = Number(sql(db, "SELECT count(*) FROM job WHERE kind = 'tidying'"));
    sql(db, "UPDATE schedule SET next_at = 5 WHERE kind = 'tidying'");
    await until('it is taken', () => Number(sql(db, "SELECT next_at FROM schedule WHERE kind = 'tidying'")) > 5);
    await ended(at, 'tidying');
    await new Promise((resolve) => setTimeout(resolve, 2500)); // every node has looked twice
    assert.equal(Number(sql(db, "SELECT count(*) FROM job WHERE kind = 'tidying'")), before + 1);
  });

  test(called('when it is done can be changed'), async () => {
    const changed = await post(at, '/api/schedules/tidying', { minute: 300, weekday: 3, active: true });
    const local = new Date(Date.parse(changed.next_at) + 8 * 3600e3);
    assert.deepEqual([local.getUTCDay(), local.getUTCHours(), local.getUTCMinutes()], [3, 5, 0]);
    await assert.rejects(post(at, '/api/schedules/tidying', { minute: 1440, weekday: 0, active: true }), /422/);
    await post(at, '/api/schedules/tidying', { minute: 300, weekday: 3, active: false });
  });
}

for (const [name, make] of Object.entries(makers)) {
  const called = (what) => `${name}: ${what}`;
  test(called('back-ups are made and tried; one that cannot be restored is told of'), async () => {
    const db = make('backed_up'), out = join(folder, `out-${name}`);
    const at = await start(db, undefined, '--backup', out);
    await assert.rejects(post(at, '/api/schedules/nothing/run', {}), /404/);
    await post(at, '/api/schedules/restore_test/run', {});
    const none = await ended(at, 'restore_test');
    assert.equal(none.state, 'failed');
    await post(at, '/api/schedules/backup/run', {});
    assert.equal((await ended(at, 'backup')).state, 'done');
    const [backup] = (await asked(at, '/api/backups')).json.items;
    assert.deepEqual(readdirSync(out).filter((file) => file.endsWith('.db')), [backup.name]);
    await post(at, '/api/schedules/restore_test/run', {});
    await until('it was tried', async () => (await newest(at, 'restore_test')).id !== none.id);
    const good = await ended(at, 'restore_test');
    assert.deepEqual([good.state, good.message.includes(backup.name)], ['done', true], good.message);
    assert.deepEqual(readdirSync(out).filter((file) => file.startsWith('restore-test')), []);
    truncateSync(join(out, backup.name), 200000);
    await post(at, '/api/schedules/restore_test/run', {});
    await until('it was tried again', async () => (await newest(at, 'restore_test')).id !== good.id);
    assert.equal((await ended(at, 'restore_test')).state, 'failed');
    assert.equal(sql(db, "SELECT count(*) FROM notice_copy JOIN notice ON notice.id = notice_id WHERE kind = 'backup.failed'"), '2');
  });
}
