import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** A choice on a page that lives in the address, so that it can be shared and comes back. */
export function useQueryField(name: string): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const value = route.query[name];
      return typeof value === 'string' ? value : '';
    },
    set: (value) => setQuery({ [name]: value }),
  });

  function setQuery(changes: Record<string, string>) {
    pending = { ...(pending ?? route.query), ...changes };
    for (const key of Object.keys(pending)) if (!pending[key]) delete pending[key];
    queueMicrotask(() => {
      if (!pending) return;
      void router.replace({ query: pending, hash: route.hash });
      pending = null;
    });
  }
}

/** Several choices changed at once become one change of the address. */
let pending: Record<string, string | (string | null)[] | null | undefined> | null = null;
