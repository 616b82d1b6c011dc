import { ref, watchEffect } from 'vue';
import { remember, remembered } from './storage';

const KEY = 'kechuang.theme';
const storage = () => localStorage;
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const chosen = ref(remembered(storage, KEY));
const system = ref(systemDark.matches);
systemDark.addEventListener('change', (event) => (system.value = event.matches));

/** What is shown: the user's choice, else the system's. */
export const theme = ref<'light' | 'dark'>('light');

// On paper everything is light. The browser prints right after `beforeprint`: no waiting here.
const printing = ref(false);
addEventListener('beforeprint', () => (printing.value = true));
addEventListener('afterprint', () => (printing.value = false));

watchEffect(
  () => {
    const wanted = chosen.value ?? (system.value ? 'dark' : 'light');
    theme.value = wanted === 'dark' && !printing.value ? 'dark' : 'light';
    document.documentElement.dataset.theme = theme.value;
  },
  { flush: 'sync' },
);

export function toggleTheme(): void {
  chosen.value = theme.value === 'dark' ? 'light' : 'dark';
  remember(storage, KEY, chosen.value);
}
