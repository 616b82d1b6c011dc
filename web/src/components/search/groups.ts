// What the search box lists: pages by their name, then hits by their kind, in the order in which
// the program ranked them.
import type { SearchAnswer, SearchHit, TextPart } from '../../api/search';
import type { Locale } from '../../i18n';

export interface Option {
  key: string;
  title: TextPart[];
  snippet: TextPart[];
  address: string;
  sample: boolean;
}

export interface HitGroup {
  kind: string;
  label: string;
  options: Option[];
}

/** The English title where there is one; the marks are in the original only. */
export const titleOf = (hit: SearchHit, locale: Locale): TextPart[] =>
  locale === 'en' && hit.title_en ? [{ text: hit.title_en, hit: false }] : hit.title;

export function kindName(answer: SearchAnswer, kind: string, locale: Locale): string {
  const known = answer.kinds.find((item) => item.kind === kind);
  return known ? (locale === 'en' ? known.en : known.zh) : kind;
}

export function groupsOf(answer: SearchAnswer, locale: Locale): HitGroup[] {
  const groups = new Map<string, HitGroup>();
  for (const hit of answer.items) {
    const group = groups.get(hit.kind) ?? {
      kind: hit.kind,
      label: kindName(answer, hit.kind, locale),
      options: [],
    };
    group.options.push({ ...hit, title: titleOf(hit, locale) });
    groups.set(hit.kind, group);
  }
  return [...groups.values()];
}

/** The pages whose name holds what was typed. */
export function pageGroup(
  query: string,
  pages: { path: string; label: string }[],
  label: string,
): HitGroup | null {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return null;
  const found = pages.filter((page) => page.label.toLowerCase().includes(wanted));
  if (!found.length) return null;
  const options = found.map((page) => {
    const at = page.label.toLowerCase().indexOf(wanted);
    const end = at + wanted.length;
    const title = [
      { text: page.label.slice(0, at), hit: false },
      { text: page.label.slice(at, end), hit: true },
      { text: page.label.slice(end), hit: false },
    ].filter((part) => part.text);
    return { key: page.path, title, snippet: [], address: page.path, sample: false };
  });
  return { kind: 'page', label, options };
}
