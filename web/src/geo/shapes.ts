// Boundaries in the drawing plane: hundredths of a degree, in true proportion at the middle
// latitude of the whole, which is near enough for one city.
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { toGcj02, type Position } from './gcj02';
import { windowAround, type Point, type Window } from './window';

export type Boundaries = Topology<{ areas: GeometryCollection<{ label: Position }> }>;

export interface AreaShape {
  /** The administrative code. */
  code: string;
  /** For <path d>. */
  path: string;
  points: Point[];
  /** Where its name stands. */
  label: Point;
  window: Window;
}

export interface Shapes {
  areas: Map<string, AreaShape>;
  /** Where a position in WGS 84 lies in the plane; the boundaries are in GCJ-02. */
  place: (position: Position) => Point;
}

const SCALE = 100;

export function shapesOf(boundaries: Boundaries): Shapes {
  const { features } = feature(boundaries, boundaries.objects.areas);
  const [, south = 0, , north = 0] = boundaries.bbox ?? [];
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const project = ([longitude = 0, latitude = 0]: number[]): Point => [
    longitude * narrowing * SCALE,
    -latitude * SCALE,
  ];
  const areas = new Map<string, AreaShape>();
  for (const { id, geometry, properties } of features) {
    if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') continue;
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    const rings = polygons.flat().map((ring) => ring.map(project));
    const points = rings.flat();
    areas.set(String(id), {
      code: String(id),
      path: rings.map(pathOf).join(''),
      points,
      label: project(properties.label),
      window: windowAround(points),
    });
  }
  return { areas, place: (position) => project(toGcj02(position)) };
}

function pathOf(ring: Point[]): string {
  return `M${ring.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join('L')}Z`;
}
