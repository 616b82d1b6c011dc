// What follows from published figures fills the gaps of a series, as a band with its derivation,
// and never stands where a figure was published.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, comparable, databases } from './ask.mjs';

const series = (url, code) => ask(url, 'GET', `/api/series?indicator_code=${code}&area_code=CQ`);
const linesOf = (reply) => JSON.parse(reply.body).lines;
const gaps = (lines) => lines.filter(({ key }) => key.startsWith('implied/'));

test('a rate of growth implies its base: 5108 grew by 21 %, so 2020 was about 4221', async () => {
  const replies = await Promise.all(databases.map(({ url }) => series(url, 'EN01')));
  assert.deepEqual(comparable(replies[1]), comparable(replies[0]));
  const [stock] = gaps(linesOf(replies[0])).filter(({ measure }) => measure === 'stock');
  const base = stock.points.find(({ period }) => period === '2020');
  assert.equal(base.status, 'implied');
  assert.ok(base.low < 4221 && 4221 < base.high, `${base.low} to ${base.high}`);
  assert.ok(base.high - base.low < 100, 'the band is as narrow as what was printed');
  assert.equal(base.observation_id, null);
  assert.ok(base.formula.terms.length >= 2);
  for (const { observation_id } of base.formula.terms)
    assert.equal((await ask(databases[0].url, 'GET', `/api/observations/${observation_id}`)).status, 200);
});

test('nothing implied stands where a figure was published', async () => {
  for (const code of ['EN01', 'EN02', 'RD01', 'RD02', 'TM01', 'PJ02', 'IP01']) {
    const lines = linesOf(await series(databases[0].url, code));
    for (const gap of gaps(lines)) {
      const published = lines
        .filter(({ derived, measure, unit, status_class }) => !derived && measure === gap.measure
          && unit === gap.unit && status_class !== 'target')
        .flatMap(({ points }) => points.map(({ period }) => period));
      for (const { period } of gap.points) assert.ok(!published.includes(period), `${code} ${period}`);
    }
  }
});

test('增长5倍多 says only how much the base was at most', async () => {
  const [flow] = gaps(linesOf(await series(databases[0].url, 'TM01')));
  const base = flow.points.find(({ period }) => period === '2020');
  assert.equal(base.approximation, 'under');
  assert.equal(base.low, null);
  assert.ok(Math.abs(base.high / 1e8 - 162.375) < 0.01, `${base.high}`);
});
