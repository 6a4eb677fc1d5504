/** Cuts a page out of an order of tasks, newest first. Cursors are sequence numbers, so inserts do not shift pages. */
import type { TaskOrder } from './task-order.js';
import type { TaskRecord } from './task-record.js';
import type { TaskSlice } from './task.js';

export interface RecordPage {
  readonly records: readonly TaskRecord[];
  readonly hasPreviousPage: boolean;
  readonly hasNextPage: boolean;
}

/** `after` and `before` bound the range, then `first` keeps its newest and `last` the oldest of what is left. */
export function pageOf(order: TaskOrder, { first, after, last, before }: TaskSlice): RecordPage {
  const low = before === undefined ? order.start : order.positionOf(before + 1);
  const high = Math.max(low, after === undefined ? order.end : order.positionOf(after));
  const records =
    first === undefined && last !== undefined
      ? walk(order, low, high, 1, last).reverse()
      : walk(order, high - 1, low - 1, -1, first ?? Infinity);
  if (first !== undefined && last !== undefined) records.splice(0, records.length - last);
  const [newest, oldest] = [records[0], records.at(-1)];
  if (newest !== undefined && oldest !== undefined) {
    return {
      records,
      hasPreviousPage: order.newest !== newest,
      hasNextPage: order.oldest !== oldest,
    };
  }
  // An empty page stands at one edge of its range: at the new one, unless it was filled from the old one.
  const edge = first === undefined && last !== undefined ? low : high;
  return { records, hasPreviousPage: edge < order.end, hasNextPage: edge > order.start };
}

function walk(order: TaskOrder, from: number, to: number, step: 1 | -1, limit: number): TaskRecord[] {
  const records: TaskRecord[] = [];
  for (let position = from; position !== to && records.length < limit; position += step) {
    const record = order.at(position);
    if (record !== undefined) records.push(record);
  }
  return records;
}
