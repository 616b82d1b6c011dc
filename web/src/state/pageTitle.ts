import { shallowRef } from 'vue';

/** The name of what a page shows, for the window's title; empty: the route's own title. */
export const pageTitle = shallowRef('');
