// A pack whose formulas cannot be right is refused as a whole, with the line and the way out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const program = process.env.KECHUANG_PROGRAM;

function checked(derivations) {
  const folder = mkdtempSync(join(tmpdir(), 'kechuang-formulas-'));
  try {
    cpSync('tests/packs/xingzhou', folder, { recursive: true });
    writeFileSync(join(folder, 'indicator_derivations.csv'), 'indicator_code,expression,note\n');
    appendFileSync(join(folder, 'indicator_derivations.csv'), `${derivations.join('\n')}\n`);
    const { status, stderr } = spawnSync(program, ['pack', 'check', folder], { encoding: 'utf8' });
    return { status, said: stderr.split('\n').filter((line) => !line.startsWith('{')).join('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const refused = (derivations, ...words) => {
  const { status, said } = checked(derivations);
  assert.equal(status, 1, said);
  for (const word of words) assert.ok(said.includes(word), `${word} is not in: ${said}`);
};

test('a formula whose units fit is taken', () => {
  assert.equal(checked(['RD02,100 * RD01 / GDP,']).status, 0);
});

test('家 and 元 do not add up', () =>
  refused(['RD01,EN01 + GDP,'], 'indicator_derivations.csv:2:', '家', '元', '不能相加减'));

test('a percentage without its hundred says what is missing', () =>
  refused(['RD02,RD01 / GDP,'], 'indicator_derivations.csv:2:', '100'));

test('a formula in another unit than its indicator is refused', () =>
  refused(['EN01,RD01 / GDP,'], '指标的单位是 家'));

test('formulas that lead in a circle are refused, and the circle is shown', () =>
  refused(['RD01,2 * GDP - RD01,'], 'RD01 → RD01', '绕回自己'));

test('a circle over two formulas is found, too', () =>
  refused(['RD01,0.02 * GDP,', 'GDP,50 * RD01,'], 'indicator_derivations.csv:3:', 'GDP → RD01 → GDP'));
