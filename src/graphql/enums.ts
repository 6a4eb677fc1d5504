/** Enums: UPPER_CASE outside, our own strings inside. */
import { cacheNames } from '../cache/cache-defaults.js';
import type { CacheName } from '../cache/cache-defaults.js';
import type { EventGapCause } from '../celery/gaps/event-gaps.js';
import { healthChecks, type HealthCheckName } from '../celery/health/health-check.js';
import { taskEventTypes, type TaskEventKind } from '../celery/events/task-event-kind.js';
import { taskPhases, type TaskPhase } from '../celery/states.js';
import type { QueueFigure, TransportKind } from '../celery/transport/transport.js';
import {
  terminateSignals,
  type ExchangeType,
  type TerminateSignal,
} from '../celery/control/commands.js';
import { errorCodes, type ErrorCode } from '../error-codes.js';
import { builder } from './builder.js';

const cacheDescriptions: Readonly<Record<CacheName, string>> = {
  task_status: 'Task counts, lists and single tasks.',
  worker_status: 'Workers, and their replies to inspect commands.',
  queue_status: 'Queues and the number of their messages.',
  metrics_summary: 'Statistics over a window of time, and by task name.',
  health_check: 'Checks of the services that the gateway depends on.',
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
    'Whether a worker is alive, determined from its heartbeats, other events, replies, and its registration at the broker.',
  values: {
    ONLINE: {
      description:
        'The last heartbeat is less than two periods old. For a worker without heartbeats: it replies to commands.',
    },
    STALE: {
      description:
        'The heartbeats are late, but only recently, or the worker replies to commands, or it may be busy: a solo pool sends ' +
        'nothing while a task runs.',
    },
    OFFLINE: {
      description:
        'The worker reported its shutdown, or it missed three heartbeats and does not reply to commands.',
    },
  } as const,
});

export const TaskSourceEnum = builder.enumType('TaskSource', {
  description: 'The source of the state of a task.',
  values: {
    EVENTS: { description: 'Events of workers and senders.' },
    INSPECT: {
      description: 'A reply of a worker about the tasks that it holds, has revoked, or no longer has.',
    },
    RESULT_BACKEND: { description: 'The stored result of the task.' },
  } as const,
});

export const UnreadableKindEnum = builder.enumType('UnreadableKind', {
  description: 'Kinds of data that could not be read.',
  values: {
    REPLY: {
      value: 'reply',
      description: 'A reply of a worker to a remote control command, or a part of it.',
    },
    EVENT: { value: 'event', description: 'An event, or a message that contains events.' },
    MESSAGE: { value: 'message', description: 'A message in a queue that a client peeked at.' },
    RESULT: { value: 'result', description: 'A stored result.' },
  } as const,
});

export const QueueKindEnum = builder.enumType('QueueKind', {
  description: 'How the broker stores a queue.',
  values: {
    LIST: { value: 'list', description: 'Redis lists, one for each priority step.' },
    CLASSIC: { value: 'classic', description: 'A classic queue of RabbitMQ.' },
    QUORUM: { value: 'quorum', description: 'A quorum queue of RabbitMQ.' },
    STREAM: { value: 'stream', description: 'A stream of RabbitMQ.' },
    MEMORY: { value: 'memory', description: 'A queue of the embedded cluster.' },
  } as const,
});

export const QueueFigureEnum = builder.enumType('QueueFigure', {
  description: 'Fields of `Queue` whose value a broker may be unable to report.',
  values: {
    MESSAGES: { value: 'messages', description: '`Queue.messages`.' },
    MESSAGES_BY_PRIORITY: { value: 'messagesByPriority', description: '`Queue.messagesByPriority`.' },
    UNACKNOWLEDGED: { value: 'unacknowledged', description: '`Queue.unacknowledged`.' },
  } as const satisfies Record<string, { value: QueueFigure; description: string }>,
});

export const ExchangeTypeEnum = builder.enumType('ExchangeType', {
  description: 'Types of exchanges that workers can declare on every broker.',
  values: {
    DIRECT: { value: 'direct', description: 'By the exact routing key.' },
    TOPIC: { value: 'topic', description: 'By patterns of the routing key, such as `orders.#`.' },
    FANOUT: { value: 'fanout', description: 'To all bound queues.' },
  } as const satisfies Record<Uppercase<ExchangeType>, { value: ExchangeType; description: string }>,
});

export const HealthStatusEnum = builder.enumType('HealthStatus', {
  description: 'How reliable the answers of the gateway are.',
  values: {
    OK: { description: 'Everything that is configured works.' },
    DEGRADED: { description: 'Something is missing: answers are correct but incomplete.' },
    DOWN: { description: 'The broker cannot be reached: everything is unknown.' },
  } as const,
});

export const CheckStatusEnum = builder.enumType('HealthCheckStatus', {
  description: 'The result of one check.',
  values: {
    OK: { description: 'It works.' },
    DEGRADED: {
      description: 'It works in part: the message says what is missing, and how to mend it.',
    },
    DOWN: { description: 'It does not work.' },
    NOT_CONFIGURED: { description: 'There is nothing to check.' },
    NOT_READABLE: {
      description:
        'It is configured, but of a kind that a monitor cannot or must not read. This is not a fault.',
    },
  } as const,
});

export const AdaptiveTtlReasonEnum = builder.enumType('AdaptiveTtlReason', {
  description: 'The reason for the TTL of a key.',
  values: {
    LEARNING: { description: 'Too few loads so far: the configured TTL is in effect.' },
    CHANGE_RATE: {
      description: 'The longest TTL at which the accepted share of answers is out of date.',
    },
    CLAMPED_MIN: {
      description: 'The value changes so often that a quarter of the configured TTL is in effect.',
    },
    CLAMPED_MAX: {
      description: 'The value changes so rarely that five times the configured TTL is in effect.',
    },
  } as const,
});

