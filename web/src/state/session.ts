import { computed, reactive } from 'vue';
import type { Role, Session } from '../api/accounts';
import { remember, remembered } from './storage';

const KEY = 'kechuang.token';
const storage = () => sessionStorage;

/** Who uses this window; state/account.ts asks and changes it. */
export const session = reactive({
  /** The one-time token of the start, kept as long as the browser's tab lives. */
  token: remembered(storage, KEY) ?? '',
  /** As the program last said; null until it has. */
  account: null as Session | null,
  /** Counts changes of who is asking: everything on show is read again. */
  version: 0,
  /** Counts refusals that may mean that the session has ended. */
  doubts: 0,
  /** It has ended while the page was open: the page stays as it is until somebody decides. */
  ended: false,
});

export const isSignedIn = computed(() => session.account?.account_id != null);
export const role = computed<Role>(() => session.account?.role ?? 'public');

export function keepToken(token: string): void {
  session.token = token;
  remember(storage, KEY, token || null);
}
