import { shallowRef } from 'vue';

/** Counts what this window has written; everything on show is read again when it grows. */
export const changes = shallowRef(0);

export function somethingChanged(): void {
  changes.value++;
}
