// The command line: a pack with an error is refused with file, line and column, in words; nothing of
// it stays in the database; a database of a newer program is left alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { ask } from './ask.mjs';

const program = process.env.KECHUANG_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), 'kechuang-pack-'));
after(() => rmSync(folder, { recursive: true }));

const kechuang = (...words) => spawnSync(program, words, { encoding: 'utf8' });

// A copy of the invented city in which one file was edited.
function broken(file, edit) {
  const copy = mkdtempSync(join(folder, 'p'));
  cpSync('tests/packs/xingzhou', copy, { recursive: true });
  const path = join(copy, file);
  writeFileSync(path, edit(readFileSync(path)));
  return copy;
}
const text = (change) => (bytes) => change(bytes.toString());

const cases = [
  ['a day that does not exist', 'calendar.csv', text((t) => t.replace('2026-01-01', '2026-02-30')),
    /calendar\.csv:2:1: date: 应为存在的日期/],
  ['a choice that is none', 'calendar.csv', text((t) => t.replace('holiday', 'feast')),
    /calendar\.csv:2:12: kind: 只能是：holiday, workday/],
  ['a number that is none', 'places.csv', text((t) => t.replace('100.52', 'east')),
    /places\.csv:2:\d+: longitude: 应为数/],
  ['a column that nobody knows', 'areas.csv', text((t) => t.replace('gb_code', 'colour')),
    /areas\.csv:1:\d+: 没有这一列.*colour/],
  ['a column that is missing', 'areas.csv', text((t) => t.replace('pinyin,', 'note,').replace(/,note$/m, ',gb')),
    /areas\.csv:1:/],
  ['a cell too many', 'departments.csv', text((t) => t.replace(/^XD01,/m, 'XD01,,')),
    /departments\.csv:2:1: 有 6 列，应为 5 列/],
  ['an area that is not there', 'area_set_members.csv', text((t) => t.replace('XZ-DL', 'NOWHERE')),
    /area_set_members\.csv:2:11: area_code: 没有代码为“NOWHERE”的记录/],
  ['an indicator twice', 'indicators.csv', text((t) => `${t}${t.split('\n')[1]}\n`),
    /indicators\.csv:\d+:1: .*已经存在/],
  ['a quotation mark that is not closed', 'departments.csv', text((t) => `${t}XD99,"市`),
    /departments\.csv:\d+:\d+: /],
  ['bytes that are not UTF-8', 'departments.csv', (bytes) => Buffer.concat([bytes, Buffer.from([0x58, 0xff, 0xfe])]),
    /departments\.csv:\d+:2: 不是 UTF-8 文字/],
  ['a unit that the indicator does not have', 'observations_city.csv', text((t) => t.replace(',元,', ',亿元,')),
    /observations_city\.csv:2:\d+: unit: /],
  ['an area after its end', 'observations_districts.csv', text((t) => t.replace('XZ-DL,,,2024', 'XZ-GD,,,2026')),
    /observations_districts\.csv:2:\d+: area_code: .*2026-12-31 不存在/],
  ['a number that is missing', 'places.csv', text((t) => t.replace('20.41', '')),
    /places\.csv:2:\d+: latitude: 必填/],
  ['a number out of its range', 'releases.csv', text((t) => t.replace(',9,', ',99,')),
    /releases\.csv:2:1: /],
  ['a growth rate in yuan', 'observations_city.csv', text((t) => t.replace(',元,final,flow,', ',元,final,growth_rate,')),
    /observations_city\.csv:2:\d+: unit: /],
  ['two areas in one cell of the map', 'areas.csv', text((t) => t.replace(/(XZ-NP,.*district,,XZ,,,)\d+,\d+/, '$12,1')),
    /areas\.csv: 区域组 \w+ 中 .* 同在示意图的一格/],
  ['an expression that is none', 'indicator_derivations.csv', text((t) => t.replace('100 * RD01', '100 * *')),
    /indicator_derivations\.csv:2:\d+: expression: 不是算式/],
  ['an expression over unknown indicators', 'indicator_derivations.csv', text((t) => t.replace('/ GDP', '/ GDQ')),
    /indicator_derivations\.csv:2:\d+: expression: 没有指标 GDQ/],
  ['an indicator that is part of itself', 'indicator_relations.csv', text((t) => t.replace('RD01,GDP', 'GDP,GDP')),
    /indicator_relations\.csv:2:\d+: other_code: 应是另一个指标/],
  ['a claim of a sentence that is not there', 'observation_claims.csv', text((t) => t.replace('X029', 'X999')),
    /observation_claims\.csv:2:1: fact_id: 没有编号为“X999”的事实/],
  ['a claim about a period that is none', 'observation_claims.csv', text((t) => t.replace('2020,2024', '2020,later')),
    /observation_claims\.csv:2:\d+: period: 应为/],
];

