/**
 * Which cache serves what: the one place where the caches and the cluster meet. A root field's answer is one entry,
 * and so is what all workers said to one inspect command.
 */
import DataLoader from 'dataloader';
import { cacheNames } from '../cache/cache-defaults.js';
import type { CacheName } from '../cache/cache-defaults.js';
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { CacheStatus } from '../cache/cache-status.js';
import type { Celery } from '../celery/celery.js';
import type { Task, TaskPage, TaskSlice } from '../celery/events/task.js';
import type { Worker } from '../celery/events/worker.js';
import { checkHealth, overall } from '../celery/health/index.js';
import type { Health } from '../celery/health/index.js';
import { isBreaking } from '../celery/inspect.js';
import type { InspectCommand, InspectResult } from '../celery/inspect.js';
import type { InspectScope } from '../celery/inspect-loader.js';
import { clusterSummary, withTasksOf } from '../celery/cluster-summary.js';
import type { ClusterSummary } from '../celery/cluster-summary.js';
import type { TaskTypeFigures } from '../celery/metrics/task-metrics.js';
import type { Queue } from '../celery/queues.js';
import type { WaitingTask } from '../celery/task-message.js';
import { taskWithResult } from '../celery/task-result.js';
import type { TaskMeta } from '../celery/transport/transport.js';
import { slices } from '../slices.js';
import { forgetOvertaken } from './learned-tasks.js';
import { cacheKey, OperationReads } from './reads.js';
import type { Read } from './reads.js';
import { filterAt, type MovingFilter } from './task-inputs.js';

/** How a field was asked for: where in the answer, and whether a cached value will do. */
export interface Ask {
  readonly path: string;
  readonly useCache: boolean;
}

/** Of a root field, whose argument is true by default and may be null. */
export function askFor(path: string, useCache: boolean | null | undefined): Ask {
  return { path, useCache: useCache !== false };
}

export interface InspectAsk extends Ask {
  readonly cache: CacheName;
  readonly scope: InspectScope;
}

/** "Nobody answered" is worth keeping for less than an answer: a briefly busy worker must not look dead for long. */
const nobodyAnsweredTtl = 1_000;
const someSilentTtl = 2_000;
/**
 * Milliseconds to keep an answer whose load began before the workers had reported what they have: it may lack some of
 * them. The cluster is asked four times a second at most.
 */
const incompleteTtl = 250;
/** Milliseconds within which a worker sends a heartbeat: by default it sends one every two seconds. */
const firstHeartbeat = 3_000;

/**
 * Milliseconds, at most the cache's own. An answer that lacks somebody always gets less than that: by this it is known
 * as special, and no adaptive TTL prolongs it.
 */
export function inspectTtl(
  { replies, silent, unnamed }: Pick<InspectResult<InspectCommand>, 'replies' | 'silent' | 'unnamed'>,
  own: number,
): number {
  if (silent.length === 0 && unnamed === undefined) return own;
  return Math.min(replies.size === 0 ? nobodyAnsweredTtl : someSilentTtl, 0.99 * own);
}

/** For the life of the gateway: merges what all operations ask of the result backend at the same time. */
export function createResultLoader({ results }: Celery): DataLoader<string, TaskMeta | null> | null {
  if (results === null) return null;
  // The loader rejects where an element is an error: a stored result that cannot be read.
  return new DataLoader<string, TaskMeta | null>(async (ids) => results.fetch(ids), {
    cache: false,
    batchScheduleFn: (run) => setImmediate(run),
  });
}

export interface LoaderServices {
  readonly celery: Celery;
  readonly caches: CacheRegistry;
  readonly resultLoader: DataLoader<string, TaskMeta | null> | null;
}

/**
 * Of one operation. A cache may keep a load to repeat it ahead of the next reader, so that none of them refers to
 * this object: with it all that the operation has read would be kept too.
 */
