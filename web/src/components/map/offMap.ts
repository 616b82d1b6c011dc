import type { CityMap, Figure, MapCell } from '../../api/contract';
import type { FigureLike } from '../../format/figure';

/** An area of the set, or a figure of the indicator, that the drawing has no room for. */
export interface OffMapItem {
  area_code: string;
  name: string;
  name_en: string;
  figure: Figure | null;
  /** The program's reason; areas without one have no shape in this drawing. */
  why: string | null;
  why_en: string | null;
}

/** What the program leaves out, and the areas that this drawing cannot show. */
export function offMapOf(map: CityMap, isDrawn: (cell: MapCell) => boolean): OffMapItem[] {
  const listed = new Set(map.off_map.map((item) => item.area_code));
  const shapeless = map.cells
    .filter((cell) => !isDrawn(cell) && !listed.has(cell.area_code))
    .map(({ area_code, name, name_en, figure }) => {
      return { area_code, name, name_en, figure, why: null, why_en: null };
    });
  return [...map.off_map, ...shapeless];
}

/** How many they are; it opens their list. */
export function offMapCount(map: CityMap, items: OffMapItem[]): FigureLike {
  if (items.length === map.off_map.length) return map.off_map_count;
  return {
    value: items.length,
    unit: map.off_map_count.unit,
    approximation: 'exact',
    observation_id: null,
    formula: null,
    records: null,
    areas: [...new Set(items.map((item) => item.area_code))],
  };
}
