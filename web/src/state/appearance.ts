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

watchEffect(() => {
  theme.value = (chosen.value ?? (system.value ? 'dark' : 'light')) === 'dark' ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme.value;
});

export function toggleTheme(): void {
  chosen.value = theme.value === 'dark' ? 'light' : 'dark';
  remember(storage, KEY, chosen.value);
}
