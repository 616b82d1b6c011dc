import { shallowRef, watch, type ShallowRef } from 'vue';
import type { Observation, Page } from '../../api/contract';
import { getJson, RequestFailed, withQuery } from '../../api/request';

const SAMPLE = 5;

/** The indicator that most of a few areas of the set have figures for: what a map shows before the
 * user has chosen. */
export function useDefaultIndicator(
  set: () => string,
  today: () => string,
  wanted: () => boolean,
): { indicator: ShallowRef<string>; searched: ShallowRef<boolean> } {
  const indicator = shallowRef('');
  const searched = shallowRef(false);

  async function find(): Promise<string> {
    const members = await getJson<Page<{ area_code: string }>>(
      withQuery('/api/area_set_members', { set_code: set(), valid_on: today(), limit: 500 }),
    );
    const stride = Math.max(1, Math.floor(members.items.length / SAMPLE));
    const sample = members.items.filter((_item, index) => index % stride === 0);
    const answers = await Promise.all(
      sample.map(({ area_code }) =>
        getJson<Page<Observation>>(withQuery('/api/observations', { area_code, limit: 200 })),
      ),
    );
    const areasWith = new Map<string, number>();
    for (const { items } of answers) {
      const usable = items.filter((row) => row.measure !== 'name' && row.status !== 'target');
      for (const code of new Set(usable.map((row) => row.indicator_code))) {
        areasWith.set(code, (areasWith.get(code) ?? 0) + 1);
      }
    }
    return [...areasWith].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))[0]?.[0] ?? '';
  }

  watch(
    [set, today, wanted],
    async () => {
      if (!wanted() || !set() || !today()) return;
      try {
        indicator.value = await find();
      } catch (error) {
        if (!(error instanceof RequestFailed)) throw error;
      } finally {
        searched.value = true;
      }
    },
    { immediate: true },
  );
  return { indicator, searched };
}
