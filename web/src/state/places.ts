// The pages for those who have signed in, and who finds them in the menus.
import { may, type Ability } from './abilities';

/** What belongs together in the menus. */
export type WorkGroup = 'data' | 'decisions' | 'administration' | 'own';

export interface WorkPage {
  name:
    | 'collection'
    | 'imports'
    | 'architecture'
    | 'users'
    | 'people'
    | 'organisations'
    | 'invitations'
    | 'settings'
    | 'inbox'
    | 'findings'
    | 'cases'
    | 'notices'
    | 'delegations'
    | 'outbox'
    | 'webhooks'
    | 'jobs'
    | 'proposals'
    | 'audit'
    | 'organisation'
    | 'account'
    | 'tokens'
    | 'myData';
  path: string;
  group: WorkGroup;
  /** Who finds it in the menus … */
  for: Ability[];
  /** … while everybody may open it. */
  isPublic?: boolean;
}

const PAGES: WorkPage[] = [
  { name: 'collection', path: '/collection', group: 'data', for: ['collection'] },
  { name: 'imports', path: '/imports', group: 'data', for: ['seeImports'] },
  {
    name: 'architecture',
    path: '/architecture',
    group: 'data',
    for: ['collection'],
    isPublic: true,
  },
  {
    name: 'findings',
    path: '/findings',
    group: 'data',
    for: ['findings'],
    isPublic: true,
  },
  { name: 'inbox', path: '/inbox', group: 'decisions', for: ['signedIn'] },
  { name: 'cases', path: '/cases', group: 'decisions', for: ['signedIn'] },
  { name: 'notices', path: '/notices', group: 'decisions', for: ['signedIn'] },
  { name: 'delegations', path: '/delegations', group: 'own', for: ['signedIn'] },
  { name: 'proposals', path: '/proposals', group: 'decisions', for: ['propose', 'approve'] },
  { name: 'audit', path: '/audit', group: 'decisions', for: ['audit'] },
  { name: 'users', path: '/admin/users', group: 'administration', for: ['oversee'] },
  { name: 'people', path: '/admin/people', group: 'administration', for: ['oversee'] },
  { name: 'organisations', path: '/admin/organisations', group: 'administration', for: ['lookUp'] },
  { name: 'invitations', path: '/admin/invitations', group: 'administration', for: ['oversee'] },
  { name: 'jobs', path: '/admin/jobs', group: 'administration', for: ['oversee'] },
  { name: 'outbox', path: '/admin/outbox', group: 'administration', for: ['oversee'] },
  { name: 'webhooks', path: '/admin/webhooks', group: 'administration', for: ['oversee'] },
  { name: 'settings', path: '/admin/settings', group: 'administration', for: ['oversee'] },
  { name: 'organisation', path: '/organisation', group: 'own', for: ['delegate'] },
  { name: 'account', path: '/account', group: 'own', for: ['signedIn'] },
  { name: 'tokens', path: '/account/tokens', group: 'own', for: ['signedIn'] },
  { name: 'myData', path: '/account/data', group: 'own', for: ['signedIn'] },
];

export const workPages = (): WorkPage[] => PAGES.filter((page) => page.for.some(may));

/** The same, by group. */
export function workGroups(): { group: WorkGroup; pages: WorkPage[] }[] {
  const pages = workPages();
  const groups: WorkGroup[] = ['data', 'decisions', 'administration', 'own'];
  return groups
    .map((group) => ({ group, pages: pages.filter((page) => page.group === group) }))
    .filter((item) => item.pages.length);
}

/** Whether a page, or one below it, is the one that is open; /account has others beside it. */
export const isHere = (open: string, path: string): boolean =>
  open === path ||
  (path === '/collection' && open.startsWith('/data_sets')) ||
  (path !== '/account' && open.startsWith(`${path}/`));

export const mayOpen = (path: string): boolean => {
  const page = PAGES.filter((item) => path === item.path || path.startsWith(`${item.path}/`)).sort(
    (a, b) => b.path.length - a.path.length,
  )[0];
  return !page || page.isPublic || page.for.some(may);
};
