/**
 * All series of `/metrics` but those of the caches' counters, which have the names of the counters, and of the process,
 * which prom-client names. The types, the table of docs/prometheus.md and the test of the dashboard derive from these rows.
 */
const task = ['cluster', 'name', 'queue'] as const;
const worker = ['cluster', 'hostname'] as const;
const queue = ['cluster', 'queue'] as const;
const cache = ['cluster', 'cache'] as const;
const cluster = ['cluster'] as const;

export const series = {
  build_info: row('gauge', ['version', 'node'], 'Always 1.'),
  settings_file_current: row(
    'gauge',
    ['setting'],
    'Whether the newest content of the file is in effect.',
  ),
  settings_file_loaded_timestamp_seconds: row(
    'gauge',
    ['setting'],
    'When the content in effect was read.',
  ),
  cluster_embedded: row('gauge', cluster, 'Whether this is the embedded cluster, a simulation.'),
  broker_connected: row('gauge', cluster, 'Whether the broker is connected.'),
  broker_reconnects_total: row(
    'counter',
    cluster,
    'Reconnections to the broker after a connection loss.',
  ),

  tasks_total: row('counter', [...task, 'state'], 'State changes of tasks, by new state.'),
  task_runtime_seconds: row('histogram', task, 'Run time of finished tasks.'),
  task_queue_wait_seconds: row(
    'histogram',
    task,
    'Time from the sending, or the ETA, of a task to its start.',
  ),
  orphaned_tasks: row('gauge', cluster, 'Tasks whose worker disappeared while it ran them.'),
  stored_tasks: row('gauge', cluster, 'Tasks that the gateway keeps in memory.'),
  stored_task_bytes: row('gauge', cluster, 'Approximate size of the tasks in memory.'),
  evicted_tasks_total: row('counter', cluster, 'Tasks removed because the store was full.'),

  workers: row('gauge', [...cluster, 'status'], 'Known workers by status.'),
  worker_up: row(
    'gauge',
    worker,
    'Whether the worker is alive: 0 if it neither sends heartbeats nor answers.',
  ),
  worker_listening: row('gauge', worker, 'Whether the worker listens to remote control commands.'),
  worker_active_tasks: row('gauge', worker, 'Running tasks, from the last heartbeat of the worker.'),
  worker_slots: row('gauge', worker, 'Tasks that the worker can run at the same time.'),
  worker_processed_tasks_total: row(
    'counter',
    worker,
    'Tasks that the worker finished since its start.',
  ),
  worker_last_heartbeat_timestamp_seconds: row(
    'gauge',
    worker,
    'When the last heartbeat of the worker arrived.',
  ),

  queue_messages: row('gauge', queue, 'Waiting messages of all priorities.'),
  queue_priority_messages: row('gauge', [...queue, 'priority'], 'Waiting messages of one priority.'),
  queue_unacknowledged_messages: row(
    'gauge',
    queue,
    'Messages delivered to workers and not acknowledged.',
  ),
  queue_consumers: row('gauge', queue, 'Workers that consume the queue.'),
  queue_oldest_message_age_seconds: row('gauge', queue, 'Age of the message that is served next.'),
  queue_orphaned: row('gauge', queue, 'Whether messages wait and no worker consumes the queue.'),

  events_received_total: row('counter', cluster, 'Valid events that were received.'),
  events_malformed_total: row('counter', cluster, 'Events that violate the protocol.'),
  unreadable_total: row('counter', [...cluster, 'kind'], 'Received data that could not be read.'),
  events_dropped_total: row(
    'counter',
    cluster,
    'Valid events lost by an internal error of the gateway.',
  ),
  event_messages_lost_total: row(
    'counter',
    cluster,
    'Event messages dropped because the backlog was full.',
  ),
  event_messages_waiting: row(
    'gauge',
    cluster,
    'Event messages that have arrived and are not yet read.',
  ),
  event_gaps_total: row('counter', cluster, 'Periods without events.'),
  last_event_timestamp_seconds: row('gauge', cluster, 'When the last event arrived.'),
  event_lag_seconds: row('histogram', cluster, 'Time from the sending of an event to its processing.'),

  subscriptions_active: row('gauge', cluster, 'Subscriptions to events.'),
  subscription_events_delivered_total: row('counter', cluster, 'Events delivered to subscribers.'),
  subscription_events_dropped_total: row(
    'counter',
    cluster,
    'Events dropped because a subscriber was too slow.',
  ),

  cache_entries: row('gauge', cache, 'Number of live entries.'),
  cache_max_entries: row('gauge', cache, 'Maximum number of entries.'),
  cache_utilization_ratio: row('gauge', cache, 'Entries divided by the maximum number of entries.'),
  cache_bytes: row('gauge', cache, 'Approximate size of the entries.'),
  cache_hit_ratio: row('gauge', cache, 'Hits divided by all requests since the start.'),
  cache_ttl_seconds: row('gauge', cache, 'How long a value counts as fresh.'),
  cache_adaptive_ttl_min_seconds: row('gauge', cache, 'Shortest TTL in effect, if TTLs are adaptive.'),
  cache_adaptive_ttl_max_seconds: row('gauge', cache, 'Longest TTL in effect, if TTLs are adaptive.'),
  cache_loads_running: row('gauge', cache, 'Loads that are running.'),
  cache_scrape_reads_total: row(
    'counter',
    [...cache, 'result'],
    'Hits and misses caused by scrapes of /metrics.',
  ),

  shared_cache_up: row('gauge', cluster, 'Whether the shared cache works.'),
  shared_cache_listening: row('gauge', cluster, 'Whether messages of other replicas are received.'),
  shared_cache_breaker_opens_total: row(
    'counter',
    cluster,
    'How often the gateway stopped using Redis for a while.',
  ),

  kept_answers: row('gauge', [], 'Number of kept answers.'),
  kept_answers_max: row('gauge', [], 'Maximum number of kept answers.'),
  kept_answers_bytes: row('gauge', [], 'Approximate size of the kept answers.'),
  kept_answers_max_bytes: row('gauge', [], 'Maximum size of the kept answers.'),

  operations_total: row('counter', ['type', 'status'], 'GraphQL operations.'),
  operation_duration_seconds: row('histogram', ['type'], 'Time to execute a query or a mutation.'),
  http_responses_total: row('counter', ['code'], 'HTTP responses, including those of /metrics.'),
  stalled_connections_total: row(
    'counter',
    ['transport'],
    'Subscribers disconnected because they did not read.',
  ),

  metrics_source_up: row(
    'gauge',
    ['cluster', 'source'],
    'Whether the source answered in time for this scrape.',
  ),
  metrics_source_age_seconds: row(
    'gauge',
    ['cluster', 'source'],
    'Age of the last answer of the source.',
  ),
  metrics_dropped_series: row(
    'gauge',
    ['cluster', 'of'],
    'Tasks (names and queues), workers and queues without their own series.',
  ),
} as const;

export type SeriesName = keyof typeof series;
export type LabelOf<N extends SeriesName> = (typeof series)[N]['labels'][number];
export type SeriesType = 'counter' | 'gauge' | 'histogram';

export const prefix = 'celeryql_';

function row<const T extends SeriesType, const L extends readonly string[]>(
  type: T,
  labels: L,
  help: string,
) {
  return { type, labels, help };
}
