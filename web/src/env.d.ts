/// <reference types="vite/client" />

/** Made by boundaries/plugin.mjs. */
declare module 'virtual:boundaries' {
  export const origin: { name: string; licence: string; datum: string };
  /** By the administrative code of the area that a file divides. */
  export const files: Record<string, (() => Promise<{ default: unknown }>) | undefined>;
}
