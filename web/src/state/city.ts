import { computed } from 'vue';
import type { City } from '../api/contract';
import { useResource } from '../api/useResource';
import { named } from '../i18n/named';

/** Everything that is particular to the city; loaded once, and again after signing in. */
const resource = useResource<City>(() => '/api/city');

export const city = resource.data;
export const cityProblem = resource.problem;
export const reloadCity = resource.reload;
export const cityTitle = computed(() => (city.value ? named(city.value, 'title') : ''));
export const cityName = computed(() => (city.value ? named(city.value) : ''));
