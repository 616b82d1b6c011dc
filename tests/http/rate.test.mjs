// One client address that asks too often is told to wait, and nobody else is.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, databases } from './ask.mjs';

for (const [index, { url }] of databases.entries())
  test(`${['SQLite', 'PostgreSQL'][index]}: who asks too often is told to wait; others are not`, async () => {
    const from = (address) => ask(url, 'GET', '/api/areas?limit=1', [['X-Forwarded-For', address], ['Accept-Language', 'en']]);
    const refused = [];
    for (let round = 0; round < 100 && !refused.length; round++)
      refused.push(...(await Promise.all(Array.from({ length: 100 }, () => from('203.0.113.9')))).filter(({ status }) => status !== 200));
    assert.ok(refused.length, 'ten thousand requests at once are too many');
    for (const { status, headers, body } of refused) {
      assert.equal(status, 429);
      assert.equal(headers['retry-after'], '1');
      assert.match(body, /too_many_requests.*wait/);
    }
    assert.equal((await from('203.0.113.10')).status, 200);
    assert.equal((await ask(url, 'GET', '/api/areas?limit=1')).status, 200, 'a direct connection from this machine');
  });
