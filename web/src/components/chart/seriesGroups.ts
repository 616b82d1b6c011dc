import type { Series, SeriesLine, SeriesPoint } from '../../api/contract';
import { periodKind } from '../../format/periods';

/** A line as drawn: of one status class, measure, unit, definition and kind of period. */
export interface DrawnLine {
  key: string;
  line: SeriesLine;
  periods: ReturnType<typeof periodKind>;
  points: SeriesPoint[];
  /** Lines of the same definition and kind of period share a colour. */
  colour: number;
}

/** Lines that may share one pair of axes: the same measure in the same unit. */
export interface SeriesGroup {
  key: string;
  measure: string;
  unit: string;
  lines: DrawnLine[];
}

// A stock on a day is comparable with a stock at a year's end; sums over a quarter and over a year
// are not.
const INSTANTS = new Set(['stock', 'rank', 'index', 'share', 'ratio', 'threshold', 'cumulative']);

function splitByPeriodKind(line: SeriesLine): DrawnLine[] {
  const parts = new Map<string, DrawnLine>();
  for (const point of line.points) {
    const kind = periodKind(point.period);
    const part = INSTANTS.has(line.measure) && kind !== 'range' ? 'year' : kind;
    const key = `${line.key}/${part}`;
    let drawn = parts.get(key);
    if (!drawn) {
      drawn = { key, line, periods: part, points: [], colour: 0 };
      parts.set(key, drawn);
    }
    drawn.points.push(point);
  }
  return [...parts.values()];
}

const familyOf = (drawn: DrawnLine) => `${drawn.line.definition_version}/${drawn.periods}`;

export function groupSeries(series: Series): SeriesGroup[] {
  const groups = new Map<string, SeriesGroup>();
  for (const line of series.lines) {
    const key = `${line.measure}/${line.unit}`;
    let group = groups.get(key);
    if (!group) {
      group = { key, measure: line.measure, unit: line.unit, lines: [] };
      groups.set(key, group);
    }
    group.lines.push(...splitByPeriodKind(line));
  }
  for (const group of groups.values()) {
    const families = [...new Set(group.lines.map(familyOf))].sort();
    for (const drawn of group.lines) drawn.colour = families.indexOf(familyOf(drawn));
  }
  return [...groups.values()].sort((a, b) => pointCount(b) - pointCount(a));
}

export const pointCount = (group: SeriesGroup) =>
  group.lines.reduce((sum, drawn) => sum + drawn.points.length, 0);

/** A chart needs two moments; a single figure is said in the table. */
export const isDrawable = (group: SeriesGroup) =>
  new Set(group.lines.flatMap((drawn) => drawn.points.map((point) => point.period_end))).size > 1;
