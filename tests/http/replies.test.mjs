// Runs tests/http/*.http, texts that anyone can read and write:
//
//   ### what is tested
//   GET /api/areas?limit=2                 {name} stands for something kept before, or for {token}
//   Accept-Language: en
//
//   a body, if any
//   > 200                                  the status
//   > content-type: application/json       a header has this text in it
//   > "code":"CQ"                          the body has this text in it
//   > ! 500                                the body does not have it
//   > keep tag from etag                   keeps a header, or (`from json id`) a member of the body
//
// Each request goes to both databases, which must reply with the same bytes.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { ask, comparable, databases } from './ask.mjs';

function parse(text) {
  return text.split(/^### /m).slice(1).map((block) => {
    const lines = block.replace(/\s+$/, '').split('\n');
    const split = lines.findIndex((line) => line.startsWith('>'));
    const request = split < 0 ? lines : lines.slice(0, split);
    const blank = request.indexOf('');
    const head = blank < 0 ? request : request.slice(0, blank);
    return {
      name: head[0],
      request: head[1],
      headers: head.slice(2).map((line) => line.split(/:\s*/, 2)),
      body: blank < 0 ? undefined : request.slice(blank + 1).join('\n'),
      expected: split < 0 ? [] : lines.slice(split).map((line) => line.replace(/^> ?/, '')),
    };
  });
}

const fill = (text, kept) => text?.replace(/\{(\w+)\}/g, (all, name) => kept[name] ?? all);

function check(reply, expectation, kept) {
  let found;
  if (/^\d{3}$/.test(expectation)) {
    assert.equal(reply.status, Number(expectation), reply.body);
  } else if ((found = expectation.match(/^keep (\w+) from (json )?([\w-]+)$/))) {
    kept[found[1]] = found[2] ? String(JSON.parse(reply.body)[found[3]]) : reply.headers[found[3]];
    assert.ok(kept[found[1]], `nothing to keep: ${expectation}`);
  } else if ((found = expectation.match(/^([a-z-]+): (.*)$/))) {
    assert.ok((reply.headers[found[1]] ?? '').includes(found[2]),
      `${expectation}, but it is ${reply.headers[found[1]]}`);
  } else if (expectation.startsWith('! ')) {
    assert.ok(!reply.body.includes(expectation.slice(2)), `unwanted: ${expectation}`);
  } else {
    assert.ok(reply.body.includes(expectation), `missing: ${expectation} in\n${reply.body}`);
  }
}

const folder = new URL('.', import.meta.url);
for (const file of readdirSync(folder).filter((name) => name.endsWith('.http')).sort()) {
  const keptBy = databases.map(({ token }) => ({ token }));
  for (const { name, request, headers, body, expected } of parse(readFileSync(new URL(file, folder), 'utf8'))) {
    test(`${file}: ${name}`, async () => {
      const replies = [];
      for (const [i, { url }] of databases.entries()) {
        const kept = keptBy[i];
        const [method, path] = fill(request, kept).split(' ');
        const filled = headers.map(([key, value]) => [key, fill(value, kept)]);
        const reply = await ask(url, method, path, filled, fill(body, kept));
        for (const expectation of expected) check(reply, fill(expectation, kept), kept);
        replies.push(comparable(reply));
      }
      assert.deepEqual(replies[1], replies[0], 'PostgreSQL replies otherwise than SQLite');
    });
  }
}
