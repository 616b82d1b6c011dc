// The log of events over HTTP: who reads it, what an outside auditor can check without the
// database, and the past of a record for whoever may see the record. On both databases.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { ask, databases } from './ask.mjs';

const program = process.env.KECHUANG_PROGRAM;

for (const [i, { url, token }] of databases.entries()) {
  const name = ['SQLite', 'PostgreSQL'][i];
  const asOperator = [['Authorization', `Bearer ${token}`]];
  const get = async (path, headers = asOperator) => {
    const reply = await ask(url, 'GET', path, headers);
    return { ...reply, json: reply.headers['content-type']?.includes('/json') ? JSON.parse(reply.body) : null };
  };
  const write = async (path, body, headers = []) => {
    const reply = await ask(url, 'POST', path,
      [...asOperator, ['Content-Type', 'application/json'], ...headers], JSON.stringify(body));
    assert.equal(reply.status, 201, reply.body);
    return { ...JSON.parse(reply.body), tag: reply.headers.etag };
  };
  const observe = (more) => write('/api/observations', {
    indicator_code: 'GDP', area_code: 'CQ', period: '2024', value: 5, unit: '元', measure: 'flow',
    status: 'estimate', approximation: 'exact', note: '审计', ...more });

  test(`${name}: a write is in the log, with the record as it was`, async () => {
    const made = await observe({ visibility: 'bureau' });
    const { json } = await get(`/api/audit?kind=observation&key=${made.id}`);
    assert.equal(json.items.length, 1);
    const [event] = json.items;
    assert.equal(event.sequence, made.recorded_seq);
    assert.equal(event.actor, 'operator');
    assert.equal(event.action, 'create');
    assert.equal(event.route, 'POST /api/observations');
    const one = (await get(`/api/audit/${event.id}`)).json;
    assert.equal(one.payload.id, made.id);
    assert.equal(one.payload.note, '审计');
  });

  test(`${name}: pages of the log follow one another, newest first`, async () => {
    const seen = [];
    for (let path = '/api/audit?limit=2'; path;) {
      const { json } = await get(path);
      seen.push(...json.items.map((event) => event.sequence));
      path = json.next === null ? null : `/api/audit?limit=2&after=${json.next}`;
    }
    assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => b - a));
    assert.equal(seen.at(-1), 1);
    const { json } = await get('/api/audit?action=pack&from=2000-01-01&to=2000-01-02');
    assert.deepEqual(json.items, []);
  });

  test(`${name}: a cursor that no page gave is refused`, async () => {
    for (const after of ['0', '-1', '-9223372036854775808'])
      assert.equal((await get(`/api/audit?after=${after}`)).status, 422, after);
  });

  test(`${name}: the public reads neither log nor heads nor export`, async () => {
    for (const path of ['audit', 'audit/1', 'audit_heads', 'audit_state', 'audit_export'])
      assert.equal((await get(`/api/${path}`, [])).status, 401, path);
  });

  test(`${name}: an export is verified without the database`, async () => {
    const made = await observe({ value: 6 });
    let state; // sealed a moment later on PostgreSQL
    do state = (await get('/api/audit_state')).json;
    while (state.sealed_sequence < made.recorded_seq);
    assert.equal(state.verified, true, state.fault);
    const head = (await get('/api/audit_heads?limit=1')).json.items[0];
    const reply = await get('/api/audit_export');
    assert.equal(reply.status, 200);
    const folder = mkdtempSync(join(tmpdir(), 'kechuang-audit-'));
    try {
      const file = join(folder, 'export.jsonl');
      writeFileSync(file, reply.body);
      assert.match(execFileSync(program, ['audit', 'verify', file, head.head], { encoding: 'utf8' }),
        /the log holds/);
      writeFileSync(file, reply.body.replace('审计', '审訐'));
      assert.throws(() => execFileSync(program, ['audit', 'verify', file], { stdio: 'pipe' }),
        ({ status, stdout }) => status === 1 && /event \d+ or its content was changed/.test(stdout));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test(`${name}: history shows each reader what was his to see`, async () => {
    const first = await observe({ value: 7, visibility: 'bureau' });
    const second = await write(`/api/observations/${first.id}/revisions`,
      { value: 8, note: '公开', visibility: 'public' }, [['If-Match', first.tag]]);
    const of = (id) => `kind=observation&key=${id}`;
    const all = (await get(`/api/history?${of(first.id)}`)).json.items;
    assert.deepEqual(all.map((item) => item.action), ['replaced', 'create']);
    assert.deepEqual(all[0].changed, ['replaced_seq']);
    // The public sees the revision, which is public, and nothing of what was not.
    const open = (await get(`/api/history?${of(second.id)}`, [])).json.items;
    assert.deepEqual(open.map((item) => [item.state.value, item.actor_name]), [[8, null]]);
    assert.equal((await get(`/api/history?${of(first.id)}`, [])).status, 404);
    const past = `/api/past?${of(first.id)}&sequence=${first.recorded_seq}`;
    assert.equal((await get(past)).json.value, 7);
    assert.equal((await get(past, [])).status, 404);
    assert.equal((await get(`/api/past?${of(first.id)}&sequence=${first.recorded_seq - 1}`)).status, 404);
    assert.equal((await get(`/api/past?${of(first.id)}&sequence=99999999`)).status, 422);
  });
}
