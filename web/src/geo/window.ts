/** A rectangle of the drawing plane; y grows downwards. */
export interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Point = [x: number, y: number];

export function windowAround(points: Iterable<Point>): Window {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** Wider on each side by a share of its longer side. */
export function padded(window: Window, share: number): Window {
  const by = share * Math.max(window.width, window.height);
  return {
    left: window.left - by,
    top: window.top - by,
    width: window.width + 2 * by,
    height: window.height + 2 * by,
  };
}

export const cornersOf = ({ left, top, width, height }: Window): Point[] => [
  [left, top],
  [left + width, top + height],
];

export const isInside = ([x, y]: Point, { left, top, width, height }: Window) =>
  x >= left && x <= left + width && y >= top && y <= top + height;
