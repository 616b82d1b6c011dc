/** The token stands behind the #: it reaches no server and no log on the way. */
export const resetAddress = (token: string): string => `${location.origin}/reset#${token}`;
