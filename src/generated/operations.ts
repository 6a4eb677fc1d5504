/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The reason for the TTL of a key. */
export type AdaptiveTtlReason =
  /** The longest TTL at which the accepted share of answers is out of date. */
  | 'CHANGE_RATE'
  /** The value changes so rarely that five times the configured TTL is in effect. */
  | 'CLAMPED_MAX'
  /** The value changes so often that a quarter of the configured TTL is in effect. */
  | 'CLAMPED_MIN'
  /** Too few loads so far: the configured TTL is in effect. */
  | 'LEARNING';

/** What an audit record is about. */
export type AuditAction =
  /** The mutation `addConsumer`. */
  | 'ADD_CONSUMER'
  /** A login. */
  | 'AUTHENTICATE'
  /** The mutation `cancelConsumer`. */
  | 'CANCEL_CONSUMER'
  /** The mutation `disableEvents`. */
  | 'DISABLE_EVENTS'
  /** The mutation `enableEvents`. */
  | 'ENABLE_EVENTS'
  /** The mutation `growPool`. */
  | 'GROW_POOL'
  /** The mutation `invalidateCache`. */
  | 'INVALIDATE_CACHE'
  /** The mutation `pingWorkers`. */
  | 'PING_WORKERS'
  /** The mutation `purgeQueue`. */
  | 'PURGE_QUEUE'
  /** A request that was rejected for its host, its origin or a limit. */
  | 'REQUEST'
  /** The mutation `rerunTask`. */
  | 'RERUN_TASK'
  /** The mutation `restartPool`. */
  | 'RESTART_POOL'
  /** The mutation `revokeByStampedHeaders`. */
  | 'REVOKE_BY_STAMPED_HEADERS'
  /** The mutation `revokeTasks`. */
  | 'REVOKE_TASKS'
  /** The mutation `sendTask`. */
  | 'SEND_TASK'
  /** The mutation `setAutoscale`. */
  | 'SET_AUTOSCALE'
  /** The mutation `setRateLimit`. */
  | 'SET_RATE_LIMIT'
  /** The mutation `setTimeLimits`. */
  | 'SET_TIME_LIMITS'
  /** The mutation `shrinkPool`. */
  | 'SHRINK_POOL'
  /** The mutation `shutdownWorkers`. */
  | 'SHUTDOWN_WORKERS';

/** The outcome of an audited request. */
export type AuditOutcome =
  /** No addressed worker did it, or the request could not be sent. */
  | 'FAILED'
  /** Rejected before anything happened: the caller does not have permission. */
  | 'FORBIDDEN'
  /** Some of the addressed workers did not do it. */
  | 'PARTIAL'
  /** All addressed workers did it, or the mutation succeeded. */
  | 'SUCCEEDED'
  /** Rejected before anything happened: the caller is not authenticated. */
  | 'UNAUTHENTICATED';

/** How a caller was authenticated. */
export type AuthenticationMethod =
  /** User name and password. */
  | 'BASIC'
  /** A bearer token that is listed in the auth file. */
  | 'BEARER'
  /** A token signed by an identity provider. */
  | 'JWT'
  /** The caller is anonymous. */
  | 'NONE'
  /** A trusted proxy has named the user in a header. */
  | 'PROXY';

/** How the gateway talks to a broker. */
export type BrokerTransport =
  /** RabbitMQ. */
  | 'AMQP'
  /** The embedded cluster, inside the gateway. */
  | 'MEMORY'
  /** Redis. */
  | 'REDIS';

/** Kinds of recommendations about a cache. */
export type CacheAdviceKind =
  /** More than 10 evictions within an hour: the cache is too small. */
  | 'FREQUENT_EVICTIONS'
  /** Over 70 %: the cache will soon be too small. */
  | 'HIGH_UTILIZATION'
  /** Below 60 %: use a longer TTL, or clients do not read the same values repeatedly. */
  | 'LOW_HIT_RATE';

/** The caches between clients and the cluster. */
export type CacheName =
  /** Checks of the services that the gateway depends on. */
  | 'HEALTH_CHECK'
  /** Statistics over a window of time, and by task name. */
  | 'METRICS_SUMMARY'
  /** Queues and the number of their messages. */
  | 'QUEUE_STATUS'
  /** Task counts, lists and single tasks. */
  | 'TASK_STATUS'
  /** Workers, and their replies to inspect commands. */
  | 'WORKER_STATUS';

/** Range of time; an end that is omitted is open. Tasks for which the time is unknown do not match. A relative time, such as `-1h`, is relative to the start of each operation. */
export type DateTimeRange = {
  /** At this time or later. */
  after?: string | null | undefined;
  /** Earlier than this time. */
  before?: string | null | undefined;
};

/** Machine-readable error codes: exactly the values of `extensions.code` in errors. */
export type ErrorCode =
  /** The request is not valid HTTP, or contains no operation. */
  | 'BAD_REQUEST'
  /** An argument has a value that the field does not accept. */
  | 'BAD_USER_INPUT'
  /** The broker is unreachable, refuses the connection, or accepts no messages at the moment. Nothing was sent. */
  | 'BROKER_UNAVAILABLE'
  /** A worker rejected the command, or the gateway rejected it to protect the cluster. The message gives the reason. */
  | 'COMMAND_REJECTED'
  /** A cursor of an earlier run of the gateway, or of a record that it no longer has. Start from the first page. */
  | 'CURSOR_EXPIRED'
  /** The events after the given id are no longer available. The stream continues with new events: read the current state. */
  | 'EVENTS_LOST'
  /** The caller is authenticated, but has no permission. */
  | 'FORBIDDEN'
  /** The document is not valid GraphQL. */
  | 'GRAPHQL_PARSE_FAILED'
  /** The document does not match the schema. */
  | 'GRAPHQL_VALIDATION_FAILED'
  /** An internal error of the gateway. Its log has the details, under the `id` next to the code. */
  | 'INTERNAL_SERVER_ERROR'
  /** The request exceeds a limit for one caller. */
  | 'LIMIT_EXCEEDED'
  /** The list was cut; `total` and `shown` give the numbers of members. Use `first` or a filter. */
  | 'LIST_CUT'
  /** A message from the broker violates Celery's protocol. */
  | 'MALFORMED_MESSAGE'
  /** This path does not support the HTTP method. */
  | 'METHOD_NOT_ALLOWED'
  /** The response is not available in any of the accepted media types. */
  | 'NOT_ACCEPTABLE'
  /** There is nothing at this path. */
  | 'NOT_FOUND'
  /** A worker did not answer in time. It may still execute the command. */
  | 'NO_REPLY'
  /** The document has several operations and no operation name was given, or none has the given name. */
  | 'OPERATION_RESOLUTION_FAILURE'
  /** The request did not arrive completely in time. */
  | 'REQUEST_TIMEOUT'
  /** The result backend is unreachable. The broker may be available. */
  | 'RESULT_BACKEND_UNAVAILABLE'
  /** The broker did not answer in time, or an effect was not observed in time. It may still happen. */
  | 'TIMEOUT'
  /** Credentials are missing or wrong. */
  | 'UNAUTHENTICATED'
  /** There is no such cluster, or the caller may not see it, or it was removed or reconfigured during the operation. */
  | 'UNKNOWN_CLUSTER'
  /** No task with this id, or no registered task with this name, is known. */
  | 'UNKNOWN_TASK'
  /** No worker with this node name is known. */
  | 'UNKNOWN_WORKER'
  /** A worker answered, but the reply cannot be read. The command has reached the worker. */
  | 'UNREADABLE_REPLY'
  /** A result of the task is stored, but it cannot be read. */
  | 'UNREADABLE_RESULT'
  /** The request body must be JSON. */
  | 'UNSUPPORTED_MEDIA_TYPE';

/** Why events may be missing. */
export type EventGapCause =
  /** More events arrived than the gateway could keep (`--event-backlog-megabytes`). */
  | 'BACKLOG_FULL'
  /** The connection to the broker was lost. */
  | 'DISCONNECTED'
  /** The gateway had not connected to the broker yet. */
  | 'NOT_CONNECTED_YET';

/** Types of exchanges that workers can declare on every broker. */
export type ExchangeType =
  /** By the exact routing key. */
  | 'DIRECT'
  /** To all bound queues. */
  | 'FANOUT'
  /** By patterns of the routing key, such as `orders.#`. */
  | 'TOPIC';

/** Range of numbers, both ends included; an end that is omitted is open. */
export type FloatRange = {
  /** Largest number that matches. */
  max?: number | null | undefined;
  /** Smallest number that matches. */
  min?: number | null | undefined;
};

/** The result of one check. */
export type HealthCheckStatus =
  /** It works in part: the message says what is missing, and how to mend it. */
  | 'DEGRADED'
  /** It does not work. */
  | 'DOWN'
  /** There is nothing to check. */
  | 'NOT_CONFIGURED'
  /** It is configured, but of a kind that a monitor cannot or must not read. This is not a fault. */
  | 'NOT_READABLE'
  /** It works. */
  | 'OK';

/** How reliable the answers of the gateway are. */
export type HealthStatus =
  /** Something is missing: answers are correct but incomplete. */
  | 'DEGRADED'
  /** The broker cannot be reached: everything is unknown. */
  | 'DOWN'
  /** Everything that is configured works. */
  | 'OK';

