import { computed, shallowRef, watch } from 'vue';
import type { DocumentLine, Page } from '../../api/contract';
import { getJson, withQuery } from '../../api/request';
import { useLoading } from '../../api/useResource';

const PAGE = 200;
const LEAD = 20;

/** Pages of a document's lines around the line asked for; earlier and later ones on demand. */
export function useDocumentLines(id: () => string, wanted: () => number) {
  const before = shallowRef<DocumentLine[]>([]);
  const after = shallowRef<DocumentLine[]>([]);
  const start = shallowRef(0);
  const next = shallowRef<string | null>(null);

  const fetchLines = (from: number | string, limit: number, signal?: AbortSignal) =>
    getJson<Page<DocumentLine>>(
      withQuery(`/api/documents/${id()}/lines`, { after: from || undefined, limit }),
      { signal },
    );

  const first = useLoading<DocumentLine[]>(id, async (_key, signal) => {
    start.value = Math.max(0, wanted() - LEAD);
    const page = await fetchLines(start.value, PAGE, signal);
    before.value = [];
    after.value = [];
    next.value = page.next;
    return page.items;
  });

  async function later() {
    if (next.value === null) return;
    const page = await fetchLines(next.value, PAGE);
    after.value = [...after.value, ...page.items];
    next.value = page.next;
  }

  async function earlier() {
    const from = Math.max(0, start.value - PAGE);
    const page = await fetchLines(from, start.value - from);
    before.value = [...page.items, ...before.value];
    start.value = from;
  }

  const lines = computed(() => [...before.value, ...(first.data.value ?? []), ...after.value]);
  // A link to a line outside of what is loaded starts again around it.
  watch(wanted, (line) => {
    if (line && !lines.value.some((item) => item.line === line)) first.reload();
  });
  return { first, lines, start, next, later, earlier };
}
