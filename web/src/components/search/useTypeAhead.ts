import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';
import type { Problem } from '../../api/contract';
import { getJson, RequestFailed, withQuery } from '../../api/request';
import type { SearchAnswer } from '../../api/search';
import { session } from '../../state/session';

const PAUSE_MS = 120;
const SHOWN = 8;

/** The first hits while somebody types. An answer to what has been typed over is thrown away. */
export function useTypeAhead(query: Ref<string>) {
  const answer = shallowRef<SearchAnswer | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const busy = shallowRef(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;

  async function ask(text: string) {
    const controller = new AbortController();
    running = controller;
    try {
      const url = withQuery('/api/search', { q: text, limit: SHOWN });
      answer.value = await getJson<SearchAnswer>(url, { signal: controller.signal });
      problem.value = null;
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof RequestFailed)) throw error;
      problem.value = error.problem;
    } finally {
      if (running === controller) busy.value = false;
    }
  }

  function stop() {
    clearTimeout(timer);
    running?.abort();
    running = null;
  }
  watch([query, () => session.version], ([text]) => {
    stop();
    problem.value = null;
    const wanted = text.trim();
    busy.value = wanted !== '';
    if (wanted) timer = setTimeout(() => void ask(wanted), PAUSE_MS);
    else answer.value = null;
  });
  onScopeDispose(stop);
  return { answer, problem, busy };
}
