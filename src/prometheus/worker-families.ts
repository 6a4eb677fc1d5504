/** Workers, by their full node names: two on one host are two. */
import type { Worker } from '../celery/events/worker.js';
import { slotsOf } from '../celery/inspect/pool-slots.js';
import type { ClusterCollector } from './cluster-collector.js';
import type { Scrape } from './exposition.js';
import { distinct } from './label-text.js';

const statuses = ['ONLINE', 'STALE', 'OFFLINE'] as const;

/**
 * A worker that went offline is gone; one that fell silent is down until it is forgotten. While the broker is away
 * neither is known.
 * From memory, and not through the caches: a death shows as soon as it is known.
 */
export async function addWorkers(
  scrape: Scrape,
  watch: ClusterCollector,
  maxWorkers: number,
): Promise<void> {
  const { clusterName: cluster, celery } = watch.cluster;
  const workers = celery.state.workers();
  // At the same moment as the workers: one that is up has no orphans by its death.
  scrape.add('orphaned_tasks', { cluster }, celery.state.orphanCount);
  watch.forgetGone(new Set(workers.map(({ hostname }) => hostname)));
  if (!celery.transport.connection.connected) return;
  for (const status of statuses) {
    const count = workers.filter((worker) => worker.status === status).length;
    scrape.add('workers', { cluster, status }, count);
  }
  const missed = workers.filter(({ hostname }) => !watch.isGone(hostname));
  const shown = distinct(missed.toSorted(byNeed), ({ hostname }) => hostname).slice(0, maxWorkers);
  scrape.add('metrics_dropped_series', { cluster, of: 'workers' }, missed.length - shown.length);
  if (shown.length === 0) return;

  for (const { hostname, status, activeCount, processed, lastHeartbeatAt, listening } of shown) {
    const labels = { cluster, hostname };
    const isUp = status !== 'OFFLINE';
    scrape.add('worker_up', labels, isUp);
    scrape.add('worker_listening', labels, listening);
    scrape.add('worker_active_tasks', labels, isUp ? activeCount : null);
    scrape.add('worker_processed_tasks_total', labels, processed);
    const at = lastHeartbeatAt === null ? null : lastHeartbeatAt / 1000;
    scrape.add('worker_last_heartbeat_timestamp_seconds', labels, at);
  }
  if (!shown.some(({ status }) => status !== 'OFFLINE')) return;
  const { value, ageSeconds, isCurrent } = await watch.stats.read();
  scrape.add('metrics_source_up', { cluster, source: 'worker_stats' }, isCurrent);
  scrape.add('metrics_source_age_seconds', { cluster, source: 'worker_stats' }, ageSeconds);
  for (const { hostname, status } of shown) {
    const reply = value?.replies.get(hostname);
    if (status !== 'OFFLINE' && reply?.ok)
      scrape.add('worker_slots', { cluster, hostname }, slotsOf(reply.value));
  }
}

/** Those that work come first, then those that were seen last. */
function byNeed(a: Worker, b: Worker): number {
  const isUp = ({ status }: Worker): number => (status === 'OFFLINE' ? 0 : 1);
  return isUp(b) - isUp(a) || (b.lastHeartbeatAt ?? 0) - (a.lastHeartbeatAt ?? 0);
}
