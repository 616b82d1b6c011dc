// The five documents, added to both databases: their figures show their sentences.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { ask, comparable, databases } from './ask.mjs';

const folder = '../shared/data/documents';
const skip = existsSync(folder) ? false : `${folder} is not here`;
// Two figures are stated without any digit or numeral of their own; see docs/data.md.
const withoutNumeral = ['S003-119', 'S004-017'];

async function all(url, path) {
  const items = [];
  for (let next = ''; next !== null;) {
    const reply = JSON.parse((await ask(url, 'GET', `${path}&limit=500${next && `&after=${encodeURIComponent(next)}`}`)).body);
    items.push(...reply.items);
    next = reply.next;
  }
  return items;
}

test('the five documents are added', { skip }, async () => {
  for (const name of readdirSync(folder).sort()) {
    const replies = [];
    for (const { url, token } of databases)
      replies.push(await ask(url, 'POST', `/api/documents?name=${name}`,
        [['Authorization', `Bearer ${token}`], ['Content-Type', 'text/plain']], readFileSync(`${folder}/${name}`)));
    assert.equal(replies[0].status, 201, replies[0].body);
    assert.deepEqual(comparable(replies[1]), comparable(replies[0]));
    const added = JSON.parse(replies[0].body);
    assert.match(added.source_code, /^D00\d$/);
    assert.ok(added.matched_citations > 0);
  }
});

test('each of their figures opens its sentence, the same on both databases', { skip }, async () => {
  let opened = 0;
  for (const code of ['D000', 'D001', 'D002', 'D003', 'D004']) {
    for (const { id, fact_id, token } of await all(databases[0].url, `/api/observations?source_code=${code}`)) {
      const [first, second] = await Promise.all(databases.map(({ url }) => ask(url, 'GET', `/api/observations/${id}/lineage`)));
      assert.deepEqual(comparable(second), comparable(first));
      const { citation } = JSON.parse(first.body);
      if (withoutNumeral.includes(fact_id)) continue;
      assert.notEqual(citation.token_start, null, `${fact_id} ${token}`);
      const points = [...citation.text];
      const found = points.slice(citation.token_start, citation.token_end).join('');
      assert.equal(found.replace(/\s/g, ''), token.replace(/\s/g, ''), fact_id);
      assert.ok(citation.sentence_start <= citation.token_start && citation.token_end <= citation.sentence_end);
      opened++;
    }
  }
  assert.ok(opened > 300, `${opened} opened`);
});
