import { computed } from 'vue';
import { createI18n } from 'vue-i18n';
import { remember, remembered } from '../state/storage';
import zh from './zh';

export type Locale = 'zh' | 'en';
export type Messages = typeof zh;

const KEY = 'kechuang.locale';
const storage = () => localStorage;

export const i18n = createI18n<[Messages], Locale, false>({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  messages: { zh } as Record<Locale, Messages>,
});

export const locale = computed<Locale>(() => i18n.global.locale.value);

/** The words for those who sign in come with the first page that needs them. */
let needsAccountWords = false;

async function addAccountWords(wanted: Locale): Promise<void> {
  const words = await (wanted === 'en' ? import('./accounts/en') : import('./accounts/zh'));
  i18n.global.mergeLocaleMessage(wanted, words.default);
}

/** Loads what it is given together with those words. */
export function withAccountWords<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    needsAccountWords = true;
    const [loaded] = await Promise.all([load(), addAccountWords(locale.value)]);
    return loaded;
  };
}

/** English is fetched when it is first asked for. */
export async function setLocale(wanted: Locale): Promise<void> {
  if (wanted === 'en') i18n.global.setLocaleMessage('en', (await import('./en')).default);
  if (needsAccountWords) await addAccountWords(wanted);
  i18n.global.locale.value = wanted;
  document.documentElement.lang = wanted === 'en' ? 'en' : 'zh-CN';
  remember(storage, KEY, wanted);
}

/** `?lang=en` in the address, else the last choice, else Chinese. */
export function initialLocale(): Locale {
  const asked = new URLSearchParams(location.search).get('lang');
  return (asked ?? remembered(storage, KEY)) === 'en' ? 'en' : 'zh';
}
