import { createApp } from 'vue';
import App from './App.vue';
import { i18n, initialLocale, setLocale } from './i18n';
import { router } from './router';
import './state/appearance';
import './styles/index.css';

await setLocale(initialLocale());
createApp(App).use(i18n).use(router).mount('#app');
