/** Which paths are REST routes, whose errors have a form of their own. */

export const restPrefix = '/api/';

/** @param path of a URL, with or without a query */
export function isRestPath(path: string): boolean {
  return path.startsWith(restPrefix);
}
