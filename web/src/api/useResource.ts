import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { changes } from '../state/changes';
import { session } from '../state/session';
import type { Page, Problem } from './contract';
import { getJson, RequestFailed, withQuery } from './request';

export interface Resource<T> {
  data: ShallowRef<T | null>;
  problem: ShallowRef<Problem | null>;
  loading: ShallowRef<boolean>;
  /** When `data` was received: shown beside old data after an error. */
  loadedAt: ShallowRef<Date | null>;
  reload: () => void;
}

/** Loads with `load` again whenever `key` changes; old data stays until new data is there, and
 * also after an error. A null key loads nothing. */
export function useLoading<T>(
  key: () => string | null,
  load: (url: string, signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const data = shallowRef<T | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const loading = shallowRef(true);
  const loadedAt = shallowRef<Date | null>(null);
  let running: AbortController | null = null;

  async function reload() {
    running?.abort();
    const url = key();
    if (url === null) return;
    const controller = new AbortController();
    running = controller;
    loading.value = true;
    try {
      const answer = await load(url, controller.signal);
      if (controller.signal.aborted) return;
      data.value = answer;
      problem.value = null;
      loadedAt.value = new Date();
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof RequestFailed)) throw error;
      problem.value = error.problem;
    } finally {
      if (running === controller) loading.value = false;
    }
  }

  watch([key, () => session.version, changes], reload, { immediate: true });
  onScopeDispose(() => running?.abort());
  return { data, problem, loading, loadedAt, reload };
}

/** One JSON answer. */
export function useResource<T>(url: () => string | null): Resource<T> {
  return useLoading(url, (address, signal) => getJson<T>(address, { signal }));
}

const LIST_MAX = 5000;

/** A whole list, page by page up to a ceiling: for tables that are searched in the browser. */
export function useWholeList<T>(url: () => string | null): Resource<T[]> {
  return useLoading(url, async (address, signal) => {
    const items: T[] = [];
    let after: string | null = null;
    do {
      const page: Page<T> = await getJson(withQuery(address, { limit: 500, after }), { signal });
      items.push(...page.items);
      after = page.next;
    } while (after !== null && items.length < LIST_MAX);
    return items;
  });
}

/** A short list that comes whole, without parameters. */
export function useTable<T>(url: () => string | null): PagedList<T> {
  const list = useLoading<T[]>(
    url,
    async (address, signal) => (await getJson<Pick<Page<T>, 'items'>>(address, { signal })).items,
  );
  return { ...list, next: shallowRef(null), more: async () => {} };
}

export interface PagedList<T> extends Resource<T[]> {
  next: ShallowRef<string | null>;
  more: () => Promise<void>;
}

/** A list of which the next page is fetched when the user asks for it. */
export function usePagedList<T>(url: () => string | null, limit: number): PagedList<T> {
  const next = shallowRef<string | null>(null);
  const list = useLoading<T[]>(url, async (address, signal) => {
    const page = await getJson<Page<T>>(withQuery(address, { limit }), { signal });
    next.value = page.next ?? null;
    return page.items;
  });

  async function more() {
    const address = url();
    if (address === null || next.value === null) return;
    list.loading.value = true;
    try {
      const page = await getJson<Page<T>>(withQuery(address, { limit, after: next.value }));
      if (address !== url()) return;
      list.data.value = [...(list.data.value ?? []), ...page.items];
      next.value = page.next;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      list.problem.value = error.problem;
    } finally {
      list.loading.value = false;
    }
  }

  return { ...list, next, more };
}
