// What has become known since a day, each thing with the figure before it and where it is written.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { ask, comparable, databases } from './ask.mjs';

async function since(day) {
  const replies = await Promise.all(databases.map(({ url }) => ask(url, 'GET', `/api/changes?since=${day}`)));
  assert.equal(replies[0].status, 200, replies[0].body);
  assert.deepEqual(comparable(replies[1]), comparable(replies[0]));
  return JSON.parse(replies[0].body).items;
}

const of = (items, kind, code) => items.find((item) => item.kind === kind && item.indicator_code === code);

test('a record is held against the best before, and opens both figures', async () => {
  const record = of(await since('2025-01-01'), 'record', 'TM01');
  assert.equal(record.now.value, 97424000000);
  assert.equal(record.before.value, 86510000000);
  assert.match(record.statement, /2024年：974\.24亿元，为有数以来最好；此前最好是2023年的865\.1亿元/);
  for (const { observation_id } of [record.now, record.before])
    assert.equal((await ask(databases[0].url, 'GET', `/api/observations/${observation_id}`)).status, 200);
});

test('a target that a new value satisfies is named, once, with the target', async () => {
  const reached = (await since('2025-01-01')).filter(({ kind }) => kind === 'target_reached');
  assert.ok(reached.some(({ indicator_code, before }) => indicator_code === 'EN02' && before.value === 67000));
  // It had been reached before: nothing new.
  const later = await since('2025-10-15');
  assert.equal(of(later, 'target_reached', 'EN02'), undefined);
});

test('a final that replaces an estimate is a revision, with both values', async () => {
  const revised = of(await since('2024-06-01'), 'revised', 'RD02');
  assert.equal(revised.before.value, 2.45);
  assert.equal(revised.now.value, 2.48);
});

test('nothing older than the day is in it, and targets are no facts', async () => {
  for (const { published, kind } of await since('2025-06-01')) {
    assert.ok(published > '2025', published);
    assert.ok(['record', 'target_reached', 'rank', 'revised', 'first'].includes(kind));
  }
});

test('a day that is none, and one that has not been, are refused', async () => {
  for (const day of ['2025-02-30', '2999-01-01', ''])
    for (const { url } of databases)
      assert.equal((await ask(url, 'GET', `/api/changes?since=${day}`)).status, 422, day);
});

test('kechuang digest says the same on the command line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kechuang-digest-'));
  after(() => rmSync(folder, { recursive: true }));
  const run = (...words) => spawnSync(process.env.KECHUANG_PROGRAM, ['digest', ...words,
    '--db', `sqlite:${folder}/k.db`, '--key-file', `${folder}/key`, '--pack', 'packs/chongqing'], { encoding: 'utf8' });
  const { status, stdout, stderr } = run('--since', '2026-01-01', '--json');
  assert.equal(status, 0, stderr);
  const items = stdout.trim().split('\n').map((line) => JSON.parse(line));
  const asked = await since('2026-01-01');
  assert.deepEqual(items.map(({ statement }) => statement), asked.map(({ statement }) => statement));
  assert.equal(run().status, 2, 'a day is needed');
});

test('a period of which an estimate and a final were published has a story, in order', async () => {
  const replies = await Promise.all(databases.map(({ url }) =>
    ask(url, 'GET', '/api/stories?indicator_code=RD02&area_code=CQ')));
  assert.deepEqual(comparable(replies[1]), comparable(replies[0]));
  const story = JSON.parse(replies[0].body).items.find(({ period }) => period === '2021');
  assert.deepEqual(story.steps.map(({ status, figure }) => [status, figure.value]), [['estimate', 2.21], ['final', 2.16]]);
  assert.equal(story.steps[1].change.value, -0.05);
  assert.match(story.statement, /预计2\.21%；.*终值2\.16%（低0\.05个百分点）/);
});
