import type { Observation } from '../api/contract';

export type Agreement = 'agrees' | 'withinInterval' | 'differs';

type Stated = Pick<Observation, 'value' | 'value_high' | 'low' | 'high'>;

const EPSILON = 1e-9;
const isSame = (a: number | null, b: number | null) =>
  a === b ||
  (a !== null && b !== null && Math.abs(a - b) <= EPSILON * Math.max(Math.abs(a), Math.abs(b)));

/** Two values of the same figure: the same number, intervals (of 约, 超, 近 or a range) that leave
 * room for each other, or neither. An end that is null is open. */
export function agreementOf(a: Stated, b: Stated): Agreement {
  if (isSame(a.value, b.value) && isSame(a.value_high, b.value_high)) return 'agrees';
  const below = (low: number | null, high: number | null) =>
    low === null || high === null || low <= high || isSame(low, high);
  return below(a.low, b.high) && below(b.low, a.high) ? 'withinInterval' : 'differs';
}