export const SharedCacheStatusEnum = builder.enumType('SharedCacheStatus', {
  description: 'Whether replicas share their cached answers.',
  values: {
    OK: { description: 'Replicas share their cached answers.' },
    DEGRADED: {
      description: 'Redis or its messages are unavailable: each replica answers from its own memory.',
    },
  } as const,
});

export const BreakerStateEnum = builder.enumType('BreakerState', {
  description: 'State of the circuit breaker between the gateway and Redis.',
  values: {
    CLOSED: { description: 'Requests are sent to Redis.' },
    OPEN: { description: 'No requests are sent: Redis is known to be unavailable.' },
    HALF_OPEN: {
      description: 'The gateway tests whether Redis is available again; no read waits for that.',
    },
  } as const,
});

export const CacheAdviceKindEnum = builder.enumType('CacheAdviceKind', {
  description: 'Kinds of recommendations about a cache.',
  values: {
    LOW_HIT_RATE: {
      description: 'Below 60 %: use a longer TTL, or clients do not read the same values repeatedly.',
    },
    FREQUENT_EVICTIONS: {
      description: 'More than 10 evictions within an hour: the cache is too small.',
    },
    HIGH_UTILIZATION: { description: 'Over 70 %: the cache will soon be too small.' },
  } as const,
});

export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'Machine-readable error codes: exactly the values of `extensions.code` in errors.',
  values: Object.fromEntries(
    Object.entries(errorCodes).map(([code, { description }]) => [code, { description }]),
  ) as Record<ErrorCode, { description: string }>,
});

const signalDescriptions: Readonly<Record<TerminateSignal, string>> = {
  SIGTERM: "Ends the process that runs the task: Celery's default.",
  SIGKILL: 'Kills the process immediately, without any cleanup.',
  SIGINT: 'Interrupts the process, as Ctrl-C does in a terminal.',
  SIGQUIT: 'Ends the process, possibly with a core dump.',
  SIGUSR1: 'Raises SoftTimeLimitExceeded in the task, so that it can clean up.',
};

export const TerminateSignalEnum = builder.enumType('TerminateSignal', {
  description: 'Signal for the process that runs a task.',
  values: Object.fromEntries(
    terminateSignals.map((signal) => [signal, { description: signalDescriptions[signal] }]),
  ) as Record<TerminateSignal, { description: string }>,
});

const phaseDescriptions = {
  WAITING: 'Sent, and not yet taken by a worker: PENDING.',
  RECEIVED: 'A worker has taken the task and not started it: RECEIVED.',
  RUNNING: 'A worker runs the task: STARTED. If that worker disappeared, `Task.orphaned` is true.',
  RETRYING: 'The run failed, and the task is to run again: RETRY.',
  SUCCEEDED: 'SUCCESS.',
  FAILED: 'FAILURE.',
  REVOKED: 'REVOKED: a client revoked the task, or it expired.',
  REJECTED: 'REJECTED by a worker.',
  END_UNKNOWN: 'END_UNKNOWN: the task was started, and nothing reports how it ended.',
  CUSTOM: 'A state that the application defines, such as PROGRESS; `state` is its name.',
} as const satisfies Record<TaskPhase, string>;

export const TaskPhaseEnum = builder.enumType('TaskPhase', {
  description:
    'The states of `TaskState` as an enum: one value for each state of Celery, one for END_UNKNOWN, and `CUSTOM` for all states ' +
    'that applications define.',
  values: Object.fromEntries(
    [...Object.values(taskPhases), 'CUSTOM' as const].map((phase) => [
      phase,
      { description: phaseDescriptions[phase] },
    ]),
  ) as Record<TaskPhase, { description: string }>,
});

export const TaskEventKindEnum = builder.enumType('TaskEventKind', {
  description: 'What a task event reports.',
  values: {
    ...(Object.fromEntries(
      Object.entries(taskEventTypes).map(([kind, type]) => [
        kind,
        { description: `An event of the type \`${type}\`.` },
      ]),
    ) as Record<keyof typeof taskEventTypes, { description: string }>),
    CUSTOM: { description: 'An event that the application sends itself; `type` is its name.' },
  } satisfies Record<TaskEventKind, { description: string }>,
});

export const HealthCheckKindEnum = builder.enumType('HealthCheckKind', {
  description: 'What a check of `Health` checks.',
  values: Object.fromEntries(
    Object.entries(healthChecks).map(([name, description]) => [
      name.toUpperCase(),
      { value: name, description },
    ]),
  ) as Record<Uppercase<HealthCheckName>, { value: HealthCheckName; description: string }>,
});

export const BrokerTransportEnum = builder.enumType('BrokerTransport', {
  description: 'How the gateway talks to a broker.',
  values: {
    REDIS: { value: 'redis', description: 'Redis.' },
    AMQP: { value: 'amqp', description: 'RabbitMQ.' },
    MEMORY: { value: 'memory', description: 'The embedded cluster, inside the gateway.' },
  } as const satisfies Record<Uppercase<TransportKind>, { value: TransportKind; description: string }>,
});

export const EventGapCauseEnum = builder.enumType('EventGapCause', {
  description: 'Why events may be missing.',
  values: {
    NOT_CONNECTED_YET: { description: 'The gateway had not connected to the broker yet.' },
    DISCONNECTED: { description: 'The connection to the broker was lost.' },
    BACKLOG_FULL: {
      description: 'More events arrived than the gateway could keep (`--event-backlog-megabytes`).',
    },
  } as const satisfies Record<EventGapCause, { description: string }>,
});
