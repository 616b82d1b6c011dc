import { locale } from '.';

/** Between a heading and what it says. */
export const colon = () => (locale.value === 'en' ? ': ' : '：');

/** The text of a field in the user's language: `name_en` beside `name`. Falls back to the
 * original where nobody has translated it. */
export function named<T extends object>(record: T, field: keyof T & string): string;
export function named(record: { name: string }): string;
export function named(record: object, field = 'name'): string {
  const values = record as Record<string, string | null | undefined>;
  const english = locale.value === 'en' ? values[`${field}_en`] : null;
  return english || values[field] || '';
}
