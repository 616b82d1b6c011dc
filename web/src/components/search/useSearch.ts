import { computed, type Ref } from 'vue';
import { getJson, RequestFailed, withQuery } from '../../api/request';
import type { SearchAnswer } from '../../api/search';
import { useResource } from '../../api/useResource';

const LIMIT = 20;

/** The hits for a query within a kind, and how many there are of every kind. */
export function useSearch(query: Ref<string>, kind: Ref<string>) {
  const url = () =>
    query.value
      ? withQuery('/api/search', { q: query.value, kind: kind.value, limit: LIMIT })
      : null;
  const resource = useResource<SearchAnswer>(url);
  const answer = resource.data;

  /** Of the whole answer, whatever kind is looked at. */
  const kinds = computed(() => answer.value?.kinds ?? []);
  const total = computed(() => kinds.value.reduce((sum, item) => sum + item.count, 0));

  async function more() {
    const address = url();
    const shown = answer.value;
    if (!address || !shown?.next) return;
    resource.loading.value = true;
    try {
      const page = await getJson<SearchAnswer>(withQuery(address, { after: shown.next }));
      if (address !== url() || answer.value !== shown) return;
      answer.value = { ...shown, items: [...shown.items, ...page.items], next: page.next };
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      resource.problem.value = error.problem;
    } finally {
      resource.loading.value = false;
    }
  }
  return { resource, answer, kinds, total, more };
}
