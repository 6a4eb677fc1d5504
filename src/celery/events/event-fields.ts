/**
 * Guards for the fields of an event. An optional field of the wrong type reads as absent: one producer's odd value
 * must cost neither the event nor the state. Written by hand, because they run some hundred thousand times a second.
 */

/** What a Python producer has no reason to exceed; longer names are cut, so that they cannot fill the memory. */
const maxNameLength = 512;
const maxRetries = 1_000_000;
/** The largest GraphQL Int: one beyond it would fail every query of the field. */
const maxInt = 2_147_483_647;
const maxRuntimeSeconds = 10 * 365 * 86_400;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A long text; the store cuts it. */
export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A name of something: never empty, never longer than any sane one. */
export function shortText(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null;
  return value.length > maxNameLength ? flatCopy(value.slice(0, maxNameLength)) : value;
}

/** An id that we look things up by: a cut one would be another id, so a long one is absent. */
export function identifier(value: unknown, maxLength: number): string | null {
  return typeof value === 'string' && value !== '' && value.length <= maxLength ? value : null;
}

/** Such as a pid, or how many tasks there are. */
export function count(value: unknown): number | null {
  const number = clockTicks(value);
  return number !== null && number <= maxInt ? number : null;
}

/** Maximum of a Lamport clock, which counts every event of the cluster. */
export function clockTicks(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

export function retries(value: unknown): number | null {
  const number = count(value);
  return number !== null && number <= maxRetries ? number : null;
}

/** Beyond a day it is no heartbeat, and would show a dead worker as online for as long. */
const maxFreqSeconds = 86_400;

/** Maximum seconds between a worker's heartbeats. */
export function frequency(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value <= maxFreqSeconds ? value : null;
}

export function seconds(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= maxRuntimeSeconds ? value : null;
}

/** 1, 5 and 15 minutes. */
export function loadAverage(value: unknown): readonly number[] | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const averages = value.filter((one): one is number => typeof one === 'number' && Number.isFinite(one));
  return averages.length === 3 ? averages : null;
}

/** V8 keeps a slice's whole parent alive; a copy through a buffer does not (and mends a halved surrogate pair). */
export function flatCopy(slice: string): string {
  return Buffer.from(slice, 'utf8').toString('utf8');
}
