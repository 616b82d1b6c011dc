import { onScopeDispose, watch } from 'vue';
import type { Import } from '../../api/imports';
import { useResource } from '../../api/useResource';
import { useWrite } from '../../api/useWrite';
import { isBusy } from './marks';

const PAUSE_MS = 400;

/** One import, asked for again while it is at work, and what can be done with it. */
export function useImport(id: () => string) {
  const url = () => `/api/imports/${id()}`;
  const resource = useResource<Import>(url);
  const writing = useWrite();
  let timer: ReturnType<typeof setTimeout> | undefined;

  watch(
    [resource.data, resource.loading],
    ([data, loading]) => {
      clearTimeout(timer);
      if (data && !loading && isBusy(data.state)) timer = setTimeout(resource.reload, PAUSE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));

  /** check, run, cancellation or undo; true when it has begun. */
  async function act(step: 'check' | 'run' | 'cancellation' | 'undo', body: object = {}) {
    const answer = await writing.write<Import>('POST', `${url()}/${step}`, body, { quietly: true });
    // The answer may be that of an earlier moment: what is shown is asked for.
    resource.reload();
    return answer !== null;
  }
  async function change(fields: object) {
    const answer = await writing.write<Import>('PATCH', url(), fields, {
      match: '*',
      quietly: true,
    });
    if (answer) resource.data.value = answer;
    return answer !== null;
  }
  return { resource, writing, act, change, url };
}
