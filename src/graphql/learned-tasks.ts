/**
 * Keeps the caches of what is answered from the task store in step with what replies, stored results and waiting messages
 * teach: an answer from before would contradict them. What events change may be as old as the TTL allows.
 */
import type { CacheName } from '../cache/cache-defaults.js';
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { Celery } from '../celery/celery.js';

/** The keys of those answers. */
const keysOfTasks: readonly (readonly [name: CacheName, keyPrefix: string])[] = [
  ['task_status', 'counts'],
  ['task_status', 'task'],
  ['metrics_summary', 'summary'],
  ['metrics_summary', 'task_types'],
];

/** What the store had learned when the caches last forgot. */
const forgottenAt = new WeakMap<CacheRegistry, number>();

/** To be called before each read of such an answer: without news it costs one comparison. */
export function forgetOvertaken({ state }: Pick<Celery, 'state'>, caches: CacheRegistry): void {
  const version = state.learnedVersion;
  if ((forgottenAt.get(caches) ?? 0) === version) return;
  forgottenAt.set(caches, version);
  for (const [name, keyPrefix] of keysOfTasks) caches.forget({ name, keyPrefix });
}
