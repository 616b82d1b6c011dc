import type { Locale } from '../i18n';
import type { FigureLike } from './figure';
import { unitInEnglish } from './units';

export interface PrintedNumber {
  /** 超, over, … */
  approximation: string;
  number: string;
  /** 万, 亿, bn, … */
  scale: string;
  unit: string;
  /** The unit is written after the number without a space. */
  isTight: boolean;
}

export type NumberForm = 'short' | 'full' | 'exact';

const WAN = 1e4;
const YI = 1e8;
const SIGNED = new Set(['growth_rate', 'change_pp', 'change_abs', 'rank_change']);
const APPROXIMATION = {
  zh: { exact: '', about: '约', over: '超', under: '近' },
  en: { exact: '', about: 'about', over: 'over', under: 'nearly' },
} as const;

const formatters = new Map<string, Intl.NumberFormat>();

function grouped(value: number, digits: number, signed: boolean): string {
  const key = `${digits}${signed}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat('en-US', {
      maximumFractionDigits: digits,
      signDisplay: signed ? 'exceptZero' : 'auto',
    });
    formatters.set(key, formatter);
  }
  return formatter.format(value).replace('-', '−');
}

const isTwoDecimals = (value: number) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6;

interface Scale {
  divisor: number;
  word: string;
}

/** 万 and 亿: always for money, for other units where the number stays exact or the form is short. */
function chineseScale(value: number, isMoney: boolean, form: NumberForm): Scale {
  const size = Math.abs(value);
  const scales = [
    { divisor: WAN * YI, word: '万亿' },
    { divisor: YI, word: '亿' },
    { divisor: WAN, word: '万' },
  ];
  for (const scale of scales) {
    if (size < scale.divisor) continue;
    if (isMoney || size >= YI) return scale;
    if (form === 'short' && (isTwoDecimals(value / scale.divisor) || size >= 100 * WAN)) {
      return scale;
    }
  }
  return { divisor: 1, word: '' };
}

function englishScale(value: number, isMoney: boolean, form: NumberForm): Scale {
  const size = Math.abs(value);
  if (isMoney || form === 'short') {
    if (size >= 1e12) return { divisor: 1e12, word: 'tn' };
    if (size >= 1e9) return { divisor: 1e9, word: 'bn' };
    if (size >= 1e6) return { divisor: 1e6, word: 'm' };
  }
  return { divisor: 1, word: '' };
}

function decimals(value: number, form: NumberForm): number {
  if (form === 'exact') return 8;
  const size = Math.abs(value);
  if (size === 0 || size >= 0.1) return 2;
  return Math.min(8, 1 - Math.floor(Math.log10(size)));
}

const UNIT_IS_TIGHT = new Set(['%', '％', '×', '']);

/** The words around a rank differ from those of every other number. */
function printedRank(figure: FigureLike, locale: Locale): PrintedNumber {
  const upTo = figure.measure === 'threshold' || figure.approximation === 'under';
  const number = grouped(figure.value, 0, false);
  if (locale === 'en') {
    return { approximation: upTo ? 'top' : 'No.', number, scale: '', unit: '', isTight: true };
  }
  const unit = figure.unit ?? '';
  return { approximation: upTo ? '前' : '第', number, scale: '', unit, isTight: false };
}

export function printNumber(figure: FigureLike, locale: Locale, form: NumberForm): PrintedNumber {
  const unit = figure.unit ?? '';
  if (unit === '位' && (figure.measure === 'rank' || figure.measure === 'threshold')) {
    return printedRank(figure, locale);
  }
  const isMoney = unit === '元';
  const signed = SIGNED.has(figure.measure ?? '');
  const scale =
    form === 'exact'
      ? { divisor: 1, word: '' }
      : (locale === 'en' ? englishScale : chineseScale)(figure.value, isMoney, form);
  const scaled = (value: number) => {
    const quotient = value / scale.divisor;
    return grouped(quotient, decimals(quotient, form), signed);
  };
  const number =
    figure.value_high != null
      ? `${scaled(figure.value)}–${scaled(figure.value_high)}`
      : scaled(figure.value);
  const word = locale === 'en' ? unitInEnglish(unit, figure.value) : unit;
  return {
    approximation: APPROXIMATION[locale][figure.approximation],
    number,
    scale: scale.word,
    unit: word,
    isTight: UNIT_IS_TIGHT.has(word) && !scale.word,
  };
}

/** What follows the number: 亿元, bn CNY, %. */
export function unitText(printed: PrintedNumber, locale: Locale): string {
  return locale === 'en'
    ? [printed.scale, printed.unit].filter(Boolean).join(' ')
    : printed.scale + printed.unit;
}

/** As one line of text: for charts, labels and titles. */
export function numberText(figure: FigureLike, locale: Locale, form: NumberForm): string {
  const printed = printNumber(figure, locale, form);
  const space = locale === 'en' && printed.approximation ? ' ' : '';
  const gap = printed.isTight ? '' : ' ';
  return `${printed.approximation}${space}${printed.number}${gap}${unitText(printed, locale)}`.trim();
}
