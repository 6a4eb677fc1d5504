/**
 * 32 bits of a value's structure: equal values have equal ones, whatever the order in which their keys, or the
 * members of their Maps and Sets, were added (workers answer in any order). Two different values share one in four
 * billion times, which then hides one change. Fields named in `ignored` do not count, wherever they are.
 *
 * Undefined for a value that is too large or too deep (or a cycle) to be looked at while others wait.
 */
export function fingerprint(
  value: unknown,
  ignored: ReadonlySet<string> = new Set(),
): number | undefined {
  const walk = { ignored, left: mostSteps };
  const hash = ofValue(value, walk, 0);
  return walk.left < 0 ? undefined : hash;
}

/** Of a few nanoseconds each. */
const mostSteps = 500_000;
const mostLevels = 32;

interface Walk {
  readonly ignored: ReadonlySet<string>;
  left: number;
}

/** One for each kind, so that '1', 1 and [1] differ. */
const seeds = {
  null: 1,
  undefined: 2,
  true: 3,
  false: 4,
  number: 5,
  string: 6,
  array: 7,
  map: 8,
  set: 9,
};
const otherSeeds = { object: 10, date: 11, bytes: 12, other: 13 };

function ofValue(value: unknown, walk: Walk, level: number): number {
  if (--walk.left < 0) return 0;
  if (level > mostLevels) return (walk.left = -1);
  switch (typeof value) {
    case 'string':
      return ofText(value, seeds.string, walk);
    case 'number':
      return ofNumber(value, seeds.number);
    case 'boolean':
      return mixed(seeds[`${value}`], 0);
    case 'undefined':
      return mixed(seeds.undefined, 0);
    case 'object':
      return value === null ? mixed(seeds.null, 0) : ofObject(value, walk, level + 1);
    default:
      return ofText(String(value), otherSeeds.other, walk);
  }
}

function ofObject(value: object, walk: Walk, level: number): number {
  if (Array.isArray(value)) {
    let hash = mixed(seeds.array, value.length);
    for (const item of value) hash = mixed(hash, ofValue(item, walk, level));
    return hash;
  }
  if (value instanceof Date) return ofNumber(value.getTime(), otherSeeds.date);
  if (value instanceof Uint8Array) {
    walk.left -= value.length;
    return walk.left < 0 ? 0 : value.reduce(mixed, otherSeeds.bytes);
  }
  let sum = 0; // in no order
  if (value instanceof Set) {
    for (const item of value) sum += ofValue(item, walk, level);
    return mixed(seeds.set, sum);
  }
  if (value instanceof Map) {
    for (const [key, item] of value) sum += mixed(ofValue(key, walk, level), ofValue(item, walk, level));
    return mixed(seeds.map, sum);
  }
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || walk.ignored.has(key)) continue;
    sum += mixed(ofText(key, seeds.string, walk), ofValue(item, walk, level));
  }
  return mixed(otherSeeds.object, sum);
}

function ofText(text: string, seed: number, walk: Walk): number {
  walk.left -= text.length >> 3;
  if (walk.left < 0) return 0;
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash, text.length);
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

function ofNumber(number: number, seed: number): number {
  double[0] = number + 0; // -0 is 0
  return mixed(mixed(seed, words[0] ?? 0), words[1] ?? 0);
}

/** The end of MurmurHash3: every bit of what goes in moves every bit of what comes out. */
function mixed(hash: number, part: number): number {
  let k = Math.imul(part ^ Math.imul(hash, 0x9e3779b1), 0x85ebca6b);
  k = Math.imul(k ^ (k >>> 13), 0xc2b2ae35);
  return (k ^ (k >>> 16)) >>> 0;
}
