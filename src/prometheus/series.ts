/**
 * All series of `/metrics` but those of the caches' counters, which have the names of the counters, and of the process,
 * which prom-client names. The types, the README's table and the test of the dashboard derive from these rows.
 */
const task = ['cluster', 'name', 'queue'] as const;
const worker = ['cluster', 'hostname'] as const;
const queue = ['cluster', 'queue'] as const;
const cache = ['cluster', 'cache'] as const;
const cluster = ['cluster'] as const;

export const series = {
  build_info: row('gauge', ['version', 'node'], 'Always 1.'),
  settings_file_current: row('gauge', ['setting'], 'Whether its newest content is in force.'),
  settings_file_loaded_timestamp_seconds: row('gauge', ['setting'], 'When its content was read.'),
  cluster_embedded: row('gauge', cluster, 'Whether it is the embedded cluster, a simulation.'),
  broker_connected: row('gauge', cluster, 'Whether the broker is connected.'),
  broker_reconnects_total: row('counter', cluster, 'Connections regained after a loss.'),

  tasks_total: row('counter', [...task, 'state'], 'Tasks that took on a state, each time that one did.'),
  task_runtime_seconds: row('histogram', task, 'Runtime of tasks that ended.'),
  task_queue_wait_seconds: row('histogram', task, 'From when a task was sent, or due, to its start.'),
  orphaned_tasks: row('gauge', cluster, 'Tasks whose worker died while they ran.'),
  stored_tasks: row('gauge', cluster, 'Tasks that the gateway remembers.'),
  stored_task_bytes: row('gauge', cluster, 'Rough size of the tasks that the gateway remembers.'),
  evicted_tasks_total: row('counter', cluster, 'Tasks forgotten because there was no room.'),

  workers: row('gauge', [...cluster, 'status'], 'Known workers by status.'),
  worker_up: row('gauge', worker, 'Whether it lives: 0 when it neither sends heartbeats nor answers.'),
  worker_listening: row('gauge', worker, 'Whether it listens to remote control commands.'),
  worker_active_tasks: row('gauge', worker, 'Tasks that it runs, by its last heartbeat.'),
  worker_slots: row('gauge', worker, 'Tasks that it can run at once.'),
  worker_processed_tasks_total: row('counter', worker, 'Tasks that it finished since it started.'),
  worker_last_heartbeat_timestamp_seconds: row('gauge', worker, 'When its last heartbeat came.'),

  queue_messages: row('gauge', queue, 'Waiting messages, all priorities.'),
  queue_priority_messages: row('gauge', [...queue, 'priority'], 'Waiting messages of a priority.'),
  queue_unacknowledged_messages: row('gauge', queue, 'Messages that workers hold.'),
  queue_consumers: row('gauge', queue, 'Workers that consume it.'),
  queue_oldest_message_age_seconds: row('gauge', queue, 'Since the next message was sent.'),
  queue_orphaned: row('gauge', queue, 'Whether messages wait in it and nobody consumes it.'),

  events_received_total: row('counter', cluster, 'Good events.'),
  events_malformed_total: row('counter', cluster, 'Events that are not of the protocol.'),
  unreadable_total: row('counter', [...cluster, 'kind'], 'What arrived and could not be read.'),
  events_dropped_total: row('counter', cluster, 'Good events that the gateway failed on.'),
  event_messages_lost_total: row('counter', cluster, 'Messages thrown away: more came than may wait.'),
  event_messages_waiting: row('gauge', cluster, 'Messages that have arrived and are not read yet.'),
  event_gaps_total: row('counter', cluster, 'Spans of time in which events were not heard.'),
  last_event_timestamp_seconds: row('gauge', cluster, 'When the last event came.'),
  event_lag_seconds: row('histogram', cluster, 'From when an event was sent to when it was taken in.'),

  subscriptions_active: row('gauge', cluster, 'Subscriptions to events.'),
  subscription_events_delivered_total: row('counter', cluster, 'Events that subscribers got.'),
  subscription_events_dropped_total: row('counter', cluster, 'Events that slow subscribers missed.'),

  cache_entries: row('gauge', cache, 'Live entries.'),
  cache_max_entries: row('gauge', cache, 'Entries that it may hold.'),
  cache_utilization_ratio: row('gauge', cache, 'Entries of those that it may hold.'),
  cache_bytes: row('gauge', cache, 'Rough size of its entries.'),
  cache_hit_ratio: row('gauge', cache, 'Hits of all requests since the start.'),
  cache_ttl_seconds: row('gauge', cache, 'How long an answer counts as fresh.'),
  cache_adaptive_ttl_min_seconds: row('gauge', cache, 'Shortest TTL in force, where TTLs adapt.'),
  cache_adaptive_ttl_max_seconds: row('gauge', cache, 'Longest TTL in force, where TTLs adapt.'),
  cache_loads_running: row('gauge', cache, 'Loads that have not ended.'),
  cache_scrape_reads_total: row(
    'counter',
    [...cache, 'result'],
    'Hits and misses that were reads of /metrics itself.',
  ),

  shared_cache_up: row('gauge', cluster, 'Whether the level shared with other replicas works.'),
  shared_cache_listening: row('gauge', cluster, 'Whether messages of other replicas are heard.'),
  shared_cache_breaker_opens_total: row('counter', cluster, 'Times that it was given up for a while.'),

  operations_total: row('counter', ['type', 'status'], 'GraphQL operations.'),
  operation_duration_seconds: row('histogram', ['type'], 'Time to execute a query or a mutation.'),
  http_responses_total: row('counter', ['code'], 'HTTP responses, those of /metrics among them.'),
  stalled_connections_total: row('counter', ['transport'], 'Subscribers cut off: they read nothing.'),

  metrics_source_up: row('gauge', ['cluster', 'source'], 'Whether it answered in time for this scrape.'),
  metrics_source_age_seconds: row('gauge', ['cluster', 'source'], 'Age of what it said.'),
  metrics_dropped_series: row(
    'gauge',
    ['cluster', 'of'],
    'Tasks (names and queues), workers and queues without series of their own.',
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
