// GET /metrics: what whoever watches the program reads, in the text format of Prometheus.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, databases } from './ask.mjs';

const samples = (text) => {
  const found = new Map();
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('# ')) continue;
    const match = line.match(/^([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) (\d[\d.e+-]*)$/);
    assert.ok(match, `no sample: ${line}`);
    found.set(match[1], Number(match[2]));
  }
  return found;
};

for (const [i, { url, token }] of databases.entries()) {
  const name = ['SQLite', 'PostgreSQL'][i];
  const metrics = async () => {
    const reply = await ask(url, 'GET', '/metrics', [['Authorization', `Bearer ${token}`]]);
    assert.equal(reply.status, 200);
    assert.match(reply.headers['content-type'], /^text\/plain; version=0\.0\.4/);
    return samples(reply.body);
  };

  test(`${name}: replies are counted by kind and status, and timed`, async () => {
    const before = await metrics();
    await ask(url, 'GET', '/api/areas/CQ', []);
    await ask(url, 'GET', '/api/areas/NOWHERE', []);
    const after = await metrics();
    const more = (key) => after.get(key) - before.get(key);
    assert.equal(more('kechuang_http_replies_total{kind="read",status="4xx"}'), 1);
    assert.equal(more('kechuang_http_replies_total{kind="read",status="2xx"}'), 2); // the first /metrics, too
    assert.equal(more('kechuang_http_seconds_count{kind="read"}'), 3);
    assert.equal(after.get('kechuang_http_seconds_bucket{kind="read",le="+Inf"}'), after.get('kechuang_http_seconds_count{kind="read"}'));
    assert.ok(more('kechuang_http_seconds_sum{kind="read"}') > 0);
  });

  test(`${name}: the machine's share, and how far the log is sealed`, async () => {
    const now = await metrics();
    assert.ok(now.get('process_resident_memory_bytes') > 1e6);
    assert.ok(now.get('process_open_fds') > 3);
    assert.ok(now.get('process_start_time_seconds') <= Date.now() / 1000);
    assert.ok(now.get('kechuang_sequence') >= 1);
    assert.ok(now.get('kechuang_sealed_sequence') >= 1);
  });

  test(`${name}: nobody else reads them`, async () => {
    const reply = await ask(url, 'GET', '/metrics', []);
    assert.equal(reply.status, 401);
  });
}