/** Range of integers, both ends included; an end that is omitted is open. */
export type IntRange = {
  /** Largest number that matches. */
  max?: number | null | undefined;
  /** Smallest number that matches. */
  min?: number | null | undefined;
};

/** Direction of the order. */
export type OrderDirection =
  /** Ascending: the smallest, earliest, or alphabetically first value comes first. */
  | 'ASC'
  /** Descending: the largest, latest, or alphabetically last value comes first. */
  | 'DESC';

/** All conditions must match. */
export type QueueFilter = {
  /** Whether messages wait. Queues for which this is unknown do not match. */
  hasMessages?: boolean | null | undefined;
  /** Matches any of these names; an empty list matches all. */
  names?: Array<string> | null | undefined;
  /** Whether messages wait and no worker consumes the queue. Queues for which this is unknown do not match. */
  orphaned?: boolean | null | undefined;
  /** Part of the name, case-insensitive. */
  search?: string | null | undefined;
};

/** How the broker stores a queue. */
export type QueueKind =
  /** A classic queue of RabbitMQ. */
  | 'CLASSIC'
  /** Redis lists, one for each priority step. */
  | 'LIST'
  /** A queue of the embedded cluster. */
  | 'MEMORY'
  /** A quorum queue of RabbitMQ. */
  | 'QUORUM'
  /** A stream of RabbitMQ. */
  | 'STREAM';

/** What a caller may do. `OPERATOR` includes `VIEWER`, and `ADMIN` includes both. */
export type Role =
  /** May do everything, including reading the audit log and shutting down workers. */
  | 'ADMIN'
  /** Reads everything except the audit log, and controls workers and tasks. */
  | 'OPERATOR'
  /** Reads everything except the audit log. */
  | 'VIEWER';

/** How a task is sent, as in Celery's `apply_async`. */
export type SendTaskOptions = {
  /** Seconds from now to the earliest start. */
  countdownSeconds?: number | null | undefined;
  /** Earliest start. On Redis, a task that waits longer than the visibility timeout of the workers (one hour by default) runs more than once, regardless of how it was sent. */
  eta?: string | null | undefined;
  /** Latest start: a worker that receives the task later revokes it. */
  expires?: string | null | undefined;
  /** Seconds from now to the latest start. RabbitMQ then drops the task, without any event, if no worker takes it in time. */
  expiresSeconds?: number | null | undefined;
  /** An object of strings, numbers, booleans and nulls, which the task reads with `self.request.get(name)`. Names that Celery or the broker uses are rejected. */
  headers?: unknown;
  /**
   * Id of the task in Celery.
   * @deprecated Use `taskId`.
   */
  id?: string | null | undefined;
  /** Priority from 0 to 255; default: 0. On Redis, 0 is served first and 9 last; on RabbitMQ, the highest priority of the queue is served first. */
  priority?: number | null | undefined;
  /** Name of a queue that the broker, a worker or the configuration knows; default: the default queue of the gateway. */
  queue?: string | null | undefined;
  /** Number of retries that are counted as already made; default: 0. */
  retries?: number | null | undefined;
  /** Seconds after which SoftTimeLimitExceeded is raised in the task. */
  softTimeLimitSeconds?: number | null | undefined;
  /** Id of the task in Celery; default: a new UUID. With an id of your own you can find the task after an error that leaves open whether it was sent. */
  taskId?: string | null | undefined;
  /** Seconds after which the process that runs the task is killed. */
  timeLimitSeconds?: number | null | undefined;
};

/** A stamped header of tasks. */
export type StampedHeader = {
  /** Name of the header. */
  name: string;
  /** Stamp values; a task with any of them matches. */
  stamps: Array<string>;
};

/** All conditions must match; a list matches any of its members, an empty list matches everything. The conditions are compared with the task as it is after the event. */
export type TaskEventFilter = {
  /** Node names of the workers that last had the tasks. */
  hostnames?: Array<string> | null | undefined;
  /**
   * Ids of tasks, as Celery has them.
   * @deprecated Use `taskIds`.
   */
  ids?: Array<string> | null | undefined;
  /** What the events report. */
  kinds?: Array<TaskEventKind> | null | undefined;
  /** Names of the tasks. */
  names?: Array<string> | null | undefined;
  /** Id of the parent task. */
  parentId?: string | null | undefined;
  /** Queue names; known for tasks whose senders publish task-sent events. */
  queues?: Array<string> | null | undefined;
  /** Id of the root task. */
  rootId?: string | null | undefined;
  /** As in `TaskFilter`. */
  search?: string | null | undefined;
  /** As in `TaskFilter`. */
  states?: Array<string> | null | undefined;
  /** Ids of tasks, as Celery has them. */
  taskIds?: Array<string> | null | undefined;
  /** Event types, such as `task-received` or `task-failed`. */
  types?: Array<string> | null | undefined;
  /**
   * Node names of the workers that last had the tasks.
   * @deprecated Use `hostnames`.
   */
  workers?: Array<string> | null | undefined;
};

/** What a task event reports. */
export type TaskEventKind =
  /** An event of the type `task-cancelled`. */
  | 'CANCELLED'
  /** An event that the application sends itself; `type` is its name. */
  | 'CUSTOM'
  /** An event of the type `task-failed`. */
  | 'FAILED'
  /** An event of the type `task-received`. */
  | 'RECEIVED'
  /** An event of the type `task-rejected`. */
  | 'REJECTED'
  /** An event of the type `task-retried`. */
  | 'RETRIED'
  /** An event of the type `task-revoked`. */
  | 'REVOKED'
  /** An event of the type `task-sent`. */
  | 'SENT'
  /** An event of the type `task-started`. */
  | 'STARTED'
  /** An event of the type `task-succeeded`. */
  | 'SUCCEEDED';

/** All conditions must match; a list matches any of its members, an empty list matches everything. */
export type TaskFilter = {
  /**
   * When the task reached a final state.
   * @deprecated Use `finishedAt`.
   */
  finished?: DateTimeRange | null | undefined;
  /** When the task reached a final state. */
  finishedAt?: DateTimeRange | null | undefined;
  /** Node names of the workers that last had the tasks. */
  hostnames?: Array<string> | null | undefined;
  /**
   * Ids of tasks, as Celery has them.
   * @deprecated Use `taskIds`.
   */
  ids?: Array<string> | null | undefined;
  /** Names of the tasks. */
  names?: Array<string> | null | undefined;
  /** Whether the worker disappeared while it ran the task, and neither an event nor a result was seen since. */
  orphaned?: boolean | null | undefined;
  /** Id of the parent task: all tasks that it sent. */
  parentId?: string | null | undefined;
  /** Queue names; known for tasks whose senders publish task-sent events. */
  queues?: Array<string> | null | undefined;
  /**
   * When a worker took the task from the queue.
   * @deprecated Use `receivedAt`.
   */
  received?: DateTimeRange | null | undefined;
  /** When a worker took the task from the queue. */
  receivedAt?: DateTimeRange | null | undefined;
  /** Number of retries. */
  retries?: IntRange | null | undefined;
  /** Id of the root task: all tasks of its workflow, including the root. */
  rootId?: string | null | undefined;
  /** Run time in seconds, as measured by the worker; tasks that have not succeeded do not match. */
  runtimeSeconds?: FloatRange | null | undefined;
  /** Full text search in id, name, args, kwargs, result and exception. All terms must occur; `OR` separates alternatives, "quotes" make a phrase, `-` excludes a term, and `name:`, `state:`, `worker:`, `queue:`, `args:`, `kwargs:`, `result:`, `exception:` restrict a term to one field; `kwargs:key=value` matches one whole keyword argument. Other prefixes are rejected with BAD_USER_INPUT; put a text that contains a colon in quotes. */
  search?: string | null | undefined;
  /**
   * When the latest run of the task started.
   * @deprecated Use `startedAt`.
   */
  started?: DateTimeRange | null | undefined;
  /** When the latest run of the task started. */
  startedAt?: DateTimeRange | null | undefined;
  /** States. A name that is neither a state of Celery nor a state that a task has had is rejected. */
  states?: Array<string> | null | undefined;
  /** Ids of tasks, as Celery has them. */
  taskIds?: Array<string> | null | undefined;
  /**
   * Node names of the workers that last had the tasks.
   * @deprecated Use `hostnames`.
   */
  workers?: Array<string> | null | undefined;
};

/** Tasks without a value come last in both directions; tasks with the same value are ordered by the time at which the gateway first saw them, in the same direction. Pages neither repeat nor skip a task whose value does not change; a task whose value changes while a client reads the pages moves to its new position, and may appear twice or not at all. */
export type TaskOrder = {
  /** Direction of the order. */
  direction?: OrderDirection;
  /** The field by which tasks are sorted. */
  field: TaskOrderField;
};

