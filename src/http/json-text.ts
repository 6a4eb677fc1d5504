/**
 * JSON of large answers: how many bytes it has, before it is written, and the text itself, in slices. Both are what
 * `JSON.stringify` makes of it.
 */
import type { SlicedWork } from '../slices.js';

/** Values, and characters of texts, between two places where the work can be interrupted. */
const valuesPerStep = 1_000;
const charactersPerStep = 128 * 1024;

/** What JSON writes as more than one character, and halves of characters. */
const special = /["\\\u0000-\u001f\ud800-\udfff]/; // eslint-disable-line no-control-regex -- these are what is escaped

/** Bytes of the JSON of a value, or a number above `max` as soon as there are more. */
export function* jsonBytes(value: unknown, max: number): SlicedWork<number> {
  const left: unknown[] = [value];
  let bytes = 0;
  let nextStep = charactersPerStep;
  for (let values = 1; left.length > 0 && bytes <= max; values++) {
    const next = left.pop();
    if (Array.isArray(next)) {
      bytes += 2 + Math.max(0, next.length - 1);
      for (const item of next) left.push(item ?? null);
    } else if (isPlain(next)) {
      let members = 0;
      for (const [key, member] of Object.entries(next)) {
        if (member === undefined) continue;
        bytes += textBytes(key) + 1;
        left.push(member);
        members++;
      }
      bytes += 2 + Math.max(0, members - 1);
    } else bytes += typeof next === 'string' ? textBytes(next) : leafText(next).length;
    if (values % valuesPerStep !== 0 && bytes < nextStep) continue;
    nextStep = bytes + charactersPerStep;
    yield;
  }
  return bytes;
}

/** The JSON of a value, piece by piece, to a function. */
export function* writeJson(value: unknown, write: (piece: string) => void): SlicedWork<undefined> {
  const progress = { values: 0, characters: 0 };
  yield* writeValue(value, write, progress);
  return undefined;
}

export function* jsonText(value: unknown): SlicedWork<string> {
  const pieces: string[] = [];
  yield* writeJson(value, (piece) => pieces.push(piece));
  return pieces.join('');
}

interface Progress {
  values: number;
  characters: number;
}

function* writeValue(
  value: unknown,
  write: (piece: string) => void,
  progress: Progress,
): SlicedWork<undefined> {
  const isList = Array.isArray(value);
  if (!isList && (!isPlain(value) || isFlat(value))) {
    const text = leafText(value);
    write(text);
    progress.values += 10;
    progress.characters += text.length;
    if (progress.values < valuesPerStep && progress.characters < charactersPerStep) return undefined;
    progress.values = 0;
    progress.characters = 0;
    yield;
    return undefined;
  }
  let start = isList ? '[' : '{';
  for (const [key, member] of isList ? value.entries() : Object.entries(value)) {
    if (typeof key === 'string' && member === undefined) continue;
    write(typeof key === 'string' ? `${start}${JSON.stringify(key)}:` : start);
    yield* writeValue(member ?? null, write, progress);
    start = ',';
  }
  if (start !== ',') write(start);
  write(isList ? ']' : '}');
  return undefined;
}

/** An object that is written as it is: errors and dates are not. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !('toJSON' in value && typeof value.toJSON === 'function')
  );
}

function isFlat(value: Readonly<Record<string, unknown>>): boolean {
  for (const member of Object.values(value))
    if (typeof member === 'object' && member !== null) return false;
  return true;
}

/** `undefined` for what JSON leaves out, which does not come from an execution. */
function leafText(value: unknown): string {
  return JSON.stringify(value) ?? 'null'; // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- its type leaves out undefined
}

function textBytes(text: string): number {
  return special.test(text) ? Buffer.byteLength(JSON.stringify(text)) : Buffer.byteLength(text) + 2;
}