export class Loaders {
  readonly #services: LoaderServices;
  readonly #celery: Celery;
  readonly #caches: CacheRegistry;
  readonly #reads: OperationReads;
  readonly #startedAt: number;
  /** What was worked out of what was read, by its key. */
  readonly #workedOut = new Map<string, Promise<unknown>>();
  /** Reads of this operation that may change what the store knows. */
  readonly #learning = new Set<Promise<unknown>>();
  /** Whether it has read anything that may teach the store about tasks. */
  #hasAsked = false;
  /** The `learnedVersion` of the store when this operation first read tasks from it; null before. */
  #readTasksAt: number | null = null;
  #isSecondPass = false;

  /** @param startedAt when the operation began, epoch milliseconds: relative times are counted from there */
  constructor(
    { celery, caches, resultLoader }: LoaderServices,
    status: CacheStatus,
    startedAt: number = celery.clock(),
  ) {
    this.#services = { celery, caches, resultLoader };
    this.#celery = celery;
    this.#caches = caches;
    this.#reads = new OperationReads(caches, status);
    this.#startedAt = startedAt;
  }

  /** Whether the store has learned something after this operation had read tasks from it: two views may disagree. */
  get isOvertaken(): boolean {
    if (!this.#hasAsked || this.#readTasksAt === null) return false;
    return this.#readTasksAt !== this.#celery.state.learnedVersion;
  }

  /** From now on tasks are read anew from the store, and everything else is what it was: nobody is asked again. */
  startSecondPass(): void {
    this.#isSecondPass = true;
    this.#workedOut.clear();
  }

  /**
   * Work on what was read, once in this operation, however many fields ask for it.
   * @param key names one kind of value, with all that the work depends on
   */
  async once<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    const known = this.#workedOut.get(key) ?? Promise.resolve().then(work);
    this.#workedOut.set(key, known);
    return (await known) as T; // the key promises the type
  }

  taskCounts(ask: Ask): Promise<Readonly<Record<string, number>>> {
    return this.#fromTasks(ask, 'task_status', 'counts', ({ state }) => ({ ...state.counts() }));
  }

