/** The orders in which tasks are listed: what each sorts by, and which of two places comes first. */
import type { TaskRecord } from './task-record.js';
import type { TaskOrder, TaskOrderField, TaskPosition } from './task.js';

type Key = TaskPosition['key'];

const keys: Readonly<Record<TaskOrderField, (record: TaskRecord) => Key>> = {
  SEEN: () => null,
  RECEIVED: ({ receivedAt }) => receivedAt,
  STARTED: ({ startedAt }) => startedAt,
  FINISHED: ({ finishedAt }) => finishedAt,
  RUNTIME: ({ ranSeconds }) => ranSeconds,
  QUEUE_WAIT: ({ queueWaitSeconds }) => queueWaitSeconds,
  NAME: ({ name }) => name,
  STATE: ({ state }) => state,
};

export function positionOf(record: TaskRecord, field: TaskOrderField): TaskPosition {
  return { key: keys[field](record), sequence: record.sequence };
}

/**
 * Negative when the first comes first. Tasks without what is sorted by come last in either direction; those with the
 * same are listed by their sequence, in the direction of the order.
 */
export type Compare = (key: Key, sequence: number, otherKey: Key, otherSequence: number) => number;

export function comparePlaces(descending: boolean): Compare {
  const sign = descending ? -1 : 1;
  return (key, sequence, otherKey, otherSequence) => {
    if (key === otherKey) return sign * (sequence - otherSequence);
    if (key === null) return 1;
    if (otherKey === null) return -1;
    return key < otherKey ? -sign : sign;
  };
}

export function compareRecords({
  field,
  direction,
}: TaskOrder): (a: TaskRecord, b: TaskRecord) => number {
  const keyOf = keys[field];
  const compare = comparePlaces(direction === 'DESC');
  return (a, b) => compare(keyOf(a), a.sequence, keyOf(b), b.sequence);
}
