// The simulator of load: several runs with different random numbers, and what they say together.
import { computed, shallowRef } from 'vue';
import type { Simulation } from '../../api/cases';
import type { Problem } from '../../api/contract';
import { getJson, RequestFailed } from '../../api/request';

export const RUNS = 20;

const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
/** Each member's mean over the runs. */
export function together(runs: Simulation[]): Simulation | null {
  const [first] = runs;
  if (!first) return null;
  const over = (pick: (run: Simulation) => number | undefined) =>
    mean(runs.map((run) => pick(run) ?? 0));
  return {
    ...first,
    whole_p50_hours: over((run) => run.whole_p50_hours),
    whole_p90_hours: over((run) => run.whole_p90_hours),
    items: first.items.map((item, i) => ({
      ...item,
      load: over((run) => run.items[i]?.load),
      wait_p50_hours: over((run) => run.items[i]?.wait_p50_hours),
      wait_p90_hours: over((run) => run.items[i]?.wait_p90_hours),
      late_share: over((run) => run.items[i]?.late_share),
    })),
    queues: first.queues.map((point, i) => ({
      ...point,
      workday: over((run) => run.queues[i]?.workday),
      waiting: over((run) => run.queues[i]?.waiting),
    })),
  };
}

/** Runs one after the other; what has come so far is there meanwhile. */
export function useSimulation() {
  const runs = shallowRef<Simulation[]>([]);
  const problem = shallowRef<Problem | null>(null);
  const busy = shallowRef(false);
  let round = 0;

  async function run(url: (seed: number) => string) {
    const mine = ++round;
    runs.value = [];
    problem.value = null;
    busy.value = true;
    try {
      for (let seed = 1; seed <= RUNS && mine === round; seed++) {
        const answer = await getJson<Simulation>(url(seed));
        if (mine === round) runs.value = [...runs.value, answer];
      }
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (mine === round) problem.value = error.problem;
    } finally {
      if (mine === round) busy.value = false;
    }
  }
  function stop() {
    round++;
    busy.value = false;
  }
  return { runs, problem, busy, run, stop, result: computed(() => together(runs.value)) };
}
