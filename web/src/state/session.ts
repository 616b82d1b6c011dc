import { reactive } from 'vue';
import { remember, remembered } from './storage';

const KEY = 'kechuang.token';
const storage = () => sessionStorage;

/** The operator token, kept as long as the browser's tab lives. */
export const session = reactive({ token: remembered(storage, KEY) ?? '' });

export function keepToken(token: string): void {
  session.token = token;
  remember(storage, KEY, token || null);
}
