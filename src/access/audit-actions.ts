/** What a record of the audit log is about. */

/** Names of the mutations, all of which are recorded; the schema is not built with one that is missing here. */
export const auditedMutations = [
  'addConsumer',
  'cancelConsumer',
  'disableEvents',
  'enableEvents',
  'growPool',
  'invalidateCache',
  'pingWorkers',
  'purgeQueue',
  'rerunTask',
  'restartPool',
  'revokeByStampedHeaders',
  'revokeTasks',
  'sendTask',
  'setAutoscale',
  'setRateLimit',
  'setTimeLimits',
  'shrinkPool',
  'shutdownWorkers',
] as const;
export type AuditedMutation = (typeof auditedMutations)[number];

/** `authenticate`: a login. `request`: a request that was rejected before its credentials were checked, or for a limit. */
export type AuditAction = AuditedMutation | 'authenticate' | 'request';
