// The exam of the plausibility rules (tests/plausibility/exam.csv): what is known to be wrong in the
// city's five documents is found, what must not be joined is refused, and what is right is left
// alone. The findings are the same from the pack, and from either database.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { get, makers, start } from './apart.mjs';

const MOST_STRAY = 0.01; // findings that meet no row of the exam, per observation
const pack = 'packs/chongqing';
const grave = new Set(['contradiction', 'question']);

const check = (...words) => {
  const done = spawnSync(process.env.KECHUANG_PROGRAM, ['check', ...words], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(done.status, 0, done.stderr);
  return { ...done, count: Number(done.stderr.match(/(\d+) figures/)?.[1]) };
};
const lines = (text) => text.split('\n').filter(Boolean);
const rows = lines(readFileSync('tests/plausibility/exam.csv', 'utf8')).slice(1).map((line) => {
  const [id, expect, rule, figures] = line.split(',');
  return { id, expect, rule, figures: figures.split(';') };
});

const ofPack = check('--json', '--pack', pack);
const findings = lines(ofPack.stdout).map((line) => JSON.parse(line));
const shared = (finding, row) => finding.figures.filter((figure) => row.figures.includes(figure)).length;
const meets = (finding, row) => shared(finding, row) >= Math.min(2, row.figures.length);
const isWithin = (finding, row) => shared(finding, row) === finding.figures.length;
// A row that says that some figures agree does not speak against what another row wants seen in a
// part of them.
const isWanted = (finding) => rows.some((row) => row.expect === 'finding' && row.figures.every((figure) => finding.figures.includes(figure)));

let server, observations;
before(async () => {
  server = await start(makers.SQLite('exam'), pack, '--check-after', '0');
  observations = new Map();
  for (const figure of new Set(rows.flatMap((row) => row.figures))) {
    const found = JSON.parse((await get(server.url, `/api/observations?fact_id=${figure}`)).body).items;
    if (found.length) observations.set(figure, found[0]);
  }
});

// The program draws no line through any two of the row's indicators.
const joinIsRefused = async (row) => {
  const codes = [...new Set(row.figures.map((figure) => observations.get(figure)?.indicator_code).filter(Boolean))];
  if (codes.length < 2) return false;
  for (const a of codes)
    for (const b of codes)
      if (a < b) {
        const { status, body } = await get(server.url, `/api/joined_series?indicator_code=${a}&with=${b}&area_code=CQ`);
        if (status !== 409 || JSON.parse(body).type !== '/problems/not_joinable') return false;
      }
  return true;
};

const outcome = async (row) => {
  const met = findings.filter((finding) => meets(finding, row));
  const names = (list) => [...new Set(list.map((finding) => `${finding.kind} ${finding.rule}`))].join(', ');
  if (row.expect === 'finding') return { good: met.length > 0, said: names(met) };
  if (row.expect === 'join_refused') {
    const apart = met.filter((finding) => finding.kind === 'not_joinable');
    if (apart.length) return { good: true, said: names(apart) };
    return { good: await joinIsRefused(row), said: 'joined_series' };
  }
  if (row.expect === 'none') {
    const wrong = findings.filter((finding) => grave.has(finding.kind) && isWithin(finding, row)
      && (finding.figures.length === row.figures.length || finding.rule === row.rule) && !isWanted(finding));
    return { good: wrong.length === 0, said: names(wrong) };
  }
  return { good: null, said: names(met) };
};

test('every row of the exam', async () => {
  const table = [];
  for (const row of rows) table.push({ ...row, ...(await outcome(row)) });
  for (const { id, expect, rule, good, said } of table)
    console.log(`${good === null ? ' ' : good ? '✓' : '✗'} ${id.padEnd(6)} ${expect.padEnd(17)} ${rule.padEnd(26)} ${said}`);
  for (const expect of ['finding', 'join_refused', 'none']) {
    const asked = table.filter((row) => row.expect === expect);
    console.log(`${expect}: ${asked.filter((row) => row.good).length} of ${asked.length}`);
  }
  assert.deepEqual(table.filter((row) => row.good === false).map((row) => row.id), []);
});

test('few findings meet no row of the exam', () => {
  const stray = findings.filter((finding) => !rows.some((row) => meets(finding, row) || (finding.rule === row.rule && shared(finding, row))));
  for (const finding of stray) console.log(`${finding.kind} ${finding.rule} ${finding.figures.join(' ')}`);
  console.log(`${stray.length} of ${findings.length} findings, over ${ofPack.count} observations`);
  assert.ok(ofPack.count > 1000, `${ofPack.count} observations`);
  assert.ok(stray.length <= ofPack.count * MOST_STRAY);
});

test('a finding says what it is about, in two languages', () => {
  for (const finding of findings) {
    for (const key of ['rule', 'kind', 'statement', 'statement_en']) assert.ok(finding[key], `${key}: ${JSON.stringify(finding)}`);
    assert.ok(finding.figures.length > 0 && new Set(finding.figures).size === finding.figures.length);
    assert.doesNotMatch(finding.statement, /造假|虚报|作假|错误/, 'neutral words');
  }
});

test('both databases have the same findings', async () => {
  assert.equal(check('--json', '--db', makers.SQLite('exam')).stdout, ofPack.stdout);
  const postgres = makers.PostgreSQL('exam');
  await start(postgres, pack, '--check-after', '0');
  assert.equal(check('--json', '--db', postgres).stdout, ofPack.stdout);
  assert.equal(check('--json', '--db', postgres, '--as-of', '1').stdout, ofPack.stdout, 'as recorded at the load of the pack');
});
