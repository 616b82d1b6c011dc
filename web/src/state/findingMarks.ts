import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue';
import type { FindingMark } from '../api/findings';
import { useTable } from '../api/useResource';
import { may } from './abilities';

/** How many open findings there are about a figure, by its number. */
export type FindingMarks = ComputedRef<Map<string, number>>;
const KEY: InjectionKey<FindingMarks> = Symbol('findings');

/** For a page about one indicator: its tables mark the figures of which something is to be verified. */
export function provideFindingMarks(code: () => string): FindingMarks {
  const list = useTable<FindingMark>(() =>
    may('findings') ? `/api/finding_marks?indicator_code=${encodeURIComponent(code())}` : null,
  );
  const marks = computed(
    () => new Map((list.data.value ?? []).map(({ fact_id, count }) => [fact_id, count])),
  );
  provide(KEY, marks);
  return marks;
}

export const findingMarks = (): FindingMarks => inject(KEY, () => computed(() => new Map()), true);
