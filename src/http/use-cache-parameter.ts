/** `use_cache` of a URL, also spelled `useCache`: false bypasses the caches. */

/** `use_cache=False` is what Python clients send for a boolean. */
const words: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/** Null for text that is not a boolean. */
export function parseBoolean(text: string): boolean | null {
  return words.get(text.trim().toLowerCase()) ?? null;
}

export function bypassesCache(query: URLSearchParams): boolean {
  return ['use_cache', 'useCache'].some((name) => parseBoolean(query.get(name) ?? '') === false);
}
