// The shift of published maps, and whether two statements of one figure agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSource } from './browser.mjs';

// WGS 84 and GCJ-02, as other programs print them.
const PAIRS = [
  [116.404, 39.915, 116.41024449916938, 39.91640428150164],
  [121.5272106, 31.1774276, 121.531541859215, 31.17530398364597],
  [113.912316, 22.543847, 113.9171764808363, 22.540796131694766],
  [116.377817, 39.911954, 116.38404722455657, 39.91334545536069],
];

test('WGS 84 is shifted to GCJ-02 within a metre, and left alone elsewhere', async () => {
  const { toGcj02 } = await importSource('geo/gcj02.ts');
  for (const [longitude, latitude, eastward, northward] of PAIRS) {
    const shifted = toGcj02([longitude, latitude]);
    assert.ok(Math.abs(shifted[0] - eastward) < 1e-5, `${longitude}: ${shifted}`);
    assert.ok(Math.abs(shifted[1] - northward) < 1e-5, `${latitude}: ${shifted}`);
  }
  assert.deepEqual(toGcj02([2.35, 48.86]), [2.35, 48.86]);
});

test('statements of one figure agree, leave room for each other, or differ', async () => {
  const { agreementOf } = await importSource('format/agreement.ts');
  const exactly = (value) => ({ value, value_high: null, low: value, high: value });
  const over = { value: 100, value_high: null, low: 100, high: null };
  assert.equal(agreementOf(exactly(12.84), exactly(12.84)), 'agrees');
  assert.equal(agreementOf(exactly(105), over), 'withinInterval');
  assert.equal(agreementOf(over, exactly(105)), 'withinInterval');
  assert.equal(agreementOf(exactly(99), over), 'differs');
  assert.equal(agreementOf(exactly(1), exactly(2)), 'differs');
});
