// WGS 84 → GCJ-02, the shifted coordinates of published maps of China. The constants are those of
// the common description of the shift; outside of the mainland's bounding box nothing is shifted.

/** Degrees. */
export type Position = [longitude: number, latitude: number];

const SEMI_MAJOR_AXIS = 6378245; // Krasovsky 1940
const ECCENTRICITY_SQUARED = 0.00669342162296594323;
const { PI, abs, cos, sin, sqrt } = Math;

const isShifted = ([longitude, latitude]: Position) =>
  longitude > 73.66 && longitude < 135.05 && latitude > 3.86 && latitude < 53.55;

const ripple = (x: number) => (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * (2 / 3);
const waves = (x: number, [a, b]: Position, [near, far]: Position) =>
  (20 * sin(x * PI) + 40 * sin((x / 3) * PI) + a * sin((x / near) * PI) + b * sin((x / far) * PI)) *
  (2 / 3);

function northwards(x: number, y: number): number {
  const base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x));
  return base + ripple(x) + waves(y, [160, 320], [12, 30]);
}

function eastwards(x: number, y: number): number {
  const base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x));
  return base + ripple(x) + waves(x, [150, 300], [12, 30]);
}

export function toGcj02(position: Position): Position {
  if (!isShifted(position)) return position;
  const [longitude, latitude] = position;
  const [x, y] = [longitude - 105, latitude - 35];
  const radians = (latitude / 180) * PI;
  const w = 1 - ECCENTRICITY_SQUARED * sin(radians) ** 2;
  const meridian = (SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED)) / (w * sqrt(w));
  const parallel = (SEMI_MAJOR_AXIS / sqrt(w)) * cos(radians);
  return [
    longitude + (eastwards(x, y) * 180) / (parallel * PI),
    latitude + (northwards(x, y) * 180) / (meridian * PI),
  ];
}
