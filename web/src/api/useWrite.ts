import { shallowRef, type ShallowRef } from 'vue';
import { somethingChanged } from '../state/changes';
import type { Proposal } from './accounts';
import type { Problem } from './contract';
import { RequestFailed, send } from './request';

export interface Writing {
  busy: ShallowRef<boolean>;
  problem: ShallowRef<Problem | null>;
  /** What was asked for waits for a second person. */
  proposal: ShallowRef<Proposal | null>;
  /** The answer; null when it failed or became a proposal. */
  write: <T>(
    method: string,
    url: string,
    body?: unknown,
    options?: { match?: string; quietly?: boolean },
  ) => Promise<T | null>;
  clear: () => void;
}

/** One write at a time, and what came of it. */
export function useWrite(): Writing {
  const busy = shallowRef(false);
  const problem = shallowRef<Problem | null>(null);
  const proposal = shallowRef<Proposal | null>(null);

  const clear = () => {
    problem.value = null;
    proposal.value = null;
  };

  async function write<T>(
    method: string,
    url: string,
    body?: unknown,
    options: { match?: string; quietly?: boolean } = {},
  ): Promise<T | null> {
    if (busy.value) return null;
    busy.value = true;
    clear();
    try {
      const headers: Record<string, string> = { 'Content-Type': 'application/json' };
      if (options.match) headers['If-Match'] = options.match;
      const response = await send(url, { method, body: JSON.stringify(body ?? {}), headers });
      const answer: unknown = await response.json();
      if (!options.quietly) somethingChanged();
      if (response.status !== 202) return answer as T;
      proposal.value = answer as Proposal;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      problem.value = error.problem;
    } finally {
      busy.value = false;
    }
    return null;
  }

  return { busy, problem, proposal, write, clear };
}
