import { createRouter, createWebHistory } from 'vue-router';
import OverviewPage from './pages/OverviewPage.vue';
import { closeDrawer } from './state/drawer';

/** `meta.title` is a message key; a page that knows better sets its title itself. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: OverviewPage, meta: { title: 'nav.overview' } },
    {
      path: '/indicators',
      component: () => import('./pages/IndicatorsPage.vue'),
      meta: { title: 'nav.indicators' },
    },
    {
      path: '/indicators/:code',
      component: () => import('./pages/IndicatorPage.vue'),
      props: true,
      meta: { title: 'nav.indicators' },
    },
    {
      path: '/areas',
      component: () => import('./pages/AreasPage.vue'),
      meta: { title: 'nav.areas' },
    },
    {
      path: '/areas/:code',
      component: () => import('./pages/AreaPage.vue'),
      props: true,
      meta: { title: 'nav.areas' },
    },
    { path: '/map', component: () => import('./pages/MapPage.vue'), meta: { title: 'nav.map' } },
    {
      path: '/documents',
      component: () => import('./pages/DocumentsPage.vue'),
      meta: { title: 'nav.documents' },
    },
    {
      path: '/documents/:id',
      component: () => import('./pages/DocumentPage.vue'),
      props: true,
      meta: { title: 'nav.documents' },
    },
    {
      path: '/sources',
      component: () => import('./pages/SourcesPage.vue'),
      meta: { title: 'nav.sources' },
    },
    { path: '/more', component: () => import('./pages/MorePage.vue'), meta: { title: 'nav.more' } },
    {
      path: '/:unknown(.*)*',
      component: () => import('./pages/NotFoundPage.vue'),
      meta: { title: 'state.notFound' },
    },
  ],
  scrollBehavior(to, from, saved) {
    if (saved) return saved;
    if (to.path === from.path) return undefined;
    return { top: 0 };
  },
});

router.afterEach((to, from) => {
  if (to.path !== from.path) closeDrawer();
});
