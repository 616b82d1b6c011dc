import type { DeliveryState, Freshness } from '../../api/collection';
import type { Tone } from '../text/ShapeText.vue';

type Mark = [shape: string, tone: Tone];

/** The worst first. */
export const DELIVERY: Record<DeliveryState, Mark> = {
  late: ['▲', 'bad'],
  rejected: ['✕', 'warn'],
  expected: ['○', 'plain'],
  arrived: ['◐', 'brand'],
  accepted: ['✓', 'good'],
};

export const FRESHNESS: Record<Freshness, Mark> = {
  current: ['●', 'good'],
  due: ['◷', 'brand'],
  late: ['▲', 'bad'],
  never: ['○', 'warn'],
};
