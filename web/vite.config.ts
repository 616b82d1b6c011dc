import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { boundaries } from './boundaries/plugin.mjs';

// What the strict CSP and the first load ask for: nothing inlined, no polyfill, ECharts in a file
// of its own that only the pages with a chart fetch.
export default defineConfig({
  plugins: [vue(), boundaries()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    // The messages hold no placeholders: a number on a page is never part of a sentence.
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'true',
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page is made of: one file compresses better than thirty small ones.
            { name: 'parts', test: /web\/src\/(api|components\/(panel|text)|format|state)\// },
            { name: 'echarts', test: /node_modules[\\/](echarts|zrender|tslib)/ },
            { name: 'vue', test: /node_modules[\\/](@vue|vue|vue-router|vue-i18n|@intlify)[\\/]/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/healthz': 'http://127.0.0.1:8080' } },
});
