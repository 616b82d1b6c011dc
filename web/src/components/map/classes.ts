import type { MapCell } from '../../api/contract';
import type { FigureLike } from '../../format/figure';

export const STEPS = 6;

/** A cell that has a place in the drawing. */
export type PlacedCell = MapCell & { column: number; row: number };

export const isPlaced = (cell: MapCell): cell is PlacedCell =>
  cell.column !== null && cell.row !== null;

/** One step of the colour scale, named by the lowest and the highest figure in it. */
export interface MapClass {
  step: number;
  lowest: FigureLike;
  highest: FigureLike;
}

export interface Classified {
  classes: MapClass[];
  stepOf: (cell: MapCell) => number | null;
}

/** Divides the cells into up to six steps of equal number; equal values share a step. */
export function classify(cells: MapCell[]): Classified {
  const figures = cells
    .flatMap((cell) => (cell.figure ? [cell.figure] : []))
    .sort((a, b) => a.value - b.value);
  const values = [...new Set(figures.map((figure) => figure.value))];
  const count = Math.min(STEPS, values.length);
  const stepOfValue = new Map(
    values.map((value, index) => [value, Math.floor((index * count) / values.length)]),
  );
  // Few steps use the whole scale all the same, so that they can be told apart.
  const spread = (step: number) =>
    count === 1 ? STEPS - 2 : 1 + Math.round((step * (STEPS - 1)) / (count - 1));
  const classes: MapClass[] = [];
  for (const figure of figures) {
    const step = spread(stepOfValue.get(figure.value) ?? 0);
    const current = classes.at(-1);
    if (current?.step === step) current.highest = figure;
    else classes.push({ step, lowest: figure, highest: figure });
  }
  return {
    classes: classes.reverse(),
    stepOf: ({ figure }) => (figure ? spread(stepOfValue.get(figure.value) ?? 0) : null),
  };
}
