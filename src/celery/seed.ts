/**
 * The event stream has no replay: what began before the gateway listened is learned from the workers themselves.
 */
import type { State } from './events/state.js';
import type { InspectResult, TaskInfo, WorkerStatsReply } from './inspect.js';
import type { InspectLoader } from './inspect-loader.js';
import { isoTimeOrNull } from './iso-time.js';
import { argumentsRepr } from './python-repr.js';
import type { Queues } from './queues.js';

/** The longest representation of arguments that is kept, as in Celery's events. */
const maxReprLength = 1024;

/** What is asked, and what learns from the answers. */
export interface Known {
  readonly inspect: InspectLoader;
  readonly state: State;
  readonly queues: Queues;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export async function seedFromInspect(celery: Known): Promise<void> {
  const everybody = { all: true } as const;
  const [stats, active, reserved, scheduled, activeQueues] = await Promise.all([
    celery.inspect.load('stats', everybody),
    celery.inspect.load('active', everybody),
    celery.inspect.load('reserved', everybody),
    celery.inspect.load('scheduled', everybody),
    celery.inspect.load('active_queues', everybody),
  ]);
  rememberPools(celery, stats);
  for (const [hostname, tasks] of values(active)) {
    for (const task of tasks) seedTask(celery, hostname, 'STARTED', task, null);
  }
  for (const [hostname, tasks] of values(reserved)) {
    for (const task of tasks) seedTask(celery, hostname, 'RECEIVED', task, null);
  }
  for (const [hostname, entries] of values(scheduled)) {
    for (const { eta, request } of entries)
      seedTask(celery, hostname, 'RECEIVED', request, isoTimeOrNull(eta));
  }
  for (const [, queues] of values(activeQueues)) celery.queues.remember(queues.map(({ name }) => name));
}

/** More names than this, between two broadcasts, are not workers that start but somebody who makes names up. */
const maxLearning = 1_000;

/**
 * Asks workers that have come online what pool they have: a solo pool falls silent while it works. Those that come
 * while others are being asked are asked together afterwards, so that a deployment costs few broadcasts.
 */
export class PoolLearner {
  readonly #celery: Known;
  readonly #waiting = new Set<string>();
  #running: Promise<void> | null = null;

  constructor(celery: Known) {
    this.#celery = celery;
  }

  learn(hostname: string): Promise<void> {
    if (this.#waiting.size < maxLearning) this.#waiting.add(hostname);
    this.#running ??= this.#learnAll().finally(() => (this.#running = null));
    return this.#running;
  }

  async #learnAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const hostnames = [...this.#waiting];
      this.#waiting.clear();
      const told = await Promise.all(
        hostnames.map((hostname) => this.#celery.inspect.load('stats', { hostname })),
      );
      for (const stats of told) rememberPools(this.#celery, stats);
    }
  }
}

function rememberPools(celery: Known, stats: InspectResult<'stats'>): void {
  for (const [hostname, value] of values(stats)) {
    celery.state.sawWorker(hostname, celery.clock(), {
      pool: poolOf(value),
      ...(typeof value.pid === 'number' && { pid: value.pid }),
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

function seedTask(
  { state }: Known,
  worker: string,
  taskState: 'STARTED' | 'RECEIVED',
  info: TaskInfo,
  eta: number | null,
): void {
  const { delivery_info: delivery } = info;
  state.seedTask({
    id: info.id,
    name: info.name ?? null,
    args: argumentsRepr(info.args, maxReprLength),
    kwargs: argumentsRepr(info.kwargs, maxReprLength),
    worker,
    state: taskState,
    startedAt: typeof info.time_start === 'number' ? info.time_start * 1000 : null,
    eta,
    exchange: delivery?.exchange ?? null,
    routingKey: delivery?.routing_key ?? null,
    // The default exchange delivers to the queue that the routing key names.
    queue: delivery?.exchange === '' ? (delivery.routing_key ?? null) : null,
  });
}

function values<C extends Parameters<Known['inspect']['load']>[0]>(
  result: InspectResult<C>,
): [string, Extract<NonNullable<ReturnType<typeof result.replies.get>>, { ok: true }>['value']][] {
  return [...result.replies].flatMap(([hostname, reply]) =>
    reply.ok ? [[hostname, reply.value] as [string, typeof reply.value]] : [],
  );
}
