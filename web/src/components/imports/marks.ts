import type { ImportState, RowState } from '../../api/imports';
import type { Tone } from '../text/ShapeText.vue';

export const STATES: Record<ImportState, [shape: string, tone: Tone]> = {
  uploaded: ['○', 'plain'],
  checking: ['◷', 'brand'],
  checked: ['◐', 'brand'],
  running: ['◷', 'brand'],
  done: ['✓', 'good'],
  failed: ['✕', 'bad'],
  cancelled: ['◌', 'warn'],
  undone: ['↩', 'plain'],
};

export const ROW_STATES: Record<RowState, [shape: string, tone: Tone]> = {
  new: ['＋', 'good'],
  changed: ['✎', 'brand'],
  same: ['＝', 'plain'],
  wrong: ['✕', 'bad'],
};

/** Still at work: it is asked for again and again. */
export const isBusy = (state: ImportState) => state === 'checking' || state === 'running';

/** Nothing has been written yet: columns, cells and the mode can still change. */
export const isOpen = (state: ImportState) =>
  state === 'uploaded' || state === 'checked' || state === 'failed' || state === 'cancelled';
