/**
 * The JSON of answers that are small enough to be written in one piece: it is written once, when its bytes are counted, and
 * serves the digest of the answer and the answer itself.
 */
import type { ExecutionResult } from 'graphql';

/** Bytes that an answer may have at most, by an estimate, to be written at once: that takes a millisecond or two. */
const atOnce = 512 * 1024;

type Data = NonNullable<ExecutionResult['data']>;

const texts = new WeakMap<Data, string>();

/** The JSON of the data, kept with it; null if it may be too large. */
export function writeData(data: Data): string | null {
  if (!isAtMost(data, atOnce)) return null;
  const text = JSON.stringify(data);
  texts.set(data, text);
  return text;
}

/** What `writeData` has written of it; null if nothing. */
export function writtenData(data: Data): string | null {
  return texts.get(data) ?? null;
}

/** Whether the JSON of a value has no more bytes than `max`, if each character were written in the longest way. */
function isAtMost(value: unknown, max: number): boolean {
  const left: unknown[] = [value];
  let bytes = 0;
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') bytes += 6 * next.length + 3;
    else if (typeof next !== 'object' || next === null) bytes += 25;
    else if (Array.isArray(next)) {
      bytes += 3;
      if (next.length > max) return false;
      for (const item of next) left.push(item);
    } else {
      bytes += 3;
      const members = next as Readonly<Record<string, unknown>>;
      for (const name in members) {
        bytes += name.length + 4; // names of fields, or of what JSON scalars hold
        left.push(name, members[name]);
      }
    }
    if (bytes > max) return false;
  }
  return true;
}