/** Fields by which tasks can be sorted. */
export type TaskOrderField =
  /** When the task reached a final state. */
  | 'FINISHED'
  /** Name of the task, in the order of character codes. */
  | 'NAME'
  /** Time between sending and start. */
  | 'QUEUE_WAIT'
  /** When a worker took the task from the queue. */
  | 'RECEIVED'
  /** Run time, as measured by the worker. */
  | 'RUNTIME'
  /** When the gateway first saw the task: this never changes, so pages never shift. */
  | 'SEEN'
  /** When the latest run started. */
  | 'STARTED'
  /** Name of the state. */
  | 'STATE';

/** The source of the state of a task. */
export type TaskSource =
  /** Events of workers and senders. */
  | 'EVENTS'
  /** A reply of a worker about the tasks that it holds, has revoked, or no longer has. */
  | 'INSPECT'
  /** The stored result of the task. */
  | 'RESULT_BACKEND';

/** All conditions must match. */
export type TaskTypeFilter = {
  /** Matches any of these names; an empty list matches all. */
  names?: Array<string> | null | undefined;
  /** Part of the name, case-insensitive. */
  search?: string | null | undefined;
};

/** Signal for the process that runs a task. */
export type TerminateSignal =
  /** Interrupts the process, as Ctrl-C does in a terminal. */
  | 'SIGINT'
  /** Kills the process immediately, without any cleanup. */
  | 'SIGKILL'
  /** Ends the process, possibly with a core dump. */
  | 'SIGQUIT'
  /** Ends the process that runs the task: Celery's default. */
  | 'SIGTERM'
  /** Raises SoftTimeLimitExceeded in the task, so that it can clean up. */
  | 'SIGUSR1';

/** Progress of one load. */
export type WarmUpLoadStatus =
  /** The load failed; the other loads continue. It is repeated if the broker did not answer. */
  | 'FAILED'
  /** The value is in its cache. */
  | 'LOADED'
  /** The load is running. */
  | 'LOADING'
  /** The load has not started. */
  | 'WAITING';

/** Progress of the warm-up. */
export type WarmUpState =
  /** The deadline has passed: readiness no longer waits for the warm-up. The missing values are still loaded. */
  | 'LATE'
  /** Loads are running. */
  | 'LOADING'
  /** No loads are configured. */
  | 'OFF'
  /** Waiting for the broker, and for the workers to report their tasks. */
  | 'WAITING'
  /** All loads have ended: the first reads find their values in the caches. */
  | 'WARM';

/** Why the status of a worker changed. */
export type WorkerChangeCause =
  /** The worker was seen for the first time. */
  | 'APPEARED'
  /** The worker missed its heartbeats: it was killed, stopped, disconnected, or is busy. */
  | 'FELL_SILENT'
  /** The worker has been offline for a long time. */
  | 'FORGOTTEN'
  /** Another process started to use the same node name. */
  | 'RESTARTED'
  /** The worker sent events or replies again. */
  | 'RETURNED'
  /** The worker reported an orderly shutdown. */
  | 'SAID_GOODBYE';

/** All conditions must match; a list matches any of its members, an empty list matches everything. */
export type WorkerEventFilter = {
  /** Node names. */
  hostnames?: Array<string> | null | undefined;
  /** Part of the node name, case-insensitive. */
  search?: string | null | undefined;
  /** Default: all except `HEARTBEAT`. */
  types?: Array<WorkerEventType> | null | undefined;
};

/** What happened to a worker. */
export type WorkerEventType =
  /** The worker has been offline for so long that it is no longer listed. */
  | 'FORGOTTEN'
  /** The worker sent a heartbeat. Only sent to subscribers that request this type. */
  | 'HEARTBEAT'
  /** The worker reported its shutdown, or missed more than three heartbeats: see the cause. */
  | 'OFFLINE'
  /** The worker appeared, or is active again. */
  | 'ONLINE'
  /** Another process uses the same node name. */
  | 'RESTARTED'
  /** The heartbeat is late. A worker with a solo pool may be busy. */
  | 'STALE';

/** All conditions must match; a list matches any of its members, an empty list matches everything. */
export type WorkerFilter = {
  /** Node names; if there are 20 or fewer, only these workers are asked. */
  hostnames?: Array<string> | null | undefined;
  /** Part of the node name, case-insensitive. */
  search?: string | null | undefined;
  /** Statuses of the workers. */
  statuses?: Array<WorkerStatus> | null | undefined;
};

/** Whether a worker is alive, determined from its heartbeats, other events, replies, and its registration at the broker. */
export type WorkerStatus =
  /** The worker reported its shutdown, or it missed three heartbeats and does not reply to commands. */
  | 'OFFLINE'
  /** The last heartbeat is less than two periods old. For a worker without heartbeats: it replies to commands. */
  | 'ONLINE'
  /** The heartbeats are late, but only recently, or the worker replies to commands, or it may be busy: a solo pool sends nothing while a task runs. */
  | 'STALE';

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { name: string, role: Role, method: AuthenticationMethod, expiresAt: string | null } | null };

export type AuditQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  kind?: AuditAction | null | undefined;
  viewer?: string | null | undefined;
  outcome?: AuditOutcome | null | undefined;
}>;


export type AuditQuery = { audit: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, receivedAt: string, viewer: string | null, role: Role | null, method: AuthenticationMethod, address: string | null, kind: AuditAction, action: string, arguments: string | null, outcome: AuditOutcome, code: ErrorCode | null, message: string | null, answered: Array<string>, silent: Array<string>, taskIds: Array<string>, durationSeconds: number }> } | null };

export type CacheStatsReportFragment = { timestamp: string, caches: Array<{ name: CacheName, size: number, maxSize: number, utilizationPercent: number, hitRatePercent: number, totalRequests: number, reads: number, loadsRunning: number, bytes: number, ttlSeconds: number, hits: number, misses: number, bypasses: number, collapsed: number, staleHits: number, refreshes: number, prefetches: number, prefetchesUsed: number, prefetchesWasted: number, loads: number, found: number, loadFailures: number, discarded: number, sets: number, replacements: number, evictions: number, expirations: number, invalidations: number, pushInvalidations: number, requests: number, requestHits: number, adaptiveTtl: { acceptedOutOfDatePercent: number, keys: number, minTtlSeconds: number | null, maxTtlSeconds: number | null, examples: Array<{ key: string, ttlSeconds: number, changesPerSecond: number, reason: AdaptiveTtlReason }> } | null, advice: Array<{ kind: CacheAdviceKind, message: string, value: number, threshold: number }> }>, summary: { totalHits: number, totalMisses: number, totalRequests: number, overallHitRatePercent: number }, keptAnswers: { size: number, maxSize: number, bytes: number, maxBytes: number, hits: number, stored: number, outdated: number, evictions: number } | null };

export type CacheStatsQueryVariables = Exact<{
  names?: Array<CacheName> | CacheName | null | undefined;
  cluster?: string | null | undefined;
}>;


export type CacheStatsQuery = { cacheStats: { timestamp: string, caches: Array<{ name: CacheName, size: number, maxSize: number, utilizationPercent: number, hitRatePercent: number, totalRequests: number, reads: number, loadsRunning: number, bytes: number, ttlSeconds: number, hits: number, misses: number, bypasses: number, collapsed: number, staleHits: number, refreshes: number, prefetches: number, prefetchesUsed: number, prefetchesWasted: number, loads: number, found: number, loadFailures: number, discarded: number, sets: number, replacements: number, evictions: number, expirations: number, invalidations: number, pushInvalidations: number, requests: number, requestHits: number, adaptiveTtl: { acceptedOutOfDatePercent: number, keys: number, minTtlSeconds: number | null, maxTtlSeconds: number | null, examples: Array<{ key: string, ttlSeconds: number, changesPerSecond: number, reason: AdaptiveTtlReason }> } | null, advice: Array<{ kind: CacheAdviceKind, message: string, value: number, threshold: number }> }>, summary: { totalHits: number, totalMisses: number, totalRequests: number, overallHitRatePercent: number }, keptAnswers: { size: number, maxSize: number, bytes: number, maxBytes: number, hits: number, stored: number, outdated: number, evictions: number } | null } | null };

