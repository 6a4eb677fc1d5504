/** Replies of Celery's `inspect` as the gateway must show them, written down apart from its own code. */

export interface TaskReply {
  readonly id: string;
  readonly name: string;
  readonly time_start: number | null;
  readonly acknowledged: boolean;
  readonly delivery_info: {
    readonly exchange: string;
    readonly routing_key: string;
    readonly priority: number;
    readonly redelivered: boolean | null;
  };
  readonly worker_pid: number | null;
}

/** Arguments are shown in the notation of Python, which is given here since JSON is what `inspect` prints. */
export function workerTask(reply: TaskReply, args: string, kwargs: string) {
  const { delivery_info: delivery } = reply;
  return {
    taskId: reply.id,
    name: reply.name,
    args,
    kwargs,
    startedAt: reply.time_start === null ? null : new Date(reply.time_start * 1000).toISOString(),
    acknowledged: reply.acknowledged,
    exchange: delivery.exchange,
    routingKey: delivery.routing_key,
    priority: delivery.priority,
    redelivered: delivery.redelivered,
    workerPid: reply.worker_pid,
  };
}

export interface ScheduledReply {
  readonly eta: string;
  readonly priority: number;
  readonly request: TaskReply;
}

export function scheduledTask({ eta, priority, request }: ScheduledReply, args: string, kwargs: string) {
  return { eta: new Date(eta).toISOString(), priority, request: workerTask(request, args, kwargs) };
}

export interface ActiveQueueReply {
  readonly name: string;
  readonly exchange: { readonly name: string; readonly type: string };
  readonly routing_key: string;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly auto_delete: boolean;
  readonly no_ack: boolean;
  readonly queue_arguments: object | null;
  readonly max_priority: number | null;
}

export function activeQueue(reply: ActiveQueueReply) {
  return {
    name: reply.name,
    exchange: reply.exchange.name,
    exchangeType: reply.exchange.type,
    routingKey: reply.routing_key,
    durable: reply.durable,
    exclusive: reply.exclusive,
    autoDelete: reply.auto_delete,
    noAck: reply.no_ack,
    maxPriority: reply.max_priority,
    arguments: reply.queue_arguments,
  };
}

export interface StatsReply {
  readonly total: Readonly<Record<string, number>>;
  readonly pid: number;
  readonly clock: string;
  readonly uptime: number;
  readonly pool: {
    readonly implementation?: string;
    readonly 'max-concurrency': number;
    readonly processes: readonly number[];
    readonly 'max-tasks-per-child'?: string | number | null;
    readonly 'put-guarded-by-semaphore': boolean;
    readonly timeouts: readonly number[];
    readonly writes?: object;
  };
  readonly broker: Readonly<Record<string, unknown>>;
  readonly prefetch_count: number;
  readonly rusage: Readonly<Record<string, number>>;
  readonly autoscaler?: { readonly max: number };
}

/** All but `clock`, `uptime` and `rusage`, which move from one question to the next. */
export function steadyStats({ total, pid, pool, broker, prefetch_count, autoscaler }: StatsReply) {
  const counts = Object.entries(total).map(([name, count]) => ({ name, count }));
  const perChild = pool['max-tasks-per-child'];
  return {
    total: counts.reduce((sum, { count }) => sum + count, 0),
    totals: counts.toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    pid,
    prefetchCount: prefetch_count,
    // An autoscaled pool may grow to its maximum; others run as many tasks as they have processes.
    concurrency: autoscaler?.max ?? pool.processes.length,
    processes: pool.processes,
    pool: {
      implementation: pool.implementation ?? null,
      maxConcurrency: pool['max-concurrency'],
      maxTasksPerChild: typeof perChild === 'number' ? String(perChild) : (perChild ?? null),
      processes: pool.processes,
      putGuardedBySemaphore: pool['put-guarded-by-semaphore'],
      softTimeLimitSeconds: pool.timeouts[0] ?? null,
      timeLimitSeconds: pool.timeouts[1] ?? null,
      threads: null,
      writes: pool.writes ?? null,
    },
    autoscaler: autoscaler ?? null,
    broker: {
      hostname: broker['hostname'],
      port: broker['port'],
      transport: broker['transport'],
      userid: broker['userid'],
      virtualHost: broker['virtual_host'],
    },
  };
}
