// The boundaries of the city's areas, for those who have signed in and where there is a file for
// the city. A file supplied by the operator, with its approval number, would be asked for here.
import { computed, shallowRef, watch } from 'vue';
import { files, origin } from 'virtual:boundaries';
import type { Area } from '../api/contract';
import { useWholeList } from '../api/useResource';
import { city } from '../state/city';
import { role } from '../state/session';
import { shapesOf, type AreaShape, type Boundaries, type Shapes } from './shapes';

export { origin };

export function useBoundaries() {
  const areas = useWholeList<Area>(() => (role.value !== 'public' ? '/api/areas' : null));
  const codes = computed(
    () => new Map(areas.data.value?.map((area) => [area.code, area.gb_code ?? area.code])),
  );
  const file = computed(() =>
    role.value !== 'public' ? files[codes.value.get(city.value?.root_area ?? '') ?? ''] : undefined,
  );
  const shapes = shallowRef<Shapes | null>(null);
  watch(
    file,
    async (load) => {
      shapes.value = load ? shapesOf((await load()).default as Boundaries) : null;
    },
    { immediate: true },
  );
  /** By the area's own code, where there is a boundary for its administrative code. */
  const shapeOf = (area: string): AreaShape | undefined =>
    shapes.value?.areas.get(codes.value.get(area) ?? '');
  return { shapes, shapeOf };
}
