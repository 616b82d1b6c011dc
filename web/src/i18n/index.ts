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

/** Words that come with the first page that needs them. */
const MORE_WORDS = {
  /** For those who sign in. */
  accounts: { zh: () => import('./accounts/zh'), en: () => import('./accounts/en') },
  /** Search, imports, exports, files, the collection board. */
  data: { zh: () => import('./data/zh'), en: () => import('./data/en') },
  /** Notices, webhooks, what goes out, who stands in. */
  messages: { zh: () => import('./messages/zh'), en: () => import('./messages/en') },
};
type Words = keyof typeof MORE_WORDS;
const needed = new Set<Words>();

async function addWords(words: Words, wanted: Locale): Promise<void> {
  const loaded: { default: object } = await MORE_WORDS[words][wanted]();
  i18n.global.mergeLocaleMessage(wanted, loaded.default);
}

/** Loads what it is given together with those words. */
function withWords<T>(words: Words[], load: () => Promise<T>): () => Promise<T> {
  return async () => {
    for (const name of words) needed.add(name);
    const [loaded] = await Promise.all([
      load(),
      ...words.map((name) => addWords(name, locale.value)),
    ]);
    return loaded;
  };
}
export const withAccountWords = <T>(load: () => Promise<T>) => withWords(['accounts'], load);
export const withDataWords = <T>(load: () => Promise<T>) => withWords(['data'], load);
/** For the pages about being told, of which one is everybody's. */
export const withMessageWords = <T>(load: () => Promise<T>) =>
  withWords(['accounts', 'data', 'messages'], load);
/** For the pages of those who sign in. */
export const withWorkWords = <T>(load: () => Promise<T>) => withWords(['accounts', 'data'], load);

/** English is fetched when it is first asked for. */
export async function setLocale(wanted: Locale): Promise<void> {
  if (wanted === 'en') i18n.global.setLocaleMessage('en', (await import('./en')).default);
  await Promise.all([...needed].map((words) => addWords(words, wanted)));
  i18n.global.locale.value = wanted;
  document.documentElement.lang = wanted === 'en' ? 'en' : 'zh-CN';
  remember(storage, KEY, wanted);
}

/** `?lang=en` in the address, else the last choice, else Chinese. */
export function initialLocale(): Locale {
  const asked = new URLSearchParams(location.search).get('lang');
  return (asked ?? remembered(storage, KEY)) === 'en' ? 'en' : 'zh';
}
