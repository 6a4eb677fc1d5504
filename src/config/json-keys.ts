/** Keys of JSON objects that readers understand in different ways. */
import { ConfigError } from '../errors.js';

/** In valid JSON these are all tokens that objects are made of, numbers and words left out. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;
/** Names that objects of JavaScript have already. */
const inherited: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

interface Nesting {
  /** Null in a list. */
  readonly keys: Set<string> | null;
  /** Whether the next text is a key. */
  isAtKey: boolean;
}

/**
 * `JSON.parse` takes the last of two equal keys, and drops the first silently.
 * @param text valid JSON
 * @throws ConfigError that completes "<setting> ..."
 */
export function refuseAmbiguousKeys(text: string): void {
  const nestings: Nesting[] = [];
  for (const [token] of text.matchAll(tokens)) {
    const current = nestings.at(-1);
    if (token === '{') nestings.push({ keys: new Set(), isAtKey: true });
    else if (token === '[') nestings.push({ keys: null, isAtKey: false });
    else if (token === '}' || token === ']') nestings.pop();
    else if (current === undefined || current.keys === null) continue;
    else if (token === ',' || token === ':') current.isAtKey = token === ',';
    else if (current.isAtKey) addKey(current.keys, String(JSON.parse(token)));
  }
}

function addKey(keys: Set<string>, key: string): void {
  if (inherited.has(key)) throw new ConfigError(`has a key ${key}, which is not a field`);
  if (keys.has(key)) throw new ConfigError(`has ${shownKey(key)} twice in one object`);
  keys.add(key);
}

/** A value that got there by mistake is not repeated. */
function shownKey(key: string): string {
  return /^[A-Za-z_]{1,40}$/.test(key) ? `the key ${key}` : 'a key';
}
