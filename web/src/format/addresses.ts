/** An address that a link may lead to: of the web, nothing else. */
export const webAddress = (url: string | null): string | undefined =>
  url && /^https?:\/\//.test(url) ? url : undefined;
