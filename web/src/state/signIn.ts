import { shallowRef } from 'vue';

/** Whether the box for the operator token is open. */
export const signInOpen = shallowRef(false);
