// The empty workbook of every target: sent back as it is, each of its columns goes to a field of its own, in both languages;
// filled in, it is imported.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { administrator, newUser, servers } from './access.mjs';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
function bytes(reader, method, path, body, headers = []) {
  const { hostname, port } = new URL(reader.server.url);
  return new Promise((resolve, reject) => {
    const all = [...reader.headers, ...headers, ...(body ? [['X-CSRF-Token', reader.csrf], ['Content-Type', XLSX], ['Content-Length', body.length]] : [])];
    const sent = request({ hostname, port, method, path, headers: Object.fromEntries(all) }, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('end', () => resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(parts) }));
    });
    sent.on('error', reject).end(body);
  });
}

for (const server of servers)
  test(`${server.name}: an empty workbook for each target, which maps itself`, async () => {
    const admin = await administrator(server), analyst = await newUser(admin, 'analyst');
    const seen = new Set();
    for (const reader of [admin, analyst])
      for (const { name, fields } of (await reader.done('GET', '/api/import_targets')).items)
        for (const language of ['zh', 'en']) {
          if (reader === analyst && seen.has(name)) continue;
          const reply = await bytes(reader, 'GET', `/api/import_targets/${name}/template.xlsx`, undefined, [['Accept-Language', language]]);
          assert.deepEqual([reply.status, reply.headers['content-type']], [200, XLSX], `${name} ${reply.body}`);
          const sent = await bytes(reader, 'POST', `/api/imports?target=${name}&name=${name}.xlsx`, reply.body);
          assert.equal(sent.status, 201, `${name}: ${sent.body}`);
          const { columns, sheets } = JSON.parse(sent.body);
          assert.deepEqual(columns.map(({ field }) => field), fields.map((field) => field.name), `${name} ${language}`);
          assert.equal(sheets.length, 2);
          if (language === 'en') seen.add(name);
        }
    assert.ok(seen.has('people') && seen.has('observations') && seen.size > 15, [...seen].join(' '));
    assert.equal((await bytes(analyst, 'GET', '/api/import_targets/users/template.xlsx')).status, 404);
  });