test('all flaws of a case template are told at once, each with its file, line and column', () => {
  const edits = [
    ['case_template_steps.csv', 'need,coowners > 0', 'nowhere,coowners >> 0'],
    ['case_template_steps.csv', ',institute,field:valuer', ',expert,field:nobody'],
    ['case_template_steps.csv', 'department:XD02', 'department:XD99'],
    ['case_template_fields.csv', ',choice,,成本法|收益法|市场法|模型', ',choice,,'],
    ['case_template_materials.csv', 'ip_pledge,2,contract,', 'ip_pledge,2,compact,'],
    ['case_template_outcomes.csv', ',end,,review_reason', ',end,need,months_left'],
  ];
  const copy = broken('pack.csv', (bytes) => bytes);
  for (const [file, from, to] of edits) {
    const was = readFileSync(join(copy, file), 'utf8');
    assert.ok(was.includes(from), `${file}: ${from}`);
    writeFileSync(join(copy, file), was.replace(from, to));
  }
  const { status, stderr } = kechuang('pack', 'check', copy);
  assert.equal(status, 1);
  const told = stderr.replaceAll(`${copy}/case_template_`, '').match(/^(kechuang: )?[a-z]+\.csv:.*$/gm).map((line) => line.replace('kechuang: ', ''));
  assert.deepEqual(told, [
    'steps.csv:3:64: ip_pledge/2 consent after: 没有这一步: nowhere',
    'steps.csv:3:72: ip_pledge/2 consent condition: 不是算式: > 0',
    'steps.csv:4:58: ip_pledge/2 valuation party: 没有这个选单位的字段: nobody',
    'steps.csv:4:51: ip_pledge/2 valuation role: 这个角色在那里办不了，永远没有人来办: expert',
    'steps.csv:7:97: ip_pledge/2 registration party: 没有这个部门: XD99',
    'fields.csv:12:61: ip_pledge/2 method choices: 选项与种类不符: choice',
    'materials.csv:4:13: ip_pledge/2 contract step: 没有这一步: compact',
    'outcomes.csv:2:98: ip_pledge/2 refused to_step: 重办要从这一步或前面的一步起: need',
    'outcomes.csv:2:103: ip_pledge/2 refused reason_field: 理由要填在同一步的字段里: months_left',
  ]);
});

test('the packs in this repository have no errors', () => {
  for (const pack of ['packs/chongqing', 'tests/packs/xingzhou']) {
    const { status, stderr } = kechuang('pack', 'check', pack);
    assert.equal(status, 0, stderr);
  }
});

for (const [name, file, edit, message] of cases)
  test(`a pack with ${name} is refused, and the message says where`, () => {
    const { status, stderr } = kechuang('pack', 'check', broken(file, edit));
    assert.equal(status, 1);
    assert.match(stderr, message);
  });

test('several errors are told at once', () => {
  const edit = text((t) => t.replace('holiday', 'feast').replace('workday', 'chore'));
  const { stderr } = kechuang('pack', 'check', broken('calendar.csv', edit));
  assert.match(stderr, /calendar\.csv:2:/);
  assert.match(stderr, /calendar\.csv:3:/);
});

test('a missing file is named', () => {
  const copy = broken('areas.csv', (bytes) => bytes);
  rmSync(join(copy, 'areas.csv'));
  const { status, stderr } = kechuang('pack', 'check', copy);
  assert.equal(status, 1);
  assert.match(stderr, /缺少文件：.*areas\.csv/);
});

