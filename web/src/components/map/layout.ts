// Which part of a map with boundaries is drawn a second time, larger, and where: the part in which
// names would stand on each other.
import type { AreaShape } from '../../geo/shapes';
import {
  cornersOf,
  isInside,
  padded,
  windowAround,
  type Point,
  type Window,
} from '../../geo/window';

export interface Inset {
  window: Window;
  /** The corner of the whole where the inset covers least. */
  corner: 'top left' | 'top right' | 'bottom left' | 'bottom right';
  /** Codes of the areas that are named there instead. */
  codes: Set<string>;
}

/** What a name takes of the whole's width, across and down. */
const NAME_WIDTH = 0.036;
const NAME_HEIGHT = 0.02;
/** The inset's share of the whole's width; the style sheet of BoundaryMap says the same. */
const SHARE = 0.36;

export const wholeOf = (shapes: AreaShape[]): Window =>
  padded(windowAround(shapes.flatMap((shape) => cornersOf(shape.window))), 0.02);

export function insetOf(shapes: AreaShape[], whole: Window): Inset | null {
  const touches = (a: Point, b: Point) =>
    Math.abs(a[0] - b[0]) < NAME_WIDTH * whole.width &&
    Math.abs(a[1] - b[1]) < NAME_HEIGHT * whole.width;
  const crowded = shapes.filter((shape) =>
    shapes.some((other) => other !== shape && touches(shape.label, other.label)),
  );
  if (!crowded.length) return null;
  const window = padded(windowAround(crowded.map((shape) => shape.label)), 0.3);
  const named = shapes.filter((shape) => isInside(shape.label, window));
  return {
    window,
    corner: emptiestCorner(shapes, whole, window),
    codes: new Set(named.map((shape) => shape.code)),
  };
}

function emptiestCorner(shapes: AreaShape[], whole: Window, window: Window): Inset['corner'] {
  const width = SHARE * whole.width;
  const height = (width * window.height) / window.width;
  const points = shapes.flatMap((shape) => shape.points);
  const covered = (corner: Inset['corner']) => {
    const left = whole.left + (corner.includes('right') ? whole.width - width : 0);
    const top = whole.top + (corner.includes('bottom') ? whole.height - height : 0);
    return points.filter((point: Point) => isInside(point, { left, top, width, height })).length;
  };
  const corners: Inset['corner'][] = ['top left', 'top right', 'bottom left', 'bottom right'];
  return corners.reduce((best, corner) => (covered(corner) < covered(best) ? corner : best));
}
