/**
 * Between which times the tasks of each stretch of the order of first sight lie. Most tasks are received, started
 * and finished about in the order in which they were first seen, so a range of time leaves out most stretches at once.
 */
import type { TaskIndex } from './task-index.js';
import type { TaskRecord } from './task-record.js';

export const zonedTimes = ['receivedAt', 'startedAt', 'finishedAt'] as const;
export type ZonedTime = (typeof zonedTimes)[number];

/** Times from `low`, inclusive, to `high`, exclusive. */
export interface ZonedRange {
  readonly time: ZonedTime;
  readonly low: number;
  readonly high: number;
}

const zoneLength = 256;
/** Length of a zone of zones: a range far back is found in a few strides. */
const strideLength = 8_192;

interface Zone {
  size: number;
  /** The earliest and the latest of each time. They only widen: the next one is not looked up when a task leaves. */
  readonly min: number[];
  readonly max: number[];
}

export class ZoneMap implements TaskIndex {
  readonly #zones = new Map<number, Zone>();
  readonly #strides = new Map<number, Zone>();

  add(record: TaskRecord): void {
    join(this.#zones, zoneOf(record.sequence));
    join(this.#strides, strideOf(record.sequence));
    this.move(record);
  }

  remove(record: TaskRecord): void {
    leave(this.#zones, zoneOf(record.sequence));
    leave(this.#strides, strideOf(record.sequence));
  }

  /** Nothing leaves a zone when its task changes. */
  move(record: TaskRecord): void {
    const zone = this.#zones.get(zoneOf(record.sequence));
    if (zone === undefined || !widen(zone, record)) return;
    const stride = this.#strides.get(strideOf(record.sequence));
    if (stride !== undefined) widen(stride, record);
  }

  /**
   * The sequence number, from this one on in that direction, before which no task can be in all ranges: this one
   * itself when its own zone can have some.
   */
  skip(sequence: number, upwards: boolean, ranges: readonly ZonedRange[]): number {
    const from = zoneOf(sequence);
    let id = from;
    for (;;) {
      const zone = this.#zones.get(id);
      if (zone === undefined || overlaps(zone, ranges)) break;
      id += upwards ? 1 : -1;
      id = this.#pastStrides(id, upwards, ranges);
    }
    if (id === from && this.#zones.has(id)) return sequence;
    return upwards ? id * zoneLength : (id + 1) * zoneLength - 1;
  }

  /** The first zone, from this one on, that is not in a stride without such tasks. */
  #pastStrides(id: number, upwards: boolean, ranges: readonly ZonedRange[]): number {
    const zones = strideLength / zoneLength;
    let zone = id;
    for (;;) {
      const at = Math.floor(zone / zones);
      const stride = this.#strides.get(at);
      if (stride === undefined || overlaps(stride, ranges)) return zone;
      zone = upwards ? (at + 1) * zones : at * zones - 1;
    }
  }
}

function join(zones: Map<number, Zone>, id: number): void {
  const zone = zones.get(id) ?? emptyZone();
  zones.set(id, zone);
  zone.size++;
}

function leave(zones: Map<number, Zone>, id: number): void {
  const zone = zones.get(id);
  if (zone !== undefined && --zone.size === 0) zones.delete(id);
}

/** @returns whether the zone has changed */
function widen(zone: Zone, record: TaskRecord): boolean {
  let widened = false;
  for (let time = 0; time < zonedTimes.length; time++) {
    const value = record[zonedTimes[time] ?? 'receivedAt'];
    if (value === null) continue;
    if (value < (zone.min[time] ?? 0)) {
      zone.min[time] = value;
      widened = true;
    }
    if (value > (zone.max[time] ?? 0)) {
      zone.max[time] = value;
      widened = true;
    }
  }
  return widened;
}

function overlaps({ min, max }: Zone, ranges: readonly ZonedRange[]): boolean {
  for (const { time, low, high } of ranges) {
    const at = zonedTimes.indexOf(time);
    if ((max[at] ?? 0) < low || (min[at] ?? 0) >= high) return false;
  }
  return true;
}

function zoneOf(sequence: number): number {
  return Math.floor(sequence / zoneLength);
}

function strideOf(sequence: number): number {
  return Math.floor(sequence / strideLength);
}

function emptyZone(): Zone {
  return { size: 0, min: zonedTimes.map(() => Infinity), max: zonedTimes.map(() => -Infinity) };
}