  delayedMessages(ask: Ask): Promise<number | null> {
    const celery = this.#celery;
    return this.#read({
      path: `${ask.path}.delayed`,
      useCache: ask.useCache,
      cache: 'task_status',
      key: 'delayed',
      shared: true,
      load: () => celery.queues.delayed(),
    });
  }

  tasks(ask: Ask, filter: MovingFilter, slice: TaskSlice): Promise<TaskPage> {
    const key = cacheKey('tasks', { ...filter, ...slice });
    return this.#fromTasks(ask, 'task_status', key, ({ state }, now) =>
      slices.run(state.queryTasks(filterAt(filter, now), slice)),
    );
  }

  task(ask: Ask, id: string): Promise<Task | null> {
    const services = this.#services;
    const read: TasksRead<Task | null> = {
      ...ask,
      cache: 'task_status',
      key: cacheKey('task', { id }),
      load: async (note: () => void) => {
        const task = await readTask(id, services, note);
        if (task === null) services.celery.assertConnected(); // unheard is not unknown
        return task;
      },
      // The result backend is not asked again.
      renewed: (former) => services.celery.state.task(id) ?? former,
    };
    if (services.resultLoader !== null) this.#hasAsked = true;
    return this.#learn(this.#readTasks(read));
  }

  taskTypes(ask: Ask, windowSeconds: number | null): Promise<readonly TaskTypeFigures[]> {
    const key = cacheKey('task_types', { windowSeconds });
    return this.#fromTasks(ask, 'metrics_summary', key, ({ metrics }) =>
      slices.run(metrics.queryTaskTypes(windowSeconds)),
    );
  }

  workers(ask: Ask): Promise<readonly Worker[]> {
    return this.#fromState(ask, 'worker_status', 'workers', ({ state }) => state.workers());
  }

  worker(ask: Ask, hostname: string): Promise<Worker | null> {
    return this.#fromState(ask, 'worker_status', cacheKey('worker', { hostname }), ({ state }) =>
      state.worker(hostname),
    );
  }

  queues(ask: Ask): Promise<readonly Queue[]> {
    const celery = this.#celery;
    const load = (): Promise<readonly Queue[]> => celery.queues.all();
    return this.#read({ ...ask, cache: 'queue_status', key: 'queues', load, shared: true });
  }

  queue(ask: Ask, name: string): Promise<Queue | null> {
    const celery = this.#celery;
    const load = (): Promise<Queue | null> => celery.queues.one(name);
    const key = cacheKey('queue', { name });
    return this.#read({ ...ask, cache: 'queue_status', key, load, shared: true });
  }

  peek(ask: Ask, name: string, first: number): Promise<readonly WaitingTask[]> {
    const celery = this.#celery;
    this.#hasAsked = true;
    return this.#read({
      path: `${ask.path}.peek`,
      useCache: ask.useCache,
      cache: 'queue_status',
      key: cacheKey('peek', { name, first }),
      shared: true,
      load: () => celery.queues.peek(name, first),
    });
  }

  metricsSummary(ask: Ask, windowSeconds: number): Promise<ClusterSummary> {
    const celery = this.#celery;
    return this.#fromTasks(
      ask,
      'metrics_summary',
      cacheKey('summary', { windowSeconds }),
      () => clusterSummary(celery, windowSeconds),
      (former) => withTasksOf(celery, former),
    );
  }

  health(ask: Ask): Promise<Health> {
    const [celery, caches] = [this.#celery, this.#caches];
    return this.#read({
      ...ask,
      cache: 'health_check',
      key: 'health',
      load: async () => {
        const { status, message } = caches.shared?.stats ?? {
          status: 'NOT_CONFIGURED' as const,
          message: `${cacheNames.length} caches in this process`,
        };
        const checkedAt = celery.clock();
        const distributed = {
          name: 'distributed_cache',
          status,
          latencySeconds: null,
          message,
          checkedAt,
        };
        const checks = [...(await checkHealth(celery)), distributed];
        return { status: overall(checks), checks };
      },
    });
  }

  /** What workers say to an inspect command. */
  inspect<C extends InspectCommand>(
    command: C,
    { scope, ...ask }: InspectAsk,
  ): Promise<InspectResult<C>> {
    const celery = this.#celery;
    this.#hasAsked = true;
    const name = `inspect:${command}`;
    const key = 'all' in scope ? name : cacheKey(name, scope);
    // Each field of each worker asks for it.
    const known = this.#reads.known<InspectResult<C>>({ ...ask, key });
    if (known !== null) return known;
    const { ttl: own } = this.#caches.get(ask.cache);
    return this.#read({
      ...ask,
      path: `${ask.path}.${command}`,
      shared: true,
      key,
      load: () => celery.inspect.load(command, scope),
      ttl: (result) => inspectTtl(result, own),
      prefetch: !isBreaking(command),
    });
  }

  #read<T>(read: Read<T>): Promise<T> {
    return this.#reads.read(this.#withTtl(read));
  }

  /** What is loaded before the first exchange with the workers has ended is not kept, nor shared, as if it were complete. */
  #withTtl<T>(read: Read<T>): Read<T> {
    const celery = this.#celery;
    const { ttl: own } = this.#caches.get(read.cache);
    const isFromState = read.shared !== true;
    let isComplete = celery.isSeeded;
    return {
      ...read,
      shared: !isFromState && isComplete,
      load: () => {
        isComplete = celery.isSeeded && !(isFromState && mayLackWorkers(celery));
        return read.load();
      },
      ttl: (value) => {
        const ttl = read.ttl?.(value) ?? own;
        return isComplete ? ttl : Math.min(incompleteTtl, ttl, 0.99 * own);
      },
    };
  }

  /** What the store knows of tasks: in a second pass as it is now, whatever was read before. */
  async #readTasks<T>({ load, renewed, ...read }: TasksRead<T>): Promise<T> {
    const { state } = this.#celery;
    forgetOvertaken(this.#celery, this.#caches);
    const known = { version: state.learnedVersion }; // as far as a cached value goes
    const note = (): void => void (known.version = state.learnedVersion);
    const first = this.#withTtl({ ...read, load: () => load(note) });
    if (!this.#isSecondPass) {
      const value = await this.#reads.read(first);
      this.#readTasksAt = Math.min(this.#readTasksAt ?? Infinity, known.version);
      return value;
    }
    if (renewed === undefined) return this.#reads.renew(first);
    const former = await this.#reads.read(first);
    return this.#reads.adjust(first, () => renewed(former));
  }

  /** Notes that this read may change what the store knows. */
  #learn<T>(read: Promise<T>): Promise<T> {
    this.#learning.add(read);
    const end = (): void => void this.#learning.delete(read);
    read.then(end, end);
    return read;
  }

  /** Resolves when the reads of this operation have changed what they change, so that one answer has one state of a task. */
  async #learned(): Promise<void> {
    await Promise.resolve(); // the executor calls the resolvers of all fields beside this one first
    while (this.#learning.size > 0) await Promise.allSettled(this.#learning);
  }

  /**
   * What the store knows of workers; refused while events cannot be heard, since silence would pass for calm.
   */
  async #fromState<T>(ask: Ask, cache: CacheName, key: string, read: (celery: Celery) => T): Promise<T> {
    const celery = this.#celery;
    await this.#learned();
    return this.#read({
      ...ask,
      cache,
      key,
      load: async () => {
        celery.assertConnected();
        return read(celery);
      },
    });
  }

  /**
   * The same of tasks.
   * @param read is given the time that relative times are counted from, epoch milliseconds
   */
  async #fromTasks<T>(
    ask: Ask,
    cache: CacheName,
    key: string,
    read: (celery: Celery, now: number) => T | Promise<T>,
    renewed?: (former: T) => T,
  ): Promise<T> {
    const celery = this.#celery;
    await this.#learned();
    // A load that the cache repeats ahead of the next reader is counted from its own time.
    let startedAt: number | null = this.#startedAt;
    try {
      return await this.#readTasks({
        ...ask,
        cache,
        key,
        renewed,
        load: async (note) => {
          celery.assertConnected();
          note();
          return read(celery, startedAt ?? celery.clock());
        },
      });
    } finally {
      startedAt = null;
    }
  }
}

