// From a group of lines to what ECharts draws.
import type { Series, SeriesPoint, StatusClass } from '../../api/contract';
import type { FigureLike } from '../../format/figure';
import { figureOfPoint } from '../../format/figure';
import { numberText, printNumber } from '../../format/numbers';
import { periodText } from '../../format/periods';
import type { Locale } from '../../i18n';
import type { DrawnLine, SeriesGroup } from './seriesGroups';
import { tooltipNode } from './tooltip';
import { token, type ChartOption } from './useChart';

export interface ChartDatum {
  value: [x: number, y: number];
  figure: FigureLike;
  point: SeriesPoint;
}

interface Words {
  locale: Locale;
  t: (key: string) => string;
}

/** The end of a year lies on the year's mark, its middle half a step before. */
export function yearPosition(date: string): number {
  const year = Number(date.slice(0, 4));
  const from = Date.UTC(year, 0, 1);
  const to = Date.UTC(year + 1, 0, 1);
  const end = new Date(`${date}T00:00:00Z`).getTime() + 24 * 3600 * 1000;
  return year - 1 + (end - from) / (to - from);
}

export const lineColour = (drawn: DrawnLine): string => {
  if (drawn.line.status_class === 'target') return token('--accent');
  if (drawn.line.status_class === 'implied') return token('--ink-3');
  return token(`--series-${1 + (drawn.colour % 5)}`);
};

const DASH: Record<StatusClass, number[] | 'solid'> = {
  actual: 'solid',
  estimate: [6, 4],
  target: 'solid',
  implied: [2, 4],
};
const SYMBOL: Record<StatusClass, string> = {
  actual: 'circle',
  estimate: 'circle',
  target: 'rect',
  implied: 'diamond',
};

/** Values that follow from the published ones, for periods without one. */
const fillsGaps = (drawn: DrawnLine) => drawn.line.key.startsWith('implied/');

function dataOf(drawn: DrawnLine): ChartDatum[] {
  return drawn.points.map((point) => ({
    value: [yearPosition(point.period_end), point.value],
    figure: figureOfPoint(point, drawn.line),
    point,
  }));
}

/** The line breaks where the definition does: an empty point stands between. */
function withGaps(data: ChartDatum[], breaks: Series['breaks']): (ChartDatum | null[])[] {
  return data.flatMap((datum, index) => {
    const before = data[index - 1];
    const broken =
      before &&
      breaks.some(
        ({ period_end }) =>
          before.point.period_end < period_end && period_end <= datum.point.period_end,
      );
    return broken ? [[null, null], datum] : [datum];
  });
}

/** The newest value is written beside its point: of the actuals, of the targets, and of estimates
 * where nothing newer is known. */
function isNamed(drawn: DrawnLine, group: SeriesGroup): boolean {
  const newest = (line: DrawnLine) => line.points.at(-1)?.period_end ?? '';
  if (drawn.line.status_class === 'implied') return false;
  const rivals = group.lines.filter(
    (other) =>
      other !== drawn &&
      (other.line.status_class === drawn.line.status_class ||
        (drawn.line.status_class === 'estimate' && other.line.status_class === 'actual')),
  );
  return rivals.every((other) => newest(other) < newest(drawn));
}

function seriesOfLine(
  drawn: DrawnLine,
  group: SeriesGroup,
  breaks: Series['breaks'],
  words: Words,
  narrow: boolean,
) {
  const status = drawn.line.status_class;
  const colour = lineColour(drawn);
  const isTarget = status === 'target';
  // What fills a gap stands alone: a line through it would look published.
  const isAlone = isTarget || fillsGaps(drawn);
  const isHollow = status === 'estimate' || status === 'implied';
  const data = isAlone ? dataOf(drawn) : withGaps(dataOf(drawn), breaks);
  return {
    id: drawn.key,
    name: words.t(`statusClass.${status}`),
    type: isAlone ? ('scatter' as const) : ('line' as const),
    data,
    connectNulls: false,
    showAllSymbol: true,
    symbol: SYMBOL[status],
    symbolSize: isTarget ? [narrow ? 18 : 26, 4] : 8,
    z: isTarget ? 5 : 3,
    lineStyle: { color: colour, width: 2.5, type: DASH[status] },
    itemStyle: {
      color: isHollow ? token('--surface') : colour,
      borderColor: colour,
      borderWidth: isHollow ? 2 : 0,
      opacity: 1,
    },
    label: {
      show: isNamed(drawn, group),
      position: 'top' as const,
      distance: data.some((datum) => 'point' in datum && datum.point.approximation === 'over')
        ? 22
        : 6,
      color: isTarget ? colour : token('--ink'),
      fontSize: 12,
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const datum = data[dataIndex];
        const isLast = dataIndex === data.length - 1;
        return isLast && datum && 'figure' in datum
          ? numberText(datum.figure, words.locale, 'short')
          : '';
      },
    },
    labelLayout: { hideOverlap: true },
  };
}

