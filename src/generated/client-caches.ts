/**
 * Settings for the normalised caches of clients: objects without an identity are kept inside their parents. All others have
 * an `id`. Published as `celeryql/client-caches`.
 */

/**
 * For urql's graphcache, which warns of objects without a key.
 *
 * @example
 * import { keys } from 'celeryql/client-caches';
 * const cache = cacheExchange({ keys });
 */
export const keys = {
  ActiveQueue: inParent,
  AdaptiveTtl: inParent,
  AdaptiveTtlExample: inParent,
  AuditRecordConnection: inParent,
  AuditRecordEdge: inParent,
  CacheAdvice: inParent,
  CacheBreaker: inParent,
  CacheStats: inParent,
  CacheStatsReport: inParent,
  CacheStatsSummary: inParent,
  CacheTotals: inParent,
  ControlError: inParent,
  ControlReply: inParent,
  Distribution: inParent,
  EventCounters: inParent,
  EventGap: inParent,
  Gateway: inParent,
  GatewayBroker: inParent,
  Health: inParent,
  HealthCheck: inParent,
  HeldTasks: inParent,
  InvalidateCachePayload: inParent,
  KeptAnswers: inParent,
  MetricsSummary: inParent,
  PageInfo: inParent,
  PurgeQueuePayload: inParent,
  QueueConnection: inParent,
  QueueEdge: inParent,
  QueuePriority: inParent,
  Reconciliation: inParent,
  RerunTaskPayload: inParent,
  ResourceUsage: inParent,
  RevokeTasksPayload: inParent,
  RevokedTask: inParent,
  ScheduledTask: inParent,
  SendTaskPayload: inParent,
  SettingsFile: inParent,
  SharedCache: inParent,
  SubscriptionStats: inParent,
  TaskAttempt: inParent,
  TaskConnection: inParent,
  TaskEdge: inParent,
  TaskEvent: inParent,
  TaskNameCount: inParent,
  TaskStateCount: inParent,
  TaskStatus: inParent,
  TaskStore: inParent,
  TaskTypeConnection: inParent,
  TaskTypeEdge: inParent,
  UnknownFigure: inParent,
  Unreadable: inParent,
  Viewer: inParent,
  WaitingTask: inParent,
  WarmUp: inParent,
  WarmUpLoad: inParent,
  WorkerAutoscaler: inParent,
  WorkerBroker: inParent,
  WorkerConnection: inParent,
  WorkerControlPayload: inParent,
  WorkerCount: inParent,
  WorkerEdge: inParent,
  WorkerEvent: inParent,
  WorkerPool: inParent,
  WorkerSoftware: inParent,
  WorkerStats: inParent,
  WorkerTask: inParent,
} as const;

/**
 * For Apollo Client, which warns where two operations select different fields of such an object: it keeps the fields of
 * both.
 *
 * @example
 * import { possibleTypes, typePolicies } from 'celeryql/client-caches';
 * const cache = new InMemoryCache({ possibleTypes, typePolicies });
 */
export const typePolicies = {
  ActiveQueue: { merge: true },
  AdaptiveTtl: { merge: true },
  AdaptiveTtlExample: { merge: true },
  AuditRecordConnection: { merge: true },
  AuditRecordEdge: { merge: true },
  CacheAdvice: { merge: true },
  CacheBreaker: { merge: true },
  CacheStats: { merge: true },
  CacheStatsReport: { merge: true },
  CacheStatsSummary: { merge: true },
  CacheTotals: { merge: true },
  ControlError: { merge: true },
  ControlReply: { merge: true },
  Distribution: { merge: true },
  EventCounters: { merge: true },
  EventGap: { merge: true },
  Gateway: { merge: true },
  GatewayBroker: { merge: true },
  Health: { merge: true },
  HealthCheck: { merge: true },
  HeldTasks: { merge: true },
  InvalidateCachePayload: { merge: true },
  KeptAnswers: { merge: true },
  MetricsSummary: { merge: true },
  PageInfo: { merge: true },
  PurgeQueuePayload: { merge: true },
  QueueConnection: { merge: true },
  QueueEdge: { merge: true },
  QueuePriority: { merge: true },
  Reconciliation: { merge: true },
  RerunTaskPayload: { merge: true },
  ResourceUsage: { merge: true },
  RevokeTasksPayload: { merge: true },
  RevokedTask: { merge: true },
  ScheduledTask: { merge: true },
  SendTaskPayload: { merge: true },
  SettingsFile: { merge: true },
  SharedCache: { merge: true },
  SubscriptionStats: { merge: true },
  TaskAttempt: { merge: true },
  TaskConnection: { merge: true },
  TaskEdge: { merge: true },
  TaskEvent: { merge: true },
  TaskNameCount: { merge: true },
  TaskStateCount: { merge: true },
  TaskStatus: { merge: true },
  TaskStore: { merge: true },
  TaskTypeConnection: { merge: true },
  TaskTypeEdge: { merge: true },
  UnknownFigure: { merge: true },
  Unreadable: { merge: true },
  Viewer: { merge: true },
  WaitingTask: { merge: true },
  WarmUp: { merge: true },
  WarmUpLoad: { merge: true },
  WorkerAutoscaler: { merge: true },
  WorkerBroker: { merge: true },
  WorkerConnection: { merge: true },
  WorkerControlPayload: { merge: true },
  WorkerCount: { merge: true },
  WorkerEdge: { merge: true },
  WorkerEvent: { merge: true },
  WorkerPool: { merge: true },
  WorkerSoftware: { merge: true },
  WorkerStats: { merge: true },
  WorkerTask: { merge: true },
} as const;

/** For Apollo Client, which has to know the types of an interface to read a fragment on it. Its types demand lists that can be changed. */
export const possibleTypes: Record<string, string[]> = {
  ControlPayload: ['RevokeTasksPayload', 'WorkerControlPayload'],
  Node: ['Cluster', 'Queue', 'Task', 'TaskType', 'Worker'],
  TaskOutcomes: ['MetricsSummary', 'TaskType'],
};

function inParent(): null {
  return null;
}
