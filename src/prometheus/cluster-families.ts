/** A cluster as its events report it: from memory, so that it is shown also while the broker is away. */
import type { ClusterCollector } from './cluster-collector.js';
import type { Scrape } from './exposition.js';

export function addCluster(scrape: Scrape, watch: ClusterCollector): void {
  const { clusterName: cluster, embedded, celery, subscriptions } = watch.cluster;
  const { connection, intake } = celery.transport;
  scrape.add('cluster_embedded', { cluster }, embedded);
  scrape.add('broker_connected', { cluster }, connection.connected);
  scrape.add('broker_reconnects_total', { cluster }, connection.reconnects);

  const { received, malformed, dropped, lastEventAt } = celery.events.counters;
  scrape.add('events_received_total', { cluster }, received);
  scrape.add('events_malformed_total', { cluster }, malformed);
  for (const [kind, { total }] of Object.entries(celery.unreadable.snapshot()))
    scrape.add('unreadable_total', { cluster, kind }, total);
  scrape.add('events_dropped_total', { cluster }, dropped);
  scrape.add('event_messages_lost_total', { cluster }, intake.lostMessages);
  scrape.add('event_messages_waiting', { cluster }, intake.waitingMessages);
  scrape.add('event_gaps_total', { cluster }, celery.gaps.total);
  const last = lastEventAt === null ? null : lastEventAt / 1000;
  scrape.add('last_event_timestamp_seconds', { cluster }, last);
  scrape.addHistogram('event_lag_seconds', { cluster }, watch.eventLag);

  const { active, delivered, dropped: missed } = subscriptions.stats;
  scrape.add('subscriptions_active', { cluster }, active);
  scrape.add('subscription_events_delivered_total', { cluster }, delivered);
  scrape.add('subscription_events_dropped_total', { cluster }, missed);

  const { tasks, bytes, evicted } = celery.state.stats();
  scrape.add('stored_tasks', { cluster }, tasks);
  scrape.add('stored_task_bytes', { cluster }, bytes);
  scrape.add('evicted_tasks_total', { cluster }, evicted);
  for (const { name, queue, states, runtime, queueWait } of watch.tasks) {
    const labels = { cluster, name, queue };
    for (const [state, count] of states) scrape.add('tasks_total', { ...labels, state }, count);
    scrape.addHistogram('task_runtime_seconds', labels, runtime);
    scrape.addHistogram('task_queue_wait_seconds', labels, queueWait);
  }
  scrape.add('metrics_dropped_series', { cluster, of: 'tasks' }, watch.tasks.folded);
}
