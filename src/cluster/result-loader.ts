/** Reads of stored results, merged: one MGET for all operations that ask at the same time. */
import DataLoader from 'dataloader';
import type { Celery } from '../celery/celery.js';
import type { TaskMeta } from '../celery/transport/transport.js';

export type ResultLoader = DataLoader<string, TaskMeta | null>;

/** For the life of the gateway; null without a result backend. */
export function createResultLoader({ results }: Celery): ResultLoader | null {
  if (results === null) return null;
  // The loader rejects where an element is an error: a stored result that cannot be read.
  return new DataLoader<string, TaskMeta | null>(async (ids) => results.fetch(ids), {
    cache: false,
    batchScheduleFn: (run) => setImmediate(run),
  });
}