test('of a pack with an error in its last file nothing stays in the database', () => {
  const db = `sqlite:${join(folder, 'half.db')}`;
  const bulletin = 'tests/packs/xingzhou/pack.csv';
  const bad = broken('observations_districts.csv', text((t) => t.replace(',元,', ',匹,')));
  assert.equal(kechuang('documents', 'add', bulletin, '--db', db, '--pack', bad).status, 1);
  const { status, stderr } = kechuang('documents', 'add', bulletin, '--db', db, '--pack', 'tests/packs/xingzhou');
  assert.equal(status, 0, stderr);
});

test('a file that cannot be read is named, and the others are added', () => {
  const db = `sqlite:${join(folder, 'some.db')}`;
  const { status, stdout, stderr } = kechuang('documents', 'add', join(folder, 'absent.txt'),
    'tests/packs/xingzhou/pack.csv', '--db', db, '--pack', 'tests/packs/xingzhou');
  assert.equal(status, 1);
  assert.match(stderr, /absent\.txt/);
  assert.match(stdout, /pack\.csv.*已载入/);
});

test('an unknown flag is named', () => {
  const { status, stderr } = kechuang('serve', '--colour', 'red');
  assert.equal(status, 2);
  assert.match(stderr, /--colour/);
});

test('a database that cannot be opened is said so', () => {
  const { status, stderr } = kechuang('serve', '--db', 'mysql://x');
  assert.equal(status, 1);
  assert.match(stderr, /sqlite: or postgres/);
});

test('what another process writes shows at once in a running server', { skip: !process.env.OTHER_CITY_URL }, async () => {
  const sequence = async () => JSON.parse((await ask(process.env.OTHER_CITY_URL, 'GET', '/healthz')).body).seq;
  const before = await sequence();
  assert.equal(await sequence(), before);
  const { status, stderr } = kechuang('documents', 'add', 'tests/packs/xingzhou/pack.csv', '--db', process.env.OTHER_CITY_DB);
  assert.equal(status, 0, stderr);
  assert.equal(await sequence(), before + 1);
});

test('a pack without a setting that the program needs is refused', () => {
  const bad = broken('pack.csv', text((t) => t.replace(/^root_area,.*\n/m, '')));
  assert.match(kechuang('pack', 'check', bad).stderr, /pack\.csv: 缺少 root_area/);
});

test('a switch that is neither on nor off is refused', () => {
  assert.equal(kechuang('pack', 'check', 'tests/packs/xingzhou', '--demo=perhaps').status, 2);
});

test('the database and its keys are their owner\'s alone', { skip: !process.env.OTHER_CITY_DB }, () => {
  const database = process.env.OTHER_CITY_DB.replace('sqlite:', '');
  for (const path of [database, `${database}-wal`, database.replace(/db$/, 'key')])
    assert.equal(statSync(path).mode & 0o077, 0, path);
});

test('a case template is simulated: the same seed gives the same table, more staff shorter waits', () => {
  const settings = ['--db', `sqlite:${join(folder, 'simulate.db')}`, '--key-file', join(folder, 'simulate.key'), '--pack', 'tests/packs/xingzhou'];
  const simulate = (...words) => kechuang(...settings, 'simulate', ...words);
  const one = simulate('ip_pledge', '--arrivals-per-day', '4', '--staff', 'bank=3', '--staff', 'institute=2', '--seed', '1');
  assert.equal(one.status, 0, one.stderr);
  assert.match(one.stdout, /^ip_pledge\/\d+ /);
  assert.match(one.stdout, /^review +bank +3 /m);
  assert.match(one.stdout, /^valuation +institute +2 /m);
  assert.equal(simulate('ip_pledge', '--staff', 'bank=3', '--seed', '1', '--arrivals-per-day', '4', '--staff', 'institute=2').stdout, one.stdout);
  const p90 = (result) => Number(result.stdout.match(/p90 ([\d.]+)/)[1]);
  assert.ok(p90(simulate('ip_pledge', '--arrivals-per-day', '4', '--staff', 'bank=30', '--staff', 'institute=2', '--staff', 'department_officer=9', '--seed', '1')) < p90(one));
  assert.equal(simulate('nowhere').status, 1);
  assert.equal(simulate('ip_pledge', '--staff', 'three').status, 1);
  for (const misused of [['--seed'], ['ip_pledge', '--colour', 'red'], ['a', 'b']]) assert.equal(simulate(...misused).status, 2, misused.join(' '));
});
