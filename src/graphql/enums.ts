/** Enums: UPPER_CASE outside, our own strings inside. */
import { cacheNames } from '../cache/cache-defaults.js';
import type { CacheName } from '../cache/cache-defaults.js';
import { terminateSignals, type TerminateSignal } from '../celery/control/commands.js';
import { errorCodes, type ErrorCode } from '../errors.js';
import { builder } from './builder.js';

const cacheDescriptions: Readonly<Record<CacheName, string>> = {
  task_status: 'Task counts, lists and single tasks.',
  worker_status: 'Workers, and what they say to inspect commands.',
  queue_status: 'Queues and their depths.',
  metrics_summary: 'Figures over a window of time, and by task name.',
  health_check: 'Checks of what the gateway depends on.',
};

export const CacheNameEnum = builder.enumType('CacheName', {
  description: 'The caches between clients and the cluster.',
  values: Object.fromEntries(
    cacheNames.map((name) => [
      name.toUpperCase(),
      { value: name, description: cacheDescriptions[name] },
    ]),
  ) as Record<Uppercase<CacheName>, { value: CacheName; description: string }>,
});

export const WorkerStatusEnum = builder.enumType('WorkerStatus', {
  description:
    'Whether a worker lives, by its heartbeats, other events, answers, and its place at the broker.',
  values: {
    ONLINE: {
      description:
        'Its last heartbeat is less than two periods old. A worker without heartbeats: it answers when it is asked.',
    },
    STALE: {
      description:
        'Its heartbeats are late. It has not been late for long, it answers, or it may be busy: a solo pool sends ' +
        'nothing while a task runs.',
    },
    OFFLINE: {
      description: 'It said goodbye, or it missed three heartbeats and does not answer either.',
    },
  } as const,
});

export const TaskSourceEnum = builder.enumType('TaskSource', {
  description: 'Who told the state of a task.',
  values: {
    EVENTS: { description: "The workers' events." },
    INSPECT: {
      description: 'A worker, when it was asked what it holds, has revoked, or no longer has.',
    },
    RESULT_BACKEND: { description: 'The result that the task stored.' },
  } as const,
});

export const UnreadableKindEnum = builder.enumType('UnreadableKind', {
  description: 'What could not be read.',
  values: {
    REPLY: {
      value: 'reply',
      description: "A worker's reply to a remote control command, or a part of it.",
    },
    EVENT: { value: 'event', description: 'An event, or a message of events.' },
    MESSAGE: { value: 'message', description: 'A message of a queue that was peeked at.' },
    RESULT: { value: 'result', description: 'A stored result.' },
  } as const,
});

export const QueueKindEnum = builder.enumType('QueueKind', {
  description: 'How the broker keeps a queue.',
  values: {
    LIST: { value: 'list', description: 'Redis lists, one for each priority step.' },
    CLASSIC: { value: 'classic', description: 'A classic queue of RabbitMQ.' },
    QUORUM: { value: 'quorum', description: 'A quorum queue of RabbitMQ.' },
    STREAM: { value: 'stream', description: 'A stream of RabbitMQ.' },
    MEMORY: { value: 'memory', description: 'A queue of the embedded cluster.' },
  } as const,
});

export const HealthStatusEnum = builder.enumType('HealthStatus', {
  description: 'How far the answers can be trusted.',
  values: {
    OK: { description: 'Everything that is configured works.' },
    DEGRADED: { description: 'Something is missing; what is answered is right but not complete.' },
    DOWN: { description: 'The broker cannot be reached: nothing can be known.' },
  } as const,
});

export const CheckStatusEnum = builder.enumType('HealthCheckStatus', {
  description: 'Whether one thing works.',
  values: {
    OK: {},
    DEGRADED: {},
    DOWN: {},
    NOT_CONFIGURED: { description: 'Nothing to check.' },
    NOT_READABLE: {
      description: 'There is one, of a kind that no monitor can or may read. Nothing is amiss.',
    },
  } as const,
});

export const AdaptiveTtlReasonEnum = builder.enumType('AdaptiveTtlReason', {
  description: 'Why a key has the TTL that is in force.',
  values: {
    LEARNING: { description: "Too few loads to depart from the cache's own TTL." },
    CHANGE_RATE: { description: 'The longest at which the accepted share of answers is out of date.' },
    CLAMPED_MIN: { description: "It changes so often that a quarter of the cache's TTL is in force." },
    CLAMPED_MAX: { description: "It changes so rarely that five times the cache's TTL is in force." },
  } as const,
});

export const SharedCacheStatusEnum = builder.enumType('SharedCacheStatus', {
  description: 'Whether replicas share their cached answers.',
  values: {
    OK: { description: 'They do.' },
    DEGRADED: { description: 'Redis, or its messages, are away: each answers from its own memory.' },
  } as const,
});

export const BreakerStateEnum = builder.enumType('BreakerState', {
  description: 'Of what stands between the gateway and Redis.',
  values: {
    CLOSED: { description: 'Redis is asked.' },
    OPEN: { description: 'It is not: it is known to be away.' },
    HALF_OPEN: { description: 'It is tried whether it is back; no reader waits for that.' },
  } as const,
});

export const CacheAdviceKindEnum = builder.enumType('CacheAdviceKind', {
  description: 'What the figures of a cache call for.',
  values: {
    LOW_HIT_RATE: { description: 'Under 60 %: a longer TTL would help, or nobody asks twice.' },
    FREQUENT_EVICTIONS: { description: 'More than 10 within an hour: it holds too few entries.' },
    HIGH_UTILIZATION: { description: 'Over 70 %: it will soon hold too few entries.' },
  } as const,
});

export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description:
    'What went wrong, for programs: the same codes that are in `extensions.code` of errors, and no others.',
  values: Object.fromEntries(
    Object.entries(errorCodes).map(([code, { description }]) => [code, { description }]),
  ) as Record<ErrorCode, { description: string }>,
});

const signalDescriptions: Readonly<Record<TerminateSignal, string>> = {
  SIGTERM: "Ends the process that runs the task: Celery's default.",
  SIGKILL: 'Ends it at once, and nothing of it is cleaned up.',
  SIGINT: 'As if it were interrupted from a terminal.',
  SIGQUIT: 'Ends it, possibly with a core dump.',
  SIGUSR1: 'Raises SoftTimeLimitExceeded in the task, which may clean up.',
};

export const TerminateSignalEnum = builder.enumType('TerminateSignal', {
  description: 'What is sent to the process that runs a task.',
  values: Object.fromEntries(
    terminateSignals.map((signal) => [signal, { description: signalDescriptions[signal] }]),
  ) as Record<TerminateSignal, { description: string }>,
});
