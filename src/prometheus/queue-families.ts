/** Queues: what waits in the broker, by priority, and whether a worker consumes it. */
import type { InspectResult } from '../celery/inspect/inspect.js';
import { isComplete } from '../celery/inspect/inspect-reply.js';
import { isOrphaned } from '../celery/queues/queues.js';
import type { Queue } from '../celery/queues/queues.js';
import type { ClusterCollector } from './cluster-collector.js';
import type { Scrape } from './exposition.js';
import { distinct } from './label-text.js';

export async function addQueues(
  scrape: Scrape,
  watch: ClusterCollector,
  maxQueues: number,
): Promise<void> {
  const { clusterName: cluster, celery } = watch.cluster;
  if (!celery.transport.connection.connected) return;
  const { value: queues, ageSeconds, isCurrent } = await watch.queues.read();
  scrape.add('metrics_source_up', { cluster, source: 'queues' }, isCurrent);
  scrape.add('metrics_source_age_seconds', { cluster, source: 'queues' }, ageSeconds);
  if (queues === null) return;
  const consumers = await consumersOf(scrape, watch, queues);
  const isUsed = (queue: Queue): boolean =>
    celery.queues.isConfigured(queue.name) ||
    queue.messages !== 0 ||
    (queue.unacknowledged ?? 0) > 0 ||
    (consumers(queue) ?? 0) > 0;
  const shown = distinct(byImportance(queues, isUsed), ({ name }) => name).slice(0, maxQueues);
  scrape.add('metrics_dropped_series', { cluster, of: 'queues' }, queues.length - shown.length);
  for (const queue of shown) addQueue(scrape, cluster, queue, consumers(queue));
}

/** Those that something uses come before names that only remain, and the deepest of each first. */
function byImportance(queues: readonly Queue[], isUsed: (queue: Queue) => boolean): readonly Queue[] {
  const used = new Set(queues.filter(isUsed));
  return queues.toSorted(
    (a, b) => Number(used.has(b)) - Number(used.has(a)) || (b.messages ?? 0) - (a.messages ?? 0),
  );
}

function addQueue(scrape: Scrape, cluster: string, queue: Queue, consumers: number | null): void {
  const { name, messages, messagesByPriority, unacknowledged, oldestMessageAgeSeconds } = queue;
  const labels = { cluster, queue: name };
  scrape.add('queue_messages', labels, messages);
  for (const { priority, messages: waiting } of messagesByPriority ?? [])
    scrape.add('queue_priority_messages', { ...labels, priority: String(priority) }, waiting);
  scrape.add('queue_unacknowledged_messages', labels, unacknowledged);
  scrape.add('queue_consumers', labels, consumers);
  scrape.add('queue_oldest_message_age_seconds', labels, oldestMessageAgeSeconds);
  scrape.add('queue_orphaned', labels, isOrphaned(messages, consumers));
}

/** As the broker counts them; where it does not, as Redis, the workers are asked. */
async function consumersOf(
  scrape: Scrape,
  watch: ClusterCollector,
  queues: readonly Queue[],
): Promise<(queue: Queue) => number | null> {
  if (queues.every(({ consumers }) => consumers !== null)) return ({ consumers }) => consumers;
  const { clusterName: cluster } = watch.cluster;
  const { value, ageSeconds, isCurrent } = await watch.activeQueues.read();
  scrape.add('metrics_source_up', { cluster, source: 'active_queues' }, isCurrent);
  scrape.add('metrics_source_age_seconds', { cluster, source: 'active_queues' }, ageSeconds);
  const counts = value === null ? null : countByQueue(value);
  const isAllRead = value !== null && isComplete(value);
  return ({ name, consumers }) => {
    if (consumers !== null) return consumers;
    if (value === null || counts === null) return null;
    const count = counts.get(name) ?? 0;
    // A worker that is silent, or whose reply cannot be read, may be the one that consumes it.
    return count === 0 && !isAllRead ? null : count;
  };
}

function countByQueue({ replies }: InspectResult<'active_queues'>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const reply of replies.values()) {
    const names = reply.ok ? new Set(reply.value.map(({ name }) => name)) : [];
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
