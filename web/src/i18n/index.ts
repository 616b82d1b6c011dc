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

/** English is fetched when it is first asked for. */
export async function setLocale(wanted: Locale): Promise<void> {
  if (wanted === 'en') i18n.global.setLocaleMessage('en', (await import('./en')).default);
  i18n.global.locale.value = wanted;
  document.documentElement.lang = wanted === 'en' ? 'en' : 'zh-CN';
  remember(storage, KEY, wanted);
}

/** `?lang=en` in the address, else the last choice, else Chinese. */
export function initialLocale(): Locale {
  const asked = new URLSearchParams(location.search).get('lang');
  return (asked ?? remembered(storage, KEY)) === 'en' ? 'en' : 'zh';
}
