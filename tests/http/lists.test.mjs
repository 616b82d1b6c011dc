// Every list the program declares: whole, page by page, and as CSV; equal on both databases. And
// in the program of another city, no trace of the first.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, asOperator, comparable, databases } from './ask.mjs';

const [{ url: sqlite, token }] = databases;
const described = JSON.parse((await ask(sqlite, 'GET', '/api/openapi.json')).body);
const plain = Object.entries(described.paths)
  .filter(([path, methods]) => methods.get && !path.includes('{'))
  // Digests with a salt are nowhere the same, nor how often each program was asked.
  .filter(([path]) => !path.startsWith('/api/audit') && path !== '/metrics')
  .map(([path, methods]) => ({
    path,
    operator: !methods.get.security || methods.get['x-roles'].includes('operator'),
    headers: asOperator(methods.get, token),
    parameters: methods.get.parameters ?? [],
    files: methods.get['x-files'] ?? [], // of lists and tables
    both: (ending = '') => Promise.all(databases.map(({ url, token: own }) =>
      ask(url, 'GET', path + ending, asOperator(methods.get, own)))),
  }))
  .filter(({ operator }) => operator) // what is one's own has a test of its own
  .filter(({ parameters }) => !parameters.some(({ required }) => required));

test('the description names the lists that scripts rely on', () => {
  for (const path of ['/api/areas', '/api/indicators', '/api/observations'])
    assert.ok(plain.some((route) => route.path === path), path);
});

for (const { path, headers, parameters, files, both } of plain) {
  test(`GET ${path} is the same on both databases`, async () => {
    const replies = await both();
    assert.equal(replies[0].status, 200, replies[0].body);
    assert.deepEqual(comparable(replies[1]), comparable(replies[0]));
  });

  if (!files.length) continue;

  if (parameters.some(({ name }) => name === 'after')) test(`GET ${path}: small pages give the list once, whole and in order`, async () => {
    const whole = [];
    for (const size of [500, 7]) {
      const items = [];
      for (let after = ''; after !== null && items.length < 500;) {
        const query = `?limit=${size}${after && `&after=${encodeURIComponent(after)}`}`;
        const page = JSON.parse((await ask(sqlite, 'GET', path + query, headers)).body);
        items.push(...page.items);
        after = page.next;
      }
      whole.push(JSON.stringify(items.slice(0, 500)));
    }
    assert.equal(whole[1], whole[0]);
  });

  test(`GET ${path}.csv is the same on both databases`, async () => {
    const replies = await both('.csv');
    assert.equal(replies[0].status, 200);
    assert.match(replies[0].headers['content-type'], /^text\/csv/);
    assert.deepEqual(comparable(replies[1]), comparable(replies[0]));
  });

  test(`GET ${path}.json and the description of the CSV are the same on both databases`, async () => {
    for (const ending of ['.json', '.csv-metadata.json']) {
      const replies = await both(ending);
      assert.equal(replies[0].status, 200, replies[0].body);
      JSON.parse(replies[0].body);
      assert.deepEqual(comparable(replies[1]), comparable(replies[0]));
    }
  });

  test(`GET ${path}.xlsx is a workbook`, async () => {
    const reply = await ask(sqlite, 'GET', `${path}.xlsx`, headers);
    assert.equal(reply.status, 200);
    assert.ok(reply.body.startsWith('PK'));
  });
}

test('another city shows no trace of the first', { skip: !process.env.OTHER_CITY_URL }, async () => {
  for (const { path } of [...plain, { path: '/api/openapi.json' }, { path: '/' }]) {
    const { body } = await ask(process.env.OTHER_CITY_URL, 'GET', path);
    assert.doesNotMatch(body, /重庆|Chongqing/i, path);
  }
});