/** From low to high for 超, 近 and 约; an open end is an arrow. */
function intervalSeries(drawn: DrawnLine) {
  const data = dataOf(drawn).filter(({ point }) => point.approximation !== 'exact');
  const colour = lineColour(drawn);
  const OPEN = 18;
  return {
    id: `${drawn.key}/interval`,
    type: 'custom' as const,
    silent: true,
    z: 2,
    data: data.map(({ value, point }) => [value[0], value[1], point.low, point.high]),
    renderItem: (
      _params: unknown,
      api: { value: (index: number) => unknown; coord: (at: number[]) => number[] },
    ) => {
      const [x = 0, y = 0] = api.coord([Number(api.value(0)), Number(api.value(1))]);
      const heightOf = (index: number) => {
        const end = api.value(index);
        if (end === null || end === undefined || Number.isNaN(end)) return null;
        return api.coord([Number(api.value(0)), Number(end)])[1] ?? null;
      };
      const low = heightOf(2);
      const high = heightOf(3);
      const bottom = low ?? y + OPEN;
      const top = high ?? y - OPEN;
      const style = { stroke: colour, lineWidth: 1.5, fill: 'none', opacity: 0.8 };
      const tip = (at: number, direction: number) => ({
        type: 'polyline' as const,
        shape: {
          points: [
            [x - 4, at + 5 * direction],
            [x, at],
            [x + 4, at + 5 * direction],
          ],
        },
        style,
      });
      const bar = (at: number) => ({
        type: 'line' as const,
        shape: { x1: x - 4, x2: x + 4, y1: at, y2: at },
        style,
      });
      return {
        type: 'group' as const,
        children: [
          { type: 'line' as const, shape: { x1: x, x2: x, y1: top, y2: bottom }, style },
          high === null ? tip(top, 1) : bar(top),
          low === null ? tip(bottom, -1) : bar(bottom),
        ],
      };
    },
  };
}

function breakLines(breaks: Series['breaks'], words: Words, narrow: boolean) {
  if (!breaks.length) return [];
  return [
    {
      id: 'breaks',
      type: 'line' as const,
      data: [],
      markLine: {
        silent: true,
        symbol: 'none',
        lineStyle: { color: token('--ink-3'), type: [3, 3] as number[], width: 1 },
        label: {
          color: token('--ink-2'),
          fontSize: 11,
          position: 'end' as const,
          rotate: 0,
          width: narrow ? 130 : 260,
          overflow: 'truncate' as const,
        },
        data: breaks.map((item) => ({
          xAxis: yearPosition(item.period_end),
          label: { formatter: words.locale === 'en' ? item.reason_en || item.reason : item.reason },
        })),
      },
    },
  ];
}

function axisNumber(value: number, group: SeriesGroup, locale: Locale): string {
  const figure: FigureLike = {
    value,
    unit: group.unit,
    approximation: 'exact',
    observation_id: null,
    formula: null,
    records: null,
  };
  const printed = printNumber(figure, locale, 'short');
  if (group.unit === '%') return `${printed.number}%`;
  return printed.scale ? `${printed.number} ${printed.scale}` : printed.number;
}

function tooltipOf(datum: ChartDatum, drawn: DrawnLine, words: Words): HTMLElement {
  const { point, figure } = datum;
  const rows: [string, string][] = [
    [words.t('column.value'), numberText(figure, words.locale, 'full')],
    [words.t('column.status'), words.t(`status.${point.status}`)],
    [words.t('indicator.version'), String(drawn.line.definition_version)],
  ];
  if (fillsGaps(drawn)) {
    const bound = (value: number | null) =>
      value === null
        ? words.t('chart.noBound')
        : numberText({ ...figure, value, approximation: 'exact' }, words.locale, 'full');
    rows.push([words.t('chart.range'), `${bound(point.low)} – ${bound(point.high)}`]);
  }
  if (point.published) {
    rows.push([words.t('column.published'), periodText(point.published, words.locale)]);
  }
  return tooltipNode(periodText(point.period, words.locale), rows);
}

export function seriesOption(
  group: SeriesGroup,
  breaks: Series['breaks'],
  words: Words,
  width: number,
): ChartOption {
  const narrow = width < 560;
  const positions = group.lines.flatMap((drawn) =>
    drawn.points.map((point) => yearPosition(point.period_end)),
  );
  const first = Math.floor(Math.min(...positions));
  const last = Math.ceil(Math.max(...positions));
  /** Every year, or every second … as there is room. */
  const step = Math.ceil((last - first + 1) / Math.max(2, Math.floor((width - 80) / 46)));
  const ink = token('--ink-2');
  const line = token('--line');
  const byId = new Map(group.lines.map((drawn) => [drawn.key, drawn]));
  return {
    animation: false,
    textStyle: { fontFamily: token('--font') },
    aria: { enabled: true, label: { description: words.t('chart.label') } },
    grid: { left: 8, right: narrow ? 16 : 28, top: 30, bottom: 6, containLabel: true },
    tooltip: {
      trigger: 'item',
      className: 'chart-tooltip',
      confine: true,
      formatter: (item: unknown) => {
        const { data, seriesId } = item as { data: ChartDatum; seriesId: string };
        const drawn = byId.get(seriesId);
        return drawn && 'point' in data ? tooltipOf(data, drawn, words) : '';
      },
    },
    xAxis: {
      type: 'value',
      min: first - 0.5,
      max: last + 0.5,
      interval: 0.5,
      splitLine: { show: false },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: {
        color: ink,
        fontSize: 12,
        hideOverlap: true,
        showMinLabel: false,
        showMaxLabel: false,
        formatter: (value: number) => (value % step === last % step ? String(value) : ''),
      },
    },
    yAxis: {
      type: 'value',
      scale: true,
      boundaryGap: ['4%', '8%'],
      inverse: group.measure === 'rank',
      minInterval: group.measure === 'rank' ? 1 : undefined,
      splitNumber: 4,
      splitLine: { lineStyle: { color: line } },
      axisLabel: {
        color: ink,
        fontSize: 12,
        formatter: (value: number) => axisNumber(value, group, words.locale),
      },
    },
    series: [
      ...group.lines.map((drawn) => seriesOfLine(drawn, group, breaks, words, narrow)),
      ...group.lines
        .filter((drawn) => drawn.points.some((point) => point.approximation !== 'exact'))
        .map(intervalSeries),
      ...breakLines(breaks, words, narrow),
    ] as ChartOption['series'],
  };
}
