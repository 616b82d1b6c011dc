// The pages for those who have signed in, and who finds them in the menus.
import { may, type Ability } from './abilities';

export interface WorkPage {
  name:
    | 'users'
    | 'organisations'
    | 'invitations'
    | 'settings'
    | 'proposals'
    | 'audit'
    | 'organisation'
    | 'account'
    | 'tokens'
    | 'myData';
  path: string;
  for: Ability[];
}

const PAGES: WorkPage[] = [
  { name: 'users', path: '/admin/users', for: ['oversee'] },
  { name: 'organisations', path: '/admin/organisations', for: ['lookUp'] },
  { name: 'invitations', path: '/admin/invitations', for: ['oversee'] },
  { name: 'settings', path: '/admin/settings', for: ['oversee'] },
  { name: 'proposals', path: '/proposals', for: ['propose', 'approve'] },
  { name: 'audit', path: '/audit', for: ['audit'] },
  { name: 'organisation', path: '/organisation', for: ['delegate'] },
  { name: 'account', path: '/account', for: ['signedIn'] },
  { name: 'tokens', path: '/account/tokens', for: ['signedIn'] },
  { name: 'myData', path: '/account/data', for: ['signedIn'] },
];

export const workPages = (): WorkPage[] => PAGES.filter((page) => page.for.some(may));

export const mayOpen = (path: string): boolean => {
  const page = PAGES.filter((item) => path === item.path || path.startsWith(`${item.path}/`)).sort(
    (a, b) => b.path.length - a.path.length,
  )[0];
  return !page || page.for.some(may);
};
