// Targets: where they are heading, how earlier ones landed, and what a plan made of its years.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, comparable, databases } from './ask.mjs';

async function both(path) {
  const replies = await Promise.all(databases.map(({ url }) => ask(url, 'GET', path)));
  assert.equal(replies[0].status, 200, replies[0].body);
  assert.deepEqual(comparable(replies[1]), comparable(replies[0]));
  return JSON.parse(replies[0].body);
}

test('a target with three comparable values has a projection whose interval is said', async () => {
  const { items } = await both('/api/targets?year=2026');
  const firms = items.find(({ indicator_code }) => indicator_code === 'EN01');
  const { projected, low, high, reach, method } = firms.outlook;
  assert.equal(method, 'compound');
  assert.ok(low < projected.value && projected.value < high);
  assert.equal(reach, low >= firms.target.value ? 'likely' : high < firms.target.value ? 'unlikely' : 'open');
  assert.ok(projected.formula.terms.length >= 3);
  assert.equal(projected.approximation, 'about');
});

test('a target without three comparable values has none, rather than a guess', async () => {
  const { items } = await both('/api/targets?year=2026');
  for (const { spark, outlook } of items) if (spark.length < 3) assert.equal(outlook, null);
  assert.ok(items.some(({ outlook }) => outlook === null));
});

test('targets whose time is over are counted by how they landed', async () => {
  const page = await both('/api/target_outcomes');
  assert.equal(page.ended, page.items.length);
  assert.equal(page.met + page.missed + page.unknown, page.ended);
  const of2022 = page.items.filter(({ period }) => period === '2022');
  const state = (code) => of2022.find(({ indicator_code }) => indicator_code === code)?.state;
  assert.equal(state('EN01'), 'met', '6348 firms, 5500 were aimed at');
  assert.equal(state('EN02'), 'met');
  // What was aimed at were new listings, and what is known is a stock.
  assert.equal(state('EN08'), 'unknown');
  for (const { period } of page.items) assert.ok(Number(period.slice(0, 4)) <= new Date().getUTCFullYear(), period);
});

test('a scorecard compares only what is comparable', async () => {
  const card = await both('/api/scorecard?from=2021&to=2024');
  assert.equal(card.compared + card.incomparable, card.items.length);
  const row = (code) => card.items.find(({ indicator_code }) => indicator_code === code);
  assert.ok(Math.abs(row('EN01').multiple.value - 9123 / 5109) < 1e-9);
  assert.equal(row('EN01').doubled, false);
  assert.equal(row('RD02').multiple, null, 'two versions of the definition');
  assert.match(row('RD02').note, /口径不同/);
  for (const { multiple, doubled } of card.items) assert.equal(doubled, (multiple?.value ?? 0) >= 2);
});

test('years that are none, and in the wrong order, are refused with words', async () => {
  for (const query of ['from=2024&to=2021', 'from=1&to=2021', 'from=2021', 'from=x&to=2024'])
    for (const { url } of databases)
      assert.equal((await ask(url, 'GET', `/api/scorecard?${query}`)).status, 422, query);
});
