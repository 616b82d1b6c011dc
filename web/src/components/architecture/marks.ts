// The states of the boxes and lines of the three maps: of data sets, of what is built, of feeds.
import type { Tone } from '../text/ShapeText.vue';

const MARKS: Record<string, [shape: string, tone: Tone]> = {
  current: ['●', 'good'],
  ready: ['●', 'good'],
  working: ['●', 'good'],
  live: ['●', 'good'],
  accepted: ['✓', 'good'],
  arrived: ['◐', 'brand'],
  due: ['◷', 'brand'],
  expected: ['○', 'plain'],
  partly: ['◐', 'warn'],
  planned: ['◌', 'plain'],
  empty: ['○', 'plain'],
  missing: ['✕', 'bad'],
  never: ['○', 'warn'],
  late: ['▲', 'bad'],
  rejected: ['✕', 'warn'],
};

export function markOf(
  state: string,
  t: (key: string) => string,
  te: (key: string) => boolean,
): { shape: string; tone: Tone; text: string } {
  const [shape, tone] = MARKS[state] ?? ['○', 'plain'];
  const key = `architecture.state.${state}`;
  return { shape, tone, text: te(key) ? t(key) : state };
}
