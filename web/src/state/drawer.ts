import { computed, shallowRef } from 'vue';
import type { FigureLike } from '../format/figure';

/** One step on the way from a number to its source. */
export type DrawerStep =
  | { kind: 'observation'; id: number }
  | { kind: 'choice'; ids: number[] }
  | { kind: 'formula'; figure: FigureLike }
  | { kind: 'records'; url: string }
  | { kind: 'areas'; codes: string[] };

const steps = shallowRef<DrawerStep[]>([]);

export const drawerStep = computed(() => steps.value.at(-1) ?? null);
export const drawerDepth = computed(() => steps.value.length);

export function openInDrawer(step: DrawerStep): void {
  steps.value = [...steps.value, step];
}

export function drawerBack(): void {
  steps.value = steps.value.slice(0, -1);
}

/** The step that is shown becomes the first. */
export function forgetEarlierSteps(): void {
  if (steps.value.length > 1) steps.value = steps.value.slice(-1);
}

export function closeDrawer(): void {
  steps.value = [];
}

/** The first step from a figure towards its source, or null when it says none. */
export function stepOf(figure: FigureLike): DrawerStep | null {
  if (figure.observation_id != null) return { kind: 'observation', id: figure.observation_id };
  if (figure.formula) return { kind: 'formula', figure };
  if (figure.areas) return { kind: 'areas', codes: figure.areas };
  if (figure.records) return { kind: 'records', url: figure.records };
  return null;
}

/** A name for the step in the page, so that tests can tell distinct figures apart. */
export function stepKey(step: DrawerStep): string {
  switch (step.kind) {
    case 'observation':
      return `observation:${step.id}`;
    case 'choice':
      return `choice:${step.ids.join('+')}`;
    case 'formula':
      return `formula:${step.figure.formula?.text}:${step.figure.formula?.terms
        .map((term) => term.observation_id ?? term.value)
        .join('+')}`;
    case 'areas':
      return `areas:${step.codes.join('+')}`;
    case 'records':
      return `records:${step.url}`;
  }
}
