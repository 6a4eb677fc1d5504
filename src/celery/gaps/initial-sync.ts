/**
 * The event stream has no replay: tasks that began before the gateway listened are learned from the workers. They
 * are asked for what they run, never for what they hold besides: `reserved` and `scheduled` can break a worker (see
 * `breakingCommands`), so these tasks are learned only from the answers to clients that select them.
 */
import { isBroadcastQueue } from '../queues/broadcast-queues.js';
import type { State } from '../events/state.js';
import type { InspectResult, TaskInfo, WorkerStatsReply } from '../inspect/inspect.js';
import type { InspectLearners, InspectLoader, InspectScope } from '../inspect/inspect-loader.js';
import { parseIsoTimeOrNull } from '../parse-iso-time.js';
import { answering, isWhole } from '../inspect/inspect-reply.js';
import type { ArgumentsField } from '../sending/original-arguments.js';
import { argumentsRepr } from '../python/python-repr.js';
import type { Queues } from '../queues/queues.js';
import { isNameCertain, shadowNameOf, taskNameOf } from '../shadow-name.js';

/** The longest representation of arguments that is kept, as in Celery's events. */
const maxReprLength = 1024;

/** The source of inspect replies, and the state that they update. */
export interface SyncContext {
  readonly inspect: InspectLoader;
  readonly state: State;
  readonly queues: Queues;
  /** Count of tasks, or new states of tasks, from replies to `active`. */
  readonly learned: { tasks: number };
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** @returns how many tasks, or states of tasks, were new, and the workers that answered */
export async function initialSync(
  celery: SyncContext,
): Promise<{ readonly tasks: number; readonly answered: ReadonlySet<string> }> {
  const everyWorker = { all: true } as const;
  const [stats, tasks] = await Promise.all([
    celery.inspect.load('stats', everyWorker),
    syncTasks(celery, everyWorker),
    celery.inspect.load('active_queues', everyWorker),
  ]);
  rememberPools(celery, stats);
  return { tasks, answered: new Set(answering(stats)) };
}

/** Learns what these workers run; resolves to the number of new tasks, or new states of tasks. */
export async function syncTasksOf(celery: SyncContext, hostnames: readonly string[]): Promise<number> {
  const counts = await Promise.all(hostnames.map((hostname) => syncTasks(celery, { hostname })));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function syncTasks(celery: SyncContext, scope: InspectScope): Promise<number> {
  const before = celery.learned.tasks;
  await celery.inspect.load('active', scope);
  return celery.learned.tasks - before;
}

/**
 * Learns the queues that workers consume, and the tasks that they run and hold, from every reply, whichever client asked.
 * @param longestReply milliseconds that a reply takes at most
 */
export function inspectLearners(
  celery: Pick<SyncContext, 'state' | 'queues' | 'learned' | 'clock'>,
  longestReply: number,
): InspectLearners {
  return {
    active_queues: (result) => {
      for (const [, queues] of values(result))
        celery.queues.remember(queues.filter((queue) => !isBroadcastQueue(queue)));
    },
    active: (result) => {
      for (const [hostname, tasks] of values(result)) {
        for (const task of tasks)
          celery.learned.tasks += learnTask(celery, hostname, 'STARTED', task, null);
        const reply = result.replies.get(hostname);
        if (reply === undefined || !isWhole(reply)) continue; // what is missing may be unreadable
        const ids = new Set(tasks.map(({ id }) => id));
        celery.state.sawActive(hostname, ids, celery.clock() - longestReply);
      }
    },
    revoked: (result) => {
      for (const [hostname, ids] of values(result)) celery.state.sawRevoked(ids, hostname);
    },
    reserved: (result) => {
      for (const [hostname, tasks] of values(result))
        for (const task of tasks) learnTask(celery, hostname, 'RECEIVED', task, null);
    },
    scheduled: (result) => {
      for (const [hostname, entries] of values(result))
        for (const { eta, request } of entries)
          learnTask(celery, hostname, 'RECEIVED', request, parseIsoTimeOrNull(eta));
    },
  };
}

/**
 * Learns the pools of workers that have come online: a solo pool falls silent while it works.
 * @returns those that did not answer
 */
export async function learnPools(
  celery: SyncContext,
  hostnames: readonly string[],
): Promise<readonly string[]> {
  // A broker that does not list queues does not show which ones a new worker consumes.
  const queues = celery.queues.areListed ? [] : hostnames;
  const [replies] = await Promise.all([
    Promise.all(hostnames.map((hostname) => celery.inspect.load('stats', { hostname }))),
    ...queues.map((hostname) => celery.inspect.load('active_queues', { hostname })),
  ]);
  for (const stats of replies) rememberPools(celery, stats);
  return replies.flatMap(({ silent }) => silent);
}

function rememberPools(celery: SyncContext, stats: InspectResult<'stats'>): void {
  for (const [hostname, value] of values(stats)) {
    celery.state.sawWorker(hostname, celery.clock(), {
      pool: poolOf(value),
      ...(typeof value.pid === 'number' && { pid: value.pid }),
      ...(typeof value.uptime === 'number' && { uptimeSeconds: value.uptime }),
    });
  }
}

/** Celery 5.6 names the implementation; before, a solo pool is known by having its own process as its only one. */
function poolOf({ pid, pool }: WorkerStatsReply): string {
  const named = /^celery\.concurrency\.(\w+)/.exec(pool?.implementation ?? '')?.[1];
  if (named !== undefined) return named;
  const [only, ...others] = pool?.processes ?? [];
  return only !== undefined && others.length === 0 && only === pid ? 'solo' : 'unknown';
}

function learnTask(
  { state }: Pick<SyncContext, 'state'>,
  worker: string,
  taskState: 'STARTED' | 'RECEIVED',
  info: TaskInfo,
  eta: number | null,
): 0 | 1 {
  const { delivery_info: delivery } = info;
  const cut: ArgumentsField[] = [];
  const reprOf = (field: ArgumentsField): string | null => {
    if (isRounded(info[field])) cut.push(field);
    return argumentsRepr(info[field], maxReprLength, () => cut.push(field));
  };
  const isNews = state.sawTask({
    id: info.id,
    name: taskNameOf(info),
    isNameCertain: isNameCertain(info),
    shadow: shadowNameOf(info),
    args: reprOf('args'),
    kwargs: reprOf('kwargs'),
    cut,
    worker,
    state: taskState,
    startedAt: typeof info.time_start === 'number' ? info.time_start * 1000 : null,
    eta,
    exchange: delivery?.exchange ?? null,
    routingKey: delivery?.routing_key ?? null,
    // The default exchange delivers to the queue that the routing key names.
    queue: delivery?.exchange === '' ? (delivery.routing_key ?? null) : null,
  });
  return isNews ? 1 : 0;
}

/** Deeper values are not shown either. */
const maxDepth = 32;

/** Whether there is a number in it that JavaScript has not read to the last digit. */
function isRounded(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null || depth > maxDepth) return false;
  return Object.values(value).some((item) => isRounded(item, depth + 1));
}

function values<C extends Parameters<SyncContext['inspect']['load']>[0]>(
  result: InspectResult<C>,
): [string, Extract<NonNullable<ReturnType<typeof result.replies.get>>, { ok: true }>['value']][] {
  return [...result.replies].flatMap(([hostname, reply]) =>
    reply.ok ? [[hostname, reply.value] as [string, typeof reply.value]] : [],
  );
}
