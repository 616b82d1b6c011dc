import type { DeliveryState, FeedOutcome, Freshness, NodeState } from '../../api/collection';
import type { Tone } from '../text/ShapeText.vue';

/** The six classes of data about enterprises. */
export const KINDS = [
  'policy',
  'interpretation',
  'funding',
  'factors',
  'innovation',
  'services',
] as const;

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

export const OUTCOME: Record<FeedOutcome, Mark> = {
  arrived: ['✓', 'good'],
  importing: ['◷', 'brand'],
  repeated: ['＝', 'plain'],
  refused: ['✕', 'bad'],
  half_written: ['◔', 'warn'],
  failed: ['✕', 'bad'],
};

/** Of the three maps: the worst of the data that something depends on; none where there are none. */
export const NODE: Record<NodeState, Mark> = { ...FRESHNESS, none: ['', 'plain'] };
