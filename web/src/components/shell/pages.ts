import type { IconName } from '../text/IconMark.vue';

interface PageLink {
  name:
    | 'overview'
    | 'indicators'
    | 'targets'
    | 'changes'
    | 'map'
    | 'areas'
    | 'documents'
    | 'sources'
    | 'architecture';
  path: string;
  icon: IconName;
  /** On a phone: among the tabs at the bottom, or behind 更多. */
  tab: boolean;
}

export const pages: PageLink[] = [
  { name: 'overview', path: '/', icon: 'overview', tab: true },
  { name: 'indicators', path: '/indicators', icon: 'indicators', tab: true },
  { name: 'targets', path: '/targets', icon: 'targets', tab: false },
  { name: 'changes', path: '/changes', icon: 'changes', tab: false },
  { name: 'map', path: '/map', icon: 'map', tab: true },
  { name: 'areas', path: '/areas', icon: 'areas', tab: true },
  { name: 'documents', path: '/documents', icon: 'documents', tab: false },
  { name: 'sources', path: '/sources', icon: 'sources', tab: false },
  { name: 'architecture', path: '/architecture', icon: 'architecture', tab: false },
];

export const isInside = (path: string, page: string) =>
  page === '/' ? path === '/' : path === page || path.startsWith(`${page}/`);
