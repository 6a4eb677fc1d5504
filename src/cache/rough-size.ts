/**
 * About how many bytes a value holds, without serialising it: strings by their length, everything else by
 * what V8 takes on average. Values that are shared or form a cycle count once.
 *
 * It stops as soon as `limit` is passed: the caller only needs to know that the value is too large.
 */
export function roughSize(value: unknown, limit = Infinity): number {
  const seen = new Set<object>();
  const pending: unknown[] = [value];
  let bytes = 0;

  while (pending.length > 0 && bytes <= limit) {
    const item = pending.pop();
    bytes += wordBytes;
    if (typeof item === 'string') bytes += item.length;
    if (typeof item !== 'object' || item === null || seen.has(item)) continue;
    seen.add(item);
    bytes += headerBytes;

    if (ArrayBuffer.isView(item)) bytes += item.byteLength;
    else if (Array.isArray(item) || item instanceof Set) for (const member of item) pending.push(member);
    else if (item instanceof Map) for (const [key, member] of item) pending.push(key, member);
    else for (const member of Object.values(item)) pending.push(member); // keys are shared by all of a shape
  }
  return bytes;
}

/** A slot of an object or array on a 64-bit machine. */
const wordBytes = 8;
/** Shape, properties and elements of an object. */
const headerBytes = 24;