export type InvalidateCacheMutationVariables = Exact<{
  name?: CacheName | null | undefined;
  keyPrefix?: string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type InvalidateCacheMutation = { invalidateCache: { invalidated: number, caches: Array<CacheName> } | null };

export type WatchCacheStatsSubscriptionVariables = Exact<{
  names?: Array<CacheName> | CacheName | null | undefined;
  intervalSeconds?: number | null | undefined;
  cluster?: string | null | undefined;
}>;


export type WatchCacheStatsSubscription = { cacheStats: { timestamp: string, caches: Array<{ name: CacheName, size: number, maxSize: number, utilizationPercent: number, hitRatePercent: number, totalRequests: number, reads: number, loadsRunning: number, bytes: number, ttlSeconds: number, hits: number, misses: number, bypasses: number, collapsed: number, staleHits: number, refreshes: number, prefetches: number, prefetchesUsed: number, prefetchesWasted: number, loads: number, found: number, loadFailures: number, discarded: number, sets: number, replacements: number, evictions: number, expirations: number, invalidations: number, pushInvalidations: number, requests: number, requestHits: number, adaptiveTtl: { acceptedOutOfDatePercent: number, keys: number, minTtlSeconds: number | null, maxTtlSeconds: number | null, examples: Array<{ key: string, ttlSeconds: number, changesPerSecond: number, reason: AdaptiveTtlReason }> } | null, advice: Array<{ kind: CacheAdviceKind, message: string, value: number, threshold: number }> }>, summary: { totalHits: number, totalMisses: number, totalRequests: number, overallHitRatePercent: number }, keptAnswers: { size: number, maxSize: number, bytes: number, maxBytes: number, hits: number, stored: number, outdated: number, evictions: number } | null } };

export type ClustersQueryVariables = Exact<{
  useCache?: boolean | null | undefined;
}>;


export type ClustersQuery = { clusters: Array<{ id: string, name: string, embedded: boolean, broker: { transport: BrokerTransport, connected: boolean }, workers: { nodes: Array<{ id: string, hostname: string, status: WorkerStatus }> } | null, queues: { nodes: Array<{ id: string, name: string, messages: number | null }> } | null, taskStatus: { total: number, counts: Array<{ state: string, count: number }> } | null, metricsSummary: { throughputPerSecond: number, failureRatePercent: number | null, workersOnline: number, waitingMessages: number | null } | null, health: { status: HealthStatus } | null, cacheStats: { summary: { totalRequests: number, overallHitRatePercent: number } } | null }> | null };

type ControlPayload_RevokeTasksPayload_Fragment = { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> };

type ControlPayload_WorkerControlPayload_Fragment = { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> };

export type ControlPayloadFragment =
  | ControlPayload_RevokeTasksPayload_Fragment
  | ControlPayload_WorkerControlPayload_Fragment
;

export type PingWorkersMutationVariables = Exact<{
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type PingWorkersMutation = { pingWorkers: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type ShutdownWorkersMutationVariables = Exact<{
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type ShutdownWorkersMutation = { shutdownWorkers: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type GrowPoolMutationVariables = Exact<{
  count?: number | null | undefined;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type GrowPoolMutation = { growPool: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type ShrinkPoolMutationVariables = Exact<{
  count?: number | null | undefined;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type ShrinkPoolMutation = { shrinkPool: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type RestartPoolMutationVariables = Exact<{
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type RestartPoolMutation = { restartPool: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type SetAutoscaleMutationVariables = Exact<{
  max: number;
  min: number;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type SetAutoscaleMutation = { setAutoscale: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type AddConsumerMutationVariables = Exact<{
  queue: string;
  exchange?: string | null | undefined;
  exchangeType?: ExchangeType | null | undefined;
  routingKey?: string | null | undefined;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type AddConsumerMutation = { addConsumer: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type CancelConsumerMutationVariables = Exact<{
  queue: string;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type CancelConsumerMutation = { cancelConsumer: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type SetRateLimitMutationVariables = Exact<{
  taskName: string;
  rateLimit: string;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type SetRateLimitMutation = { setRateLimit: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type SetTimeLimitsMutationVariables = Exact<{
  taskName: string;
  softSeconds?: number | null | undefined;
  hardSeconds?: number | null | undefined;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type SetTimeLimitsMutation = { setTimeLimits: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type EnableEventsMutationVariables = Exact<{
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type EnableEventsMutation = { enableEvents: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type DisableEventsMutationVariables = Exact<{
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type DisableEventsMutation = { disableEvents: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type RevokedTasksFragment = { dryRun: boolean, totalCount: number, capped: boolean, terminated: Array<string>, silent: Array<string>, tasks: Array<{ taskId: string, name: string | null, state: string | null, hostname: string | null }>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> };

export type RevokeTasksMutationVariables = Exact<{
  taskIds: Array<string> | string;
  terminate?: boolean | null | undefined;
  signal?: TerminateSignal | null | undefined;
  dryRun?: boolean | null | undefined;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type RevokeTasksMutation = { revokeTasks: { dryRun: boolean, totalCount: number, capped: boolean, terminated: Array<string>, silent: Array<string>, tasks: Array<{ taskId: string, name: string | null, state: string | null, hostname: string | null }>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type RevokeTasksByFilterMutationVariables = Exact<{
  filter: TaskFilter;
  limit?: number | null | undefined;
  dryRun?: boolean | null | undefined;
  terminate?: boolean | null | undefined;
  signal?: TerminateSignal | null | undefined;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type RevokeTasksByFilterMutation = { revokeTasks: { dryRun: boolean, totalCount: number, capped: boolean, terminated: Array<string>, silent: Array<string>, tasks: Array<{ taskId: string, name: string | null, state: string | null, hostname: string | null }>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type RevokeByStampedHeadersMutationVariables = Exact<{
  headers: Array<StampedHeader> | StampedHeader;
  terminate?: boolean | null | undefined;
  signal?: TerminateSignal | null | undefined;
  hostnames?: Array<string> | string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type RevokeByStampedHeadersMutation = { revokeByStampedHeaders: { silent: Array<string>, replies: Array<{ hostname: string, ok: boolean, message: string, confirmed: boolean | null }>, errors: Array<{ code: ErrorCode, hostname: string | null, message: string }> } | null };

export type HealthQueryVariables = Exact<{
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type HealthQuery = { health: { status: HealthStatus, checks: Array<{ name: string, status: HealthCheckStatus, latencySeconds: number | null, message: string, checkedAt: string }> } | null };

export type GatewayQueryVariables = Exact<{
  cluster?: string | null | undefined;
}>;


export type GatewayQuery = { gateway: { version: string, uptimeSeconds: number, embedded: boolean, broker: { transport: BrokerTransport, address: string, connected: boolean, changedAt: string, reason: string | null }, events: { received: number, malformed: number, waiting: number, waitingBytes: number, lost: number, lostBytes: number, dropped: number, reconnects: number, lastEventAt: string | null, gaps: Array<{ startedAt: string | null, endedAt: string | null, cause: EventGapCause, reason: string, seededTasks: number, settledTasks: number, filledAt: string | null }> }, taskStore: { tasks: number, bytes: number, evicted: number }, warmUp: { state: WarmUpState, startedAt: string, finishedAt: string | null, deadlineSeconds: number, jitterSeconds: number, loads: Array<{ name: string, status: WarmUpLoadStatus, durationSeconds: number | null, error: ErrorCode | null }> } } | null };

export type MetricsSummaryQueryVariables = Exact<{
  windowSeconds?: number | null | undefined;
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type MetricsSummaryQuery = { metricsSummary: { windowSeconds: number, finished: number, succeeded: number, failed: number, throughputPerSecond: number, successRatePercent: number | null, failureRatePercent: number | null, workersOnline: number, workersTotal: number, poolSlots: number | null, saturationPercent: number | null, waitingMessages: number | null, unacknowledgedMessages: number | null, delayedMessages: number | null, oldestWaitingAgeSeconds: number | null, runtime: { count: number, avgSeconds: number | null, p50Seconds: number | null, p95Seconds: number | null, p99Seconds: number | null, maxSeconds: number | null }, queueWait: { count: number, avgSeconds: number | null, p50Seconds: number | null, p95Seconds: number | null, p99Seconds: number | null, maxSeconds: number | null } } | null };

export type TaskTypesQueryVariables = Exact<{
  windowSeconds?: number | null | undefined;
  filter?: TaskTypeFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type TaskTypesQuery = { taskTypes: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, total: number, finished: number, succeeded: number, failed: number, throughputPerSecond: number | null, successRatePercent: number | null, failureRatePercent: number | null, registeredBy: Array<string> | null, counts: Array<{ state: string, count: number }>, runtime: { count: number, avgSeconds: number | null, p50Seconds: number | null, p95Seconds: number | null, p99Seconds: number | null, maxSeconds: number | null }, queueWait: { count: number, avgSeconds: number | null, p50Seconds: number | null, p95Seconds: number | null, p99Seconds: number | null, maxSeconds: number | null } }> } | null };

export type DistributionFragment = { count: number, avgSeconds: number | null, p50Seconds: number | null, p95Seconds: number | null, p99Seconds: number | null, maxSeconds: number | null };

export type QueuesQueryVariables = Exact<{
  filter?: QueueFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type QueuesQuery = { queues: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, kind: QueueKind | null, messages: number | null, unacknowledged: number | null, consumers: number | null, oldestMessageAgeSeconds: number | null, orphaned: boolean | null, messagesByPriority: Array<{ priority: number, messages: number }> | null }> } | null };

export type SendTaskMutationVariables = Exact<{
  name: string;
  args?: Array<unknown> | unknown | null | undefined;
  kwargs?: unknown;
  options?: SendTaskOptions | null | undefined;
  cluster?: string | null | undefined;
}>;


export type SendTaskMutation = { sendTask: { taskId: string, queue: string, task: { id: string, taskId: string, name: string | null, state: string, args: string | null, kwargs: string | null, queue: string | null, eta: string | null, expires: string | null, rootId: string | null, parentId: string | null } | null } | null };

export type RerunTaskMutationVariables = Exact<{
  taskId: string;
  args?: Array<unknown> | unknown | null | undefined;
  kwargs?: unknown;
  queue?: string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type RerunTaskMutation = { rerunTask: { taskId: string, queue: string, task: { id: string, taskId: string, name: string | null, state: string, args: string | null, kwargs: string | null, queue: string | null, rootId: string | null, parentId: string | null } | null, original: { id: string, taskId: string, state: string } } | null };

export type PurgeQueueMutationVariables = Exact<{
  name: string;
  expectedMessages: number;
  cluster?: string | null | undefined;
}>;


export type PurgeQueueMutation = { purgeQueue: { name: string, purged: number } | null };

export type WatchTaskEventsSubscriptionVariables = Exact<{
  filter?: TaskEventFilter | null | undefined;
  after?: string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type WatchTaskEventsSubscription = { taskEvents: { eventId: string, type: string, state: string, occurredAt: string, hostname: string, dropped: number, task: { id: string, taskId: string, name: string | null, state: string, args: string | null, kwargs: string | null, result: string | null, exception: string | null, hostname: string | null, retries: number, runtimeSeconds: number | null, queueWaitSeconds: number | null } } };

export type WatchWorkerEventsSubscriptionVariables = Exact<{
  filter?: WorkerEventFilter | null | undefined;
  after?: string | null | undefined;
  cluster?: string | null | undefined;
}>;


export type WatchWorkerEventsSubscription = { workerEvents: { eventId: string, type: WorkerEventType, cause: WorkerChangeCause | null, previousStatus: WorkerStatus | null, noticedAt: string, dropped: number, worker: { id: string, hostname: string, status: WorkerStatus, lastHeartbeatAt: string | null, pid: number | null, activeCount: number | null, processed: number | null } } };

export type WatchQueuesSubscriptionVariables = Exact<{
  intervalSeconds?: number | null | undefined;
  cluster?: string | null | undefined;
}>;


export type WatchQueuesSubscription = { queues: Array<{ id: string, name: string, kind: QueueKind | null, messages: number | null, unacknowledged: number | null, consumers: number | null, oldestMessageAgeSeconds: number | null, orphaned: boolean | null, messagesByPriority: Array<{ priority: number, messages: number }> | null }> };

export type WatchMetricsSummarySubscriptionVariables = Exact<{
  windowSeconds?: number | null | undefined;
  intervalSeconds?: number | null | undefined;
  cluster?: string | null | undefined;
}>;


export type WatchMetricsSummarySubscription = { metricsSummary: { finished: number, succeeded: number, failed: number, throughputPerSecond: number, failureRatePercent: number | null, workersOnline: number, workersTotal: number, saturationPercent: number | null, waitingMessages: number | null, oldestWaitingAgeSeconds: number | null, runtime: { p50Seconds: number | null, p95Seconds: number | null, maxSeconds: number | null }, queueWait: { p50Seconds: number | null, p95Seconds: number | null, maxSeconds: number | null } } };

export type TaskStatusQueryVariables = Exact<{
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
  reserved?: boolean;
  scheduled?: boolean;
}>;


export type TaskStatusQuery = { taskStatus: { total: number, orphaned: number, delayed: number | null, counts: Array<{ state: string, count: number }>, active: { total: number, byWorker: Array<{ hostname: string, count: number }>, byName: Array<{ name: string, count: number }> } | null, reserved?: { total: number, byWorker: Array<{ hostname: string, count: number }>, byName: Array<{ name: string, count: number }> } | null, scheduled?: { total: number, byWorker: Array<{ hostname: string, count: number }>, byName: Array<{ name: string, count: number }> } | null } | null };

export type HeldTasksFragment = { total: number, byWorker: Array<{ hostname: string, count: number }>, byName: Array<{ name: string, count: number }> };

export type TasksQueryVariables = Exact<{
  filter?: TaskFilter | null | undefined;
  orderBy?: TaskOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type TasksQuery = { tasks: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, taskId: string, name: string | null, state: string, args: string | null, kwargs: string | null, result: string | null, exception: string | null, hostname: string | null, queue: string | null, retries: number, receivedAt: string | null, startedAt: string | null, finishedAt: string | null, runtimeSeconds: number | null, queueWaitSeconds: number | null }> } | null };

export type TaskQueryVariables = Exact<{
  taskId: string;
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type TaskQuery = { task: { id: string, taskId: string, name: string | null, shadow: string | null, state: string, source: TaskSource, args: string | null, argsTruncated: boolean, kwargs: string | null, kwargsTruncated: boolean, result: string | null, progress: unknown, exception: string | null, traceback: string | null, retries: number, queue: string | null, eta: string | null, expires: string | null, orphaned: boolean, orphanedAt: string | null, sentAt: string | null, receivedAt: string | null, startedAt: string | null, finishedAt: string | null, runtimeSeconds: number | null, elapsedSeconds: number | null, queueWaitSeconds: number | null, attemptsOmitted: number, attempts: Array<{ hostname: string | null, state: string, startedAt: string | null, endedAt: string | null, exception: string | null, runtimeSeconds: number | null }>, worker: { id: string, hostname: string, status: WorkerStatus } | null, root: { id: string, taskId: string, name: string | null, state: string } | null, parent: { id: string, taskId: string, name: string | null, state: string } | null, children: { nodes: Array<{ id: string, taskId: string, name: string | null, state: string }> } | null } | null };

export type WorkersQueryVariables = Exact<{
  filter?: WorkerFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type WorkersQuery = { workers: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, hostname: string, status: WorkerStatus, lastHeartbeatAt: string | null, activeCount: number | null, processed: number | null, loadAverage: Array<number> | null, software: { ident: string | null, version: string | null } | null }> } | null };

export type WorkersStatusQueryVariables = Exact<{
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type WorkersStatusQuery = { total: number | null, online: number | null, workers: { totalCount: number, pageInfo: { hasNextPage: boolean }, nodes: Array<{ id: string, hostname: string, status: WorkerStatus, lastHeartbeatAt: string | null, pid: number | null, processed: number | null, activeCount: number | null, loadAverage: Array<number> | null, unresponsive: boolean | null, stats: { uptimeSeconds: number | null, concurrency: number | null, processes: Array<number> | null, prefetchCount: number | null, total: number | null } | null, activeQueues: Array<{ name: string }> | null }> } | null };

export type WorkerQueryVariables = Exact<{
  hostname: string;
  useCache?: boolean | null | undefined;
  cluster?: string | null | undefined;
}>;


export type WorkerQuery = { worker: { id: string, hostname: string, status: WorkerStatus, lastHeartbeatAt: string | null, pid: number | null, unresponsive: boolean | null, respondedAt: string | null, registeredTasks: Array<string> | null, conf: unknown, stats: { uptimeSeconds: number | null, concurrency: number | null, processes: Array<number> | null, prefetchCount: number | null, totals: Array<{ name: string, count: number }> | null, rusage: { utime: number | null, stime: number | null, maxrss: number | null } | null } | null, activeTasks: Array<{ taskId: string, name: string | null, args: string | null, kwargs: string | null, startedAt: string | null }> | null, reservedTasks: Array<{ taskId: string, name: string | null }> | null, scheduledTasks: Array<{ eta: string | null, request: { taskId: string, name: string | null } }> | null, activeQueues: Array<{ name: string, exchange: string | null, routingKey: string | null }> | null } | null };

export const CacheStatsReportFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CacheStatsReport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CacheStatsReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"timestamp"},"name":{"kind":"Name","value":"measuredAt"}},{"kind":"Field","name":{"kind":"Name","value":"caches"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"utilizationPercent"}},{"kind":"Field","name":{"kind":"Name","value":"hitRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"totalRequests"}},{"kind":"Field","name":{"kind":"Name","value":"reads"}},{"kind":"Field","name":{"kind":"Name","value":"loadsRunning"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"ttlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"misses"}},{"kind":"Field","name":{"kind":"Name","value":"bypasses"}},{"kind":"Field","name":{"kind":"Name","value":"collapsed"}},{"kind":"Field","name":{"kind":"Name","value":"staleHits"}},{"kind":"Field","name":{"kind":"Name","value":"refreshes"}},{"kind":"Field","name":{"kind":"Name","value":"prefetches"}},{"kind":"Field","name":{"kind":"Name","value":"prefetchesUsed"}},{"kind":"Field","name":{"kind":"Name","value":"prefetchesWasted"}},{"kind":"Field","name":{"kind":"Name","value":"loads"}},{"kind":"Field","name":{"kind":"Name","value":"found"}},{"kind":"Field","name":{"kind":"Name","value":"loadFailures"}},{"kind":"Field","name":{"kind":"Name","value":"discarded"}},{"kind":"Field","name":{"kind":"Name","value":"sets"}},{"kind":"Field","name":{"kind":"Name","value":"replacements"}},{"kind":"Field","name":{"kind":"Name","value":"evictions"}},{"kind":"Field","name":{"kind":"Name","value":"expirations"}},{"kind":"Field","name":{"kind":"Name","value":"invalidations"}},{"kind":"Field","name":{"kind":"Name","value":"pushInvalidations"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"requestHits"}},{"kind":"Field","name":{"kind":"Name","value":"adaptiveTtl"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"acceptedOutOfDatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"keys"}},{"kind":"Field","name":{"kind":"Name","value":"minTtlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxTtlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"examples"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"ttlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"changesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"advice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"threshold"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalHits"}},{"kind":"Field","name":{"kind":"Name","value":"totalMisses"}},{"kind":"Field","name":{"kind":"Name","value":"totalRequests"}},{"kind":"Field","name":{"kind":"Name","value":"overallHitRatePercent"}}]}},{"kind":"Field","name":{"kind":"Name","value":"keptAnswers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"maxBytes"}},{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"stored"}},{"kind":"Field","name":{"kind":"Name","value":"outdated"}},{"kind":"Field","name":{"kind":"Name","value":"evictions"}}]}}]}}]} as unknown as DocumentNode<CacheStatsReportFragment, unknown>;
export const ControlPayloadFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<ControlPayloadFragment, unknown>;
export const RevokedTasksFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RevokedTasks"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RevokeTasksPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"tasks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"capped"}},{"kind":"Field","name":{"kind":"Name","value":"terminated"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<RevokedTasksFragment, unknown>;
export const DistributionFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Distribution"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Distribution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"avgSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"p50Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p95Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p99Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxSeconds"}}]}}]} as unknown as DocumentNode<DistributionFragment, unknown>;
export const HeldTasksFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HeldTasks"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"HeldTasks"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"byWorker"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"byName"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]} as unknown as DocumentNode<HeldTasksFragment, unknown>;
export const MeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<MeQuery, MeQueryVariables>;
export const AuditDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Audit"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"kind"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AuditAction"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"viewer"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"outcome"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AuditOutcome"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"audit"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"kind"},"value":{"kind":"Variable","name":{"kind":"Name","value":"kind"}}},{"kind":"Argument","name":{"kind":"Name","value":"viewer"},"value":{"kind":"Variable","name":{"kind":"Name","value":"viewer"}}},{"kind":"Argument","name":{"kind":"Name","value":"outcome"},"value":{"kind":"Variable","name":{"kind":"Name","value":"outcome"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}},{"kind":"Field","name":{"kind":"Name","value":"viewer"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"arguments"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"answered"}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"taskIds"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}}]}}]}}]}}]} as unknown as DocumentNode<AuditQuery, AuditQueryVariables>;
export const CacheStatsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CacheStats"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"names"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CacheName"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cacheStats"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"names"},"value":{"kind":"Variable","name":{"kind":"Name","value":"names"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CacheStatsReport"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CacheStatsReport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CacheStatsReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"timestamp"},"name":{"kind":"Name","value":"measuredAt"}},{"kind":"Field","name":{"kind":"Name","value":"caches"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"utilizationPercent"}},{"kind":"Field","name":{"kind":"Name","value":"hitRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"totalRequests"}},{"kind":"Field","name":{"kind":"Name","value":"reads"}},{"kind":"Field","name":{"kind":"Name","value":"loadsRunning"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"ttlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"misses"}},{"kind":"Field","name":{"kind":"Name","value":"bypasses"}},{"kind":"Field","name":{"kind":"Name","value":"collapsed"}},{"kind":"Field","name":{"kind":"Name","value":"staleHits"}},{"kind":"Field","name":{"kind":"Name","value":"refreshes"}},{"kind":"Field","name":{"kind":"Name","value":"prefetches"}},{"kind":"Field","name":{"kind":"Name","value":"prefetchesUsed"}},{"kind":"Field","name":{"kind":"Name","value":"prefetchesWasted"}},{"kind":"Field","name":{"kind":"Name","value":"loads"}},{"kind":"Field","name":{"kind":"Name","value":"found"}},{"kind":"Field","name":{"kind":"Name","value":"loadFailures"}},{"kind":"Field","name":{"kind":"Name","value":"discarded"}},{"kind":"Field","name":{"kind":"Name","value":"sets"}},{"kind":"Field","name":{"kind":"Name","value":"replacements"}},{"kind":"Field","name":{"kind":"Name","value":"evictions"}},{"kind":"Field","name":{"kind":"Name","value":"expirations"}},{"kind":"Field","name":{"kind":"Name","value":"invalidations"}},{"kind":"Field","name":{"kind":"Name","value":"pushInvalidations"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"requestHits"}},{"kind":"Field","name":{"kind":"Name","value":"adaptiveTtl"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"acceptedOutOfDatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"keys"}},{"kind":"Field","name":{"kind":"Name","value":"minTtlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxTtlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"examples"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"ttlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"changesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"advice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"threshold"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalHits"}},{"kind":"Field","name":{"kind":"Name","value":"totalMisses"}},{"kind":"Field","name":{"kind":"Name","value":"totalRequests"}},{"kind":"Field","name":{"kind":"Name","value":"overallHitRatePercent"}}]}},{"kind":"Field","name":{"kind":"Name","value":"keptAnswers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"maxBytes"}},{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"stored"}},{"kind":"Field","name":{"kind":"Name","value":"outdated"}},{"kind":"Field","name":{"kind":"Name","value":"evictions"}}]}}]}}]} as unknown as DocumentNode<CacheStatsQuery, CacheStatsQueryVariables>;
export const InvalidateCacheDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"InvalidateCache"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CacheName"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"keyPrefix"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invalidateCache"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"keyPrefix"},"value":{"kind":"Variable","name":{"kind":"Name","value":"keyPrefix"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invalidated"}},{"kind":"Field","name":{"kind":"Name","value":"caches"}}]}}]}}]} as unknown as DocumentNode<InvalidateCacheMutation, InvalidateCacheMutationVariables>;
export const WatchCacheStatsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchCacheStats"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"names"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CacheName"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"intervalSeconds"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Float"}},"defaultValue":{"kind":"IntValue","value":"1"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cacheStats"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"names"},"value":{"kind":"Variable","name":{"kind":"Name","value":"names"}}},{"kind":"Argument","name":{"kind":"Name","value":"intervalSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"intervalSeconds"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CacheStatsReport"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CacheStatsReport"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CacheStatsReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"timestamp"},"name":{"kind":"Name","value":"measuredAt"}},{"kind":"Field","name":{"kind":"Name","value":"caches"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"utilizationPercent"}},{"kind":"Field","name":{"kind":"Name","value":"hitRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"totalRequests"}},{"kind":"Field","name":{"kind":"Name","value":"reads"}},{"kind":"Field","name":{"kind":"Name","value":"loadsRunning"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"ttlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"misses"}},{"kind":"Field","name":{"kind":"Name","value":"bypasses"}},{"kind":"Field","name":{"kind":"Name","value":"collapsed"}},{"kind":"Field","name":{"kind":"Name","value":"staleHits"}},{"kind":"Field","name":{"kind":"Name","value":"refreshes"}},{"kind":"Field","name":{"kind":"Name","value":"prefetches"}},{"kind":"Field","name":{"kind":"Name","value":"prefetchesUsed"}},{"kind":"Field","name":{"kind":"Name","value":"prefetchesWasted"}},{"kind":"Field","name":{"kind":"Name","value":"loads"}},{"kind":"Field","name":{"kind":"Name","value":"found"}},{"kind":"Field","name":{"kind":"Name","value":"loadFailures"}},{"kind":"Field","name":{"kind":"Name","value":"discarded"}},{"kind":"Field","name":{"kind":"Name","value":"sets"}},{"kind":"Field","name":{"kind":"Name","value":"replacements"}},{"kind":"Field","name":{"kind":"Name","value":"evictions"}},{"kind":"Field","name":{"kind":"Name","value":"expirations"}},{"kind":"Field","name":{"kind":"Name","value":"invalidations"}},{"kind":"Field","name":{"kind":"Name","value":"pushInvalidations"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"requestHits"}},{"kind":"Field","name":{"kind":"Name","value":"adaptiveTtl"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"acceptedOutOfDatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"keys"}},{"kind":"Field","name":{"kind":"Name","value":"minTtlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxTtlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"examples"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"ttlSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"changesPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"advice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"threshold"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalHits"}},{"kind":"Field","name":{"kind":"Name","value":"totalMisses"}},{"kind":"Field","name":{"kind":"Name","value":"totalRequests"}},{"kind":"Field","name":{"kind":"Name","value":"overallHitRatePercent"}}]}},{"kind":"Field","name":{"kind":"Name","value":"keptAnswers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"maxSize"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"maxBytes"}},{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"stored"}},{"kind":"Field","name":{"kind":"Name","value":"outdated"}},{"kind":"Field","name":{"kind":"Name","value":"evictions"}}]}}]}}]} as unknown as DocumentNode<WatchCacheStatsSubscription, WatchCacheStatsSubscriptionVariables>;
export const ClustersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Clusters"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clusters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"embedded"}},{"kind":"Field","name":{"kind":"Name","value":"broker"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"connected"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"queues"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"taskStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"metricsSummary"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"throughputPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"failureRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"workersOnline"}},{"kind":"Field","name":{"kind":"Name","value":"waitingMessages"}}]}},{"kind":"Field","name":{"kind":"Name","value":"health"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cacheStats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"summary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalRequests"}},{"kind":"Field","name":{"kind":"Name","value":"overallHitRatePercent"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ClustersQuery, ClustersQueryVariables>;
export const PingWorkersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PingWorkers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pingWorkers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<PingWorkersMutation, PingWorkersMutationVariables>;
export const ShutdownWorkersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ShutdownWorkers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"shutdownWorkers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<ShutdownWorkersMutation, ShutdownWorkersMutationVariables>;
export const GrowPoolDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"GrowPool"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"count"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"1"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"growPool"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"count"},"value":{"kind":"Variable","name":{"kind":"Name","value":"count"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<GrowPoolMutation, GrowPoolMutationVariables>;
export const ShrinkPoolDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ShrinkPool"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"count"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"1"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"shrinkPool"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"count"},"value":{"kind":"Variable","name":{"kind":"Name","value":"count"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<ShrinkPoolMutation, ShrinkPoolMutationVariables>;
export const RestartPoolDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RestartPool"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restartPool"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<RestartPoolMutation, RestartPoolMutationVariables>;
export const SetAutoscaleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetAutoscale"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"max"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"min"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAutoscale"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"max"},"value":{"kind":"Variable","name":{"kind":"Name","value":"max"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"min"},"value":{"kind":"Variable","name":{"kind":"Name","value":"min"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<SetAutoscaleMutation, SetAutoscaleMutationVariables>;
export const AddConsumerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddConsumer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"queue"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"exchange"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"exchangeType"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ExchangeType"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"routingKey"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addConsumer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"queue"},"value":{"kind":"Variable","name":{"kind":"Name","value":"queue"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"exchange"},"value":{"kind":"Variable","name":{"kind":"Name","value":"exchange"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"exchangeType"},"value":{"kind":"Variable","name":{"kind":"Name","value":"exchangeType"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"routingKey"},"value":{"kind":"Variable","name":{"kind":"Name","value":"routingKey"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<AddConsumerMutation, AddConsumerMutationVariables>;
export const CancelConsumerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelConsumer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"queue"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelConsumer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"queue"},"value":{"kind":"Variable","name":{"kind":"Name","value":"queue"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<CancelConsumerMutation, CancelConsumerMutationVariables>;
export const SetRateLimitDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetRateLimit"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"taskName"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"rateLimit"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setRateLimit"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"taskName"},"value":{"kind":"Variable","name":{"kind":"Name","value":"taskName"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"rateLimit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"rateLimit"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<SetRateLimitMutation, SetRateLimitMutationVariables>;
export const SetTimeLimitsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetTimeLimits"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"taskName"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"softSeconds"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Float"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hardSeconds"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Float"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setTimeLimits"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"taskName"},"value":{"kind":"Variable","name":{"kind":"Name","value":"taskName"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"softSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"softSeconds"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hardSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hardSeconds"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<SetTimeLimitsMutation, SetTimeLimitsMutationVariables>;
export const EnableEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EnableEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"enableEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<EnableEventsMutation, EnableEventsMutationVariables>;
export const DisableEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DisableEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"disableEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<DisableEventsMutation, DisableEventsMutationVariables>;
export const RevokeTasksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeTasks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"taskIds"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"terminate"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"signal"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TerminateSignal"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeTasks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"taskIds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"taskIds"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"terminate"},"value":{"kind":"Variable","name":{"kind":"Name","value":"terminate"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"signal"},"value":{"kind":"Variable","name":{"kind":"Name","value":"signal"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RevokedTasks"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RevokedTasks"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RevokeTasksPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"tasks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"capped"}},{"kind":"Field","name":{"kind":"Name","value":"terminated"}}]}}]} as unknown as DocumentNode<RevokeTasksMutation, RevokeTasksMutationVariables>;
export const RevokeTasksByFilterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeTasksByFilter"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TaskFilter"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"limit"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"1000"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"terminate"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"signal"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TerminateSignal"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeTasks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"limit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"limit"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"terminate"},"value":{"kind":"Variable","name":{"kind":"Name","value":"terminate"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"signal"},"value":{"kind":"Variable","name":{"kind":"Name","value":"signal"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RevokedTasks"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RevokedTasks"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RevokeTasksPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}},{"kind":"Field","name":{"kind":"Name","value":"dryRun"}},{"kind":"Field","name":{"kind":"Name","value":"tasks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"capped"}},{"kind":"Field","name":{"kind":"Name","value":"terminated"}}]}}]} as unknown as DocumentNode<RevokeTasksByFilterMutation, RevokeTasksByFilterMutationVariables>;
export const RevokeByStampedHeadersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeByStampedHeaders"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"headers"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StampedHeader"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"terminate"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"signal"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TerminateSignal"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeByStampedHeaders"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"headers"},"value":{"kind":"Variable","name":{"kind":"Name","value":"headers"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"terminate"},"value":{"kind":"Variable","name":{"kind":"Name","value":"terminate"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"signal"},"value":{"kind":"Variable","name":{"kind":"Name","value":"signal"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"hostnames"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostnames"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ControlPayload"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ControlPayload"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ControlPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"confirmed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"silent"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<RevokeByStampedHeadersMutation, RevokeByStampedHeadersMutationVariables>;
export const HealthDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Health"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"health"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"checks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"latencySeconds"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}}]}}]}}]}}]} as unknown as DocumentNode<HealthQuery, HealthQueryVariables>;
export const GatewayDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Gateway"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"gateway"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"uptimeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"embedded"}},{"kind":"Field","name":{"kind":"Name","value":"broker"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"connected"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"events"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"received"}},{"kind":"Field","name":{"kind":"Name","value":"malformed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"waitingBytes"}},{"kind":"Field","name":{"kind":"Name","value":"lost"}},{"kind":"Field","name":{"kind":"Name","value":"lostBytes"}},{"kind":"Field","name":{"kind":"Name","value":"dropped"}},{"kind":"Field","name":{"kind":"Name","value":"reconnects"}},{"kind":"Field","name":{"kind":"Name","value":"gaps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"seededTasks"}},{"kind":"Field","name":{"kind":"Name","value":"settledTasks"}},{"kind":"Field","name":{"kind":"Name","value":"filledAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastEventAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taskStore"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tasks"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"evicted"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warmUp"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"deadlineSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"jitterSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"loads"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}}]}}]}}]}}]} as unknown as DocumentNode<GatewayQuery, GatewayQueryVariables>;
export const MetricsSummaryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MetricsSummary"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"windowSeconds"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"300"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"metricsSummary"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"windowSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"windowSeconds"}}},{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"windowSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"finished"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"throughputPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"successRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"failureRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"runtime"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Distribution"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queueWait"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Distribution"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workersOnline"}},{"kind":"Field","name":{"kind":"Name","value":"workersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"poolSlots"}},{"kind":"Field","name":{"kind":"Name","value":"saturationPercent"}},{"kind":"Field","name":{"kind":"Name","value":"waitingMessages"}},{"kind":"Field","name":{"kind":"Name","value":"unacknowledgedMessages"}},{"kind":"Field","name":{"kind":"Name","value":"delayedMessages"}},{"kind":"Field","name":{"kind":"Name","value":"oldestWaitingAgeSeconds"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Distribution"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Distribution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"avgSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"p50Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p95Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p99Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxSeconds"}}]}}]} as unknown as DocumentNode<MetricsSummaryQuery, MetricsSummaryQueryVariables>;
export const TaskTypesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"TaskTypes"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"windowSeconds"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TaskTypeFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskTypes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"windowSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"windowSeconds"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"finished"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"throughputPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"successRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"failureRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"runtime"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Distribution"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queueWait"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Distribution"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registeredBy"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Distribution"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Distribution"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"avgSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"p50Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p95Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p99Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxSeconds"}}]}}]} as unknown as DocumentNode<TaskTypesQuery, TaskTypesQueryVariables>;
export const QueuesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Queues"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"QueueFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queues"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"messagesByPriority"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"priority"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}}]}},{"kind":"Field","name":{"kind":"Name","value":"unacknowledged"}},{"kind":"Field","name":{"kind":"Name","value":"consumers"}},{"kind":"Field","name":{"kind":"Name","value":"oldestMessageAgeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"orphaned"}}]}}]}}]}}]} as unknown as DocumentNode<QueuesQuery, QueuesQueryVariables>;
export const SendTaskDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SendTask"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"args"}},"type":{"kind":"ListType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"kwargs"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"options"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"SendTaskOptions"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sendTask"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"args"},"value":{"kind":"Variable","name":{"kind":"Name","value":"args"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"kwargs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"kwargs"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"options"},"value":{"kind":"Variable","name":{"kind":"Name","value":"options"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"queue"}},{"kind":"Field","name":{"kind":"Name","value":"task"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"args"}},{"kind":"Field","name":{"kind":"Name","value":"kwargs"}},{"kind":"Field","name":{"kind":"Name","value":"queue"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}},{"kind":"Field","name":{"kind":"Name","value":"expires"}},{"kind":"Field","name":{"kind":"Name","value":"rootId"}},{"kind":"Field","name":{"kind":"Name","value":"parentId"}}]}}]}}]}}]} as unknown as DocumentNode<SendTaskMutation, SendTaskMutationVariables>;
export const RerunTaskDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RerunTask"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"taskId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"args"}},"type":{"kind":"ListType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"kwargs"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"JSON"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"queue"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rerunTask"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"taskId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"taskId"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"args"},"value":{"kind":"Variable","name":{"kind":"Name","value":"args"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"kwargs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"kwargs"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"queue"},"value":{"kind":"Variable","name":{"kind":"Name","value":"queue"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"queue"}},{"kind":"Field","name":{"kind":"Name","value":"task"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"args"}},{"kind":"Field","name":{"kind":"Name","value":"kwargs"}},{"kind":"Field","name":{"kind":"Name","value":"queue"}},{"kind":"Field","name":{"kind":"Name","value":"rootId"}},{"kind":"Field","name":{"kind":"Name","value":"parentId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"original"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]}}]} as unknown as DocumentNode<RerunTaskMutation, RerunTaskMutationVariables>;
export const PurgeQueueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PurgeQueue"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"expectedMessages"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"purgeQueue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"expectedMessages"},"value":{"kind":"Variable","name":{"kind":"Name","value":"expectedMessages"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"purged"}}]}}]}}]} as unknown as DocumentNode<PurgeQueueMutation, PurgeQueueMutationVariables>;
export const WatchTaskEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchTaskEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TaskEventFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eventId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"dropped"}},{"kind":"Field","name":{"kind":"Name","value":"task"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"args"}},{"kind":"Field","name":{"kind":"Name","value":"kwargs"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"exception"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"retries"}},{"kind":"Field","name":{"kind":"Name","value":"runtimeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"queueWaitSeconds"}}]}}]}}]}}]} as unknown as DocumentNode<WatchTaskEventsSubscription, WatchTaskEventsSubscriptionVariables>;
export const WatchWorkerEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchWorkerEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"WorkerEventFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workerEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eventId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"previousStatus"}},{"kind":"Field","name":{"kind":"Name","value":"noticedAt"}},{"kind":"Field","name":{"kind":"Name","value":"dropped"}},{"kind":"Field","name":{"kind":"Name","value":"worker"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastHeartbeatAt"}},{"kind":"Field","name":{"kind":"Name","value":"pid"}},{"kind":"Field","name":{"kind":"Name","value":"activeCount"}},{"kind":"Field","name":{"kind":"Name","value":"processed"}}]}}]}}]}}]} as unknown as DocumentNode<WatchWorkerEventsSubscription, WatchWorkerEventsSubscriptionVariables>;
export const WatchQueuesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchQueues"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"intervalSeconds"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Float"}},"defaultValue":{"kind":"IntValue","value":"1"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"queues"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"intervalSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"intervalSeconds"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"messagesByPriority"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"priority"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}}]}},{"kind":"Field","name":{"kind":"Name","value":"unacknowledged"}},{"kind":"Field","name":{"kind":"Name","value":"consumers"}},{"kind":"Field","name":{"kind":"Name","value":"oldestMessageAgeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"orphaned"}}]}}]}}]} as unknown as DocumentNode<WatchQueuesSubscription, WatchQueuesSubscriptionVariables>;
export const WatchMetricsSummaryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchMetricsSummary"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"windowSeconds"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"300"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"intervalSeconds"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Float"}},"defaultValue":{"kind":"IntValue","value":"1"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"metricsSummary"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"windowSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"windowSeconds"}}},{"kind":"Argument","name":{"kind":"Name","value":"intervalSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"intervalSeconds"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"finished"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"throughputPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"failureRatePercent"}},{"kind":"Field","name":{"kind":"Name","value":"runtime"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"p50Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p95Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queueWait"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"p50Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p95Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"maxSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workersOnline"}},{"kind":"Field","name":{"kind":"Name","value":"workersTotal"}},{"kind":"Field","name":{"kind":"Name","value":"saturationPercent"}},{"kind":"Field","name":{"kind":"Name","value":"waitingMessages"}},{"kind":"Field","name":{"kind":"Name","value":"oldestWaitingAgeSeconds"}}]}}]}}]} as unknown as DocumentNode<WatchMetricsSummarySubscription, WatchMetricsSummarySubscriptionVariables>;
export const TaskStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"TaskStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reserved"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"scheduled"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},"defaultValue":{"kind":"BooleanValue","value":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"orphaned"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"active"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HeldTasks"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reserved"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reserved"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HeldTasks"}}]}},{"kind":"Field","name":{"kind":"Name","value":"scheduled"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"scheduled"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HeldTasks"}}]}},{"kind":"Field","name":{"kind":"Name","value":"delayed"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HeldTasks"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"HeldTasks"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"byWorker"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"byName"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]} as unknown as DocumentNode<TaskStatusQuery, TaskStatusQueryVariables>;
export const TasksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Tasks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TaskFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"TaskOrder"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tasks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"args"}},{"kind":"Field","name":{"kind":"Name","value":"kwargs"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"exception"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"queue"}},{"kind":"Field","name":{"kind":"Name","value":"retries"}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"runtimeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"queueWaitSeconds"}}]}}]}}]}}]} as unknown as DocumentNode<TasksQuery, TasksQueryVariables>;
export const TaskDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Task"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"taskId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"task"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"taskId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"taskId"}}},{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"shadow"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"args"}},{"kind":"Field","name":{"kind":"Name","value":"argsTruncated"}},{"kind":"Field","name":{"kind":"Name","value":"kwargs"}},{"kind":"Field","name":{"kind":"Name","value":"kwargsTruncated"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"exception"}},{"kind":"Field","name":{"kind":"Name","value":"traceback"}},{"kind":"Field","name":{"kind":"Name","value":"retries"}},{"kind":"Field","name":{"kind":"Name","value":"queue"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}},{"kind":"Field","name":{"kind":"Name","value":"expires"}},{"kind":"Field","name":{"kind":"Name","value":"orphaned"}},{"kind":"Field","name":{"kind":"Name","value":"orphanedAt"}},{"kind":"Field","name":{"kind":"Name","value":"sentAt"}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"runtimeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"elapsedSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"queueWaitSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"exception"}},{"kind":"Field","name":{"kind":"Name","value":"runtimeSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attemptsOmitted"}},{"kind":"Field","name":{"kind":"Name","value":"worker"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"root"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"parent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"children"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]}}]}}]} as unknown as DocumentNode<TaskQuery, TaskQueryVariables>;
export const WorkersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Workers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"WorkerFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastHeartbeatAt"}},{"kind":"Field","name":{"kind":"Name","value":"activeCount"}},{"kind":"Field","name":{"kind":"Name","value":"processed"}},{"kind":"Field","name":{"kind":"Name","value":"loadAverage"}},{"kind":"Field","name":{"kind":"Name","value":"software"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ident"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]}}]}}]}}]} as unknown as DocumentNode<WorkersQuery, WorkersQueryVariables>;
export const WorkersStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WorkersStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"total"},"name":{"kind":"Name","value":"workerCount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}]},{"kind":"Field","alias":{"kind":"Name","value":"online"},"name":{"kind":"Name","value":"workerCount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"statuses"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"ONLINE"}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}]},{"kind":"Field","name":{"kind":"Name","value":"workers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastHeartbeatAt"}},{"kind":"Field","name":{"kind":"Name","value":"pid"}},{"kind":"Field","name":{"kind":"Name","value":"processed"}},{"kind":"Field","name":{"kind":"Name","value":"activeCount"}},{"kind":"Field","name":{"kind":"Name","value":"loadAverage"}},{"kind":"Field","name":{"kind":"Name","value":"unresponsive"}},{"kind":"Field","name":{"kind":"Name","value":"stats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uptimeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"concurrency"}},{"kind":"Field","name":{"kind":"Name","value":"processes"}},{"kind":"Field","name":{"kind":"Name","value":"prefetchCount"}},{"kind":"Field","name":{"kind":"Name","value":"total"}}]}},{"kind":"Field","name":{"kind":"Name","value":"activeQueues"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]} as unknown as DocumentNode<WorkersStatusQuery, WorkersStatusQueryVariables>;
export const WorkerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Worker"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"hostname"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"worker"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"hostname"},"value":{"kind":"Variable","name":{"kind":"Name","value":"hostname"}}},{"kind":"Argument","name":{"kind":"Name","value":"useCache"},"value":{"kind":"Variable","name":{"kind":"Name","value":"useCache"}}},{"kind":"Argument","name":{"kind":"Name","value":"cluster"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cluster"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"hostname"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"lastHeartbeatAt"}},{"kind":"Field","name":{"kind":"Name","value":"pid"}},{"kind":"Field","name":{"kind":"Name","value":"unresponsive"}},{"kind":"Field","name":{"kind":"Name","value":"respondedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uptimeSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"concurrency"}},{"kind":"Field","name":{"kind":"Name","value":"processes"}},{"kind":"Field","name":{"kind":"Name","value":"prefetchCount"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"rusage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"utime"}},{"kind":"Field","name":{"kind":"Name","value":"stime"}},{"kind":"Field","name":{"kind":"Name","value":"maxrss"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"activeTasks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"args"}},{"kind":"Field","name":{"kind":"Name","value":"kwargs"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservedTasks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"scheduledTasks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eta"}},{"kind":"Field","name":{"kind":"Name","value":"request"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"taskId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"registeredTasks"}},{"kind":"Field","name":{"kind":"Name","value":"activeQueues"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"exchange"}},{"kind":"Field","name":{"kind":"Name","value":"routingKey"}}]}},{"kind":"Field","name":{"kind":"Name","value":"conf"}}]}}]}}]} as unknown as DocumentNode<WorkerQuery, WorkerQueryVariables>;