/** Whether no worker is known, and one that does not answer commands has not had the time for a heartbeat. */
function mayLackWorkers({ state, transport, clock }: Celery): boolean {
  return state.workerCount === 0 && clock() - transport.connection.since < firstHeartbeat;
}

/** A read of what the store knows of tasks. */
interface TasksRead<T> extends Omit<Read<T>, 'load'> {
  /** @param note to be called when the value is taken from the store */
  readonly load: (note: () => void) => Promise<T>;
  /** What to show in a second pass, from what was read in the first; by default it is loaded again. */
  readonly renewed?: ((former: T) => T) | undefined;
}

/** From the store, after what the result backend has of it was learned. */
async function readTask(
  id: string,
  { celery, caches, resultLoader }: LoaderServices,
  note: () => void,
): Promise<Task | null> {
  const { state } = celery;
  if (resultLoader === null || !state.mayHaveResult(id)) return noted(state.task(id), note);
  try {
    const task = taskWithResult(state, id, await resultLoader.load(id));
    // Lists, counts and figures of the same answer must not be from before.
    forgetOvertaken(celery, caches);
    return noted(task, note);
  } catch (error) {
    const known = noted(state.task(id), note);
    if (known !== null) return known; // what events told is better than nothing
    celery.assertConnected(); // where both are away, the broker is the one to name
    throw error;
  }
}

function noted<T>(value: T, note: () => void): T {
  note();
  return value;
}
