/** Keys of cache entries: the name of what is read and its arguments. */
import { createHash } from 'node:crypto';

/** Longer keys are kept as their hash: clients write the arguments, and no bound on values counts the keys. */
const longestKey = 4_096;

export type KeyArguments = Readonly<Record<string, unknown>>;

/** A key from a name and arguments; arguments that are not given do not count, and their order does not matter. */
export function cacheKey(name: string, args: KeyArguments = {}): string {
  const text = keyText(name, args);
  if (text.length <= longestKey) return text;
  return `${name}:#${createHash('sha256')
    .update(text.slice(name.length + 1))
    .digest('base64url')}`;
}

/** Whether the key of these arguments is only their hash: then nothing else may keep them either. */
export function isHashed(key: string, name: string): boolean {
  return key.startsWith(`${name}:#`);
}

function keyText(name: string, args: KeyArguments): string {
  const given = Object.entries(args)
    .filter(([, value]) => value !== undefined && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return given.length === 0 ? name : `${name}:${JSON.stringify(Object.fromEntries(given))}`;
}
