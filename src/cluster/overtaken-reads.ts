/**
 * Keeps the caches of what is answered from the task store in step with what replies, stored results and waiting messages
 * teach: an answer from before would contradict them. What events change may be as old as the TTL allows.
 */
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { Celery } from '../celery/celery.js';
import { taskRows } from './reads.js';

/** What the store had learned when the caches last forgot. */
const forgottenAt = new WeakMap<CacheRegistry, number>();

/** A prefix of a key covers all rows whose names begin with it. */
const targets = taskRows.filter(
  (row) =>
    !taskRows.some(
      (other) => other !== row && other.name === row.name && row.keyPrefix.startsWith(other.keyPrefix),
    ),
);

/** To be called before each read of such an answer: without news it costs one comparison. */
export function forgetOvertaken({ state }: Pick<Celery, 'state'>, caches: CacheRegistry): void {
  const version = state.learnedVersion;
  if ((forgottenAt.get(caches) ?? 0) === version) return;
  forgottenAt.set(caches, version);
  for (const target of targets) caches.forget(target);
}
