// What differs between two versions of a template: parts that came, went, or say something else.
import type { TemplateView } from '../../api/cases';

type Part = Record<string, unknown> & { code: string };
export interface Difference {
  part: 'template' | 'steps' | 'fields' | 'materials' | 'outcomes';
  code: string;
  name: string;
  name_en: string;
  change: 'added' | 'removed' | 'changed';
  /** Of a changed one: which members, and both values. */
  members: { name: string; was: string; is: string }[];
}

const PARTS = ['steps', 'fields', 'materials', 'outcomes'] as const;
/** Not part of what a template says. */
const OTHER = new Set([
  'template_code',
  'template_version',
  'template_key',
  'version',
  'changed_seq',
  'flaws',
  'active',
  ...PARTS,
]);
const text = (value: unknown) => (value === null || value === undefined ? '' : String(value));
const keyOf = (part: Part) => `${text(part.step)}/${part.code}`;

function membersOf(was: object, is: object) {
  const [old, now] = [was as Record<string, unknown>, is as Record<string, unknown>];
  return Object.keys(now)
    .filter((name) => !OTHER.has(name) && text(old[name]) !== text(now[name]))
    .map((name) => ({ name, was: text(old[name]), is: text(now[name]) }));
}

export function differencesOf(was: TemplateView, is: TemplateView): Difference[] {
  const found: Difference[] = [];
  const note = (
    part: Difference['part'],
    one: { code: string; name?: unknown; name_en?: unknown },
    change: Difference['change'],
    members: Difference['members'] = [],
  ) =>
    found.push({
      part,
      code: one.code,
      name: text(one.name),
      name_en: text(one.name_en),
      change,
      members,
    });
  const whole = membersOf(was, is);
  if (whole.length) note('template', is, 'changed', whole);
  for (const part of PARTS) {
    const old = new Map((was[part] as unknown as Part[]).map((one) => [keyOf(one), one]));
    for (const one of is[part] as unknown as Part[]) {
      const before = old.get(keyOf(one));
      old.delete(keyOf(one));
      const members = before ? membersOf(before, one) : [];
      if (!before) note(part, one, 'added');
      else if (members.length) note(part, one, 'changed', members);
    }
    for (const one of old.values()) note(part, one, 'removed');
  }
  return found;
}
