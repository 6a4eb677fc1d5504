/** Which of the fields that the indexes read a change has changed: one bit for each. */
import type { IndexedField, IndexedTask } from './task-index.js';

const bits: Readonly<Record<IndexedField, number>> = {
  name: 1 << 0,
  state: 1 << 1,
  worker: 1 << 2,
  queue: 1 << 3,
  rootId: 1 << 4,
  parentId: 1 << 5,
  retries: 1 << 6,
  awaitsResult: 1 << 7,
  sentAt: 1 << 8,
  receivedAt: 1 << 9,
  startedAt: 1 << 10,
  finishedAt: 1 << 11,
  orphanedAt: 1 << 12,
  ranSeconds: 1 << 13,
  queueWaitSeconds: 1 << 14,
};
export const indexedFields = Object.keys(bits) as readonly IndexedField[];

export function bitsOf(fields: readonly IndexedField[]): number {
  return fields.reduce((sum, field) => sum | bits[field], 0);
}

/** Written out, because it runs at every event: to look up each field by its name takes 0.4 µs more. */
export function changedBits(a: IndexedTask, b: IndexedTask): number {
  return (
    (a.name === b.name ? 0 : bits.name) |
    (a.state === b.state ? 0 : bits.state) |
    (a.worker === b.worker ? 0 : bits.worker) |
    (a.queue === b.queue ? 0 : bits.queue) |
    (a.rootId === b.rootId ? 0 : bits.rootId) |
    (a.parentId === b.parentId ? 0 : bits.parentId) |
    (a.retries === b.retries ? 0 : bits.retries) |
    (a.awaitsResult === b.awaitsResult ? 0 : bits.awaitsResult) |
    (a.sentAt === b.sentAt ? 0 : bits.sentAt) |
    (a.receivedAt === b.receivedAt ? 0 : bits.receivedAt) |
    (a.startedAt === b.startedAt ? 0 : bits.startedAt) |
    (a.finishedAt === b.finishedAt ? 0 : bits.finishedAt) |
    (a.orphanedAt === b.orphanedAt ? 0 : bits.orphanedAt) |
    (a.ranSeconds === b.ranSeconds ? 0 : bits.ranSeconds) |
    (a.queueWaitSeconds === b.queueWaitSeconds ? 0 : bits.queueWaitSeconds)
  );
}
