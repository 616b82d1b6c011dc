import type { Locale } from '../i18n';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const QUARTERS = '一二三四';

function monthText(year: string, month: string, locale: Locale): string {
  if (locale === 'en') return `${MONTHS[Number(month) - 1]} ${year}`;
  return `${year} 年 ${Number(month)} 月`;
}

function pointText(period: string, locale: Locale): string {
  const [, year, rest] = period.match(/^(\d{4})(.*)$/) ?? [];
  if (year === undefined || rest === undefined) return period;
  if (rest === '') return locale === 'en' ? year : `${year} 年`;
  const quarter = rest.match(/^Q([1-4])$/)?.[1];
  if (quarter) {
    if (locale === 'en') return `Q${quarter} ${year}`;
    return `${year} 年第${QUARTERS[Number(quarter) - 1]}季度`;
  }
  const month = rest.match(/^-(\d\d)$/)?.[1];
  if (month) return monthText(year, month, locale);
  if (rest === '-12-31') return locale === 'en' ? `end of ${year}` : `${year} 年末`;
  return period;
}

/** A period of the API (2023, 2023Q1, 2023-09, 2023-09-30, A/B, ../B, A/..) in words. */
export function periodText(period: string, locale: Locale): string {
  const [from, to] = period.split('/');
  if (from === undefined || to === undefined) return pointText(period, locale);
  if (from === '..') {
    return locale === 'en' ? `to ${pointText(to, locale)}` : `截至 ${pointText(to, locale)}`;
  }
  if (to === '..') {
    return locale === 'en' ? `since ${pointText(from, locale)}` : `${pointText(from, locale)} 起`;
  }
  if (locale === 'zh' && /^\d{4}$/.test(from) && /^\d{4}$/.test(to)) return `${from}–${to} 年`;
  return `${pointText(from, locale)} – ${pointText(to, locale)}`;
}

/** What kind of period it is: figures of flows over different kinds never share a line. */
export function periodKind(period: string): 'range' | 'year' | 'quarter' | 'month' | 'day' {
  if (period.includes('/')) return 'range';
  if (period.includes('Q')) return 'quarter';
  return period.length === 4 ? 'year' : period.length === 7 ? 'month' : 'day';
}

/** A value for <time datetime>, where HTML has a form for the period. */
export function machineReadable(period: string): string | undefined {
  return /^\d{4}(-\d\d(-\d\d)?)?$/.test(period) ? period : undefined;
}
