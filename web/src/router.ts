import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import { withDataWords, withMessageWords, withWorkWords } from './i18n';
import OverviewPage from './pages/OverviewPage.vue';
import type pages from './pages/work';
import { closeDrawer } from './state/drawer';
import { mayOpen } from './state/places';
import { session } from './state/session';

/** A page for those who sign in; its title, too, is among the words that come with it. */
const work = (
  path: string,
  page: keyof typeof pages,
  title: string,
  withWords: typeof withWorkWords = withWorkWords,
) =>
  ({
    path,
    component: withWords(async () => (await import('./pages/work')).default[page]()),
    props: true,
    meta: { title },
  }) as RouteRecordRaw;

const workRoutes: RouteRecordRaw[] = [
  work('/reset', 'reset', 'reset.title'),
  work('/claim', 'claim', 'claim.title'),
  work('/account', 'account', 'work.account'),
  work('/account/tokens', 'tokens', 'work.tokens'),
  work('/account/data', 'myData', 'work.myData'),
  work('/organisation', 'organisation', 'work.organisation'),
  work('/collection', 'collection', 'work.collection'),
  work('/collection/feeds', 'feeds', 'feeds.title'),
  work('/collection/reminders', 'reminders', 'reminders.title'),
  { path: '/collection/:code', redirect: (to) => `/data_sets/${String(to.params.code)}` },
  work('/data_sets', 'dataSets', 'collection.catalogue'),
  work('/data_sets/:code', 'dataSet', 'collection.dataSet'),
  work('/imports', 'imports', 'work.imports'),
  work('/imports/new', 'newImport', 'imports.create'),
  work('/imports/:id', 'oneImport', 'imports.one'),
  work('/architecture', 'architecture', 'work.architecture'),
  work('/inbox', 'inbox', 'work.inbox'),
  work('/cases', 'cases', 'work.cases'),
  work('/cases/:id', 'oneCase', 'cases.one'),
  work('/case_templates', 'caseTemplates', 'cases.templates'),
  work('/case_templates/:code', 'caseTemplate', 'cases.templates'),
  work('/findings', 'findings', 'work.findings'),
  work('/findings/:id', 'oneFinding', 'findings.one'),
  work('/notices', 'notices', 'work.notices', withMessageWords),
  work('/notices/settings', 'noticeSettings', 'told.settings', withMessageWords),
  work('/unsubscribe/:token', 'unsubscribe', 'unsubscribe.title', withMessageWords),
  work('/delegations', 'delegations', 'work.delegations', withMessageWords),
  work('/notes/:kind/:recordKey', 'notes', 'notes.title'),
  work('/proposals', 'proposals', 'proposals.title'),
  work('/audit', 'audit', 'work.audit'),
  work('/audit/:id', 'auditEvent', 'audit.one'),
  work('/admin/users', 'users', 'work.users'),
  work('/admin/users/:id', 'user', 'users.one'),
  work('/admin/people', 'people', 'work.people'),
  work('/admin/people/:id', 'person', 'people.one'),
  work('/admin/organisations', 'organisations', 'work.organisations'),
  work('/admin/organisations/:code', 'oneOrganisation', 'organisations.one'),
  work('/admin/invitations', 'invitations', 'work.invitations'),
  work('/admin/jobs', 'jobs', 'work.jobs', withMessageWords),
  work('/admin/outbox', 'outbox', 'work.outbox', withMessageWords),
  work('/admin/webhooks', 'webhooks', 'work.webhooks', withMessageWords),
  work('/admin/settings', 'settings', 'work.settings'),
];

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
      path: '/targets',
      component: withDataWords(() => import('./pages/TargetsPage.vue')),
      meta: { title: 'nav.targets' },
    },
    {
      path: '/changes',
      component: withDataWords(() => import('./pages/ChangesPage.vue')),
      meta: { title: 'nav.changes' },
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
    {
      path: '/search',
      component: withDataWords(() => import('./pages/SearchPage.vue')),
      meta: { title: 'search.title' },
    },
    { path: '/more', component: () => import('./pages/MorePage.vue'), meta: { title: 'nav.more' } },
    ...workRoutes,
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

// The maps lead to the board; whoever may not see what is owed finds the catalogue there.
router.beforeEach((to) => {
  const isVisitor = session.account !== null && to.path === '/collection' && !mayOpen(to.path);
  return isVisitor && to.query.kind ? { path: '/data_sets', query: to.query } : true;
});

router.afterEach((to, from) => {
  if (to.path !== from.path) closeDrawer();
});
