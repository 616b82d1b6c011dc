import type { FindingKind, FindingState } from '../../api/findings';
import type { Tone } from '../text/ShapeText.vue';

type Mark = [shape: string, tone: Tone];

/** The gravest first. */
export const KIND: Record<FindingKind, Mark> = {
  contradiction: ['≠', 'bad'],
  question: ['？', 'warn'],
  not_joinable: ['∦', 'brand'],
  notice: ['ⓘ', 'plain'],
};

export const STATE: Record<FindingState, Mark> = {
  open: ['○', 'warn'],
  explained: ['✎', 'brand'],
  accepted: ['◐', 'plain'],
  corrected: ['✓', 'good'],
};
