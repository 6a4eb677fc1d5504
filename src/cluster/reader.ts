/**
 * The reads of one operation: each row with the same arguments once, however often its fields are selected, so that one
 * answer shows one consistent picture. Every read is noted for the cache status of the operation.
 */
import type { CacheStatus, CacheStatusRecord } from '../cache/cache-status.js';
import type { RepeatableHit } from '../cache/repeatable-hit.js';
import type { Celery } from '../celery/celery.js';
import { ClusterClosedError } from '../errors.js';
import { forgetOvertaken } from './overtaken-reads.js';
import { below } from './read-row.js';
import type { LoadContext, Read, ReadRequest, ReadServices } from './read-row.js';

/**
 * Milliseconds to keep an answer whose load began before the workers had reported what they have: it may lack some of
 * them. The cluster is asked four times a second at most.
 */
const incompleteTtl = 250;
/** Milliseconds within which a worker sends a heartbeat: by default it sends one every two seconds. */
const firstHeartbeat = 3_000;

/** What the operation has read, or is reading, of one row with the same arguments. */
interface Memo {
  readonly value: Promise<unknown>;
  /** How the read counts; null before it has ended, and if it failed. */
  record: CacheStatusRecord | null;
  /** In a second pass; null before. */
  renewed: Promise<unknown> | null;
}

/**
 * A cache may keep a load to repeat it ahead of the next reader, so no load refers to this object: with it, all that the
 * operation has read would be kept too.
 */
export class Reader {
  readonly #services: ReadServices;
  readonly #status: CacheStatus;
  readonly #startedAt: number;
  readonly #memos = new Map<string, Memo>();
  /** Values made from what was read, by key. */
  readonly #made = new Map<string, Promise<unknown>>();
  /** Reads that may change what the task store knows. */
  readonly #teaching = new Set<Promise<unknown>>();
  /** Whether the operation has read anything that may change what the task store knows. */
  #hasTaught = false;
  /** The `learnedVersion` of the store when this operation first read tasks from it; null before. */
  #readTasksAt: number | null = null;
  #isSecondPass = false;

  /** @param startedAt when the operation began, epoch milliseconds: relative times are counted from there */
  constructor(
    { celery, caches, resultLoader }: ReadServices,
    status: CacheStatus,
    startedAt: number = celery.clock(),
  ) {
    this.#services = { celery, caches, resultLoader };
    this.#status = status;
    this.#startedAt = startedAt;
  }

  /** See `CacheStatus.markLive`. */
  markLive(): void {
    this.#status.markLive();
  }

  /** Whether the store has learned something after this operation had read tasks from it: two views may disagree. */
  get isOvertaken(): boolean {
    if (!this.#hasTaught || this.#readTasksAt === null) return false;
    return this.#readTasksAt !== this.#services.celery.state.learnedVersion;
  }

  /** From now on tasks are read again from the store, and everything else stays: no worker and no broker is asked again. */
  startSecondPass(): void {
    this.#isSecondPass = true;
    this.#made.clear();
  }

  /**
   * Work on what was read, once in this operation, however many fields need it.
   * @param key names one kind of value, with all that the work depends on
   */
  async once<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    const known = this.#made.get(key) ?? Promise.resolve().then(work);
    this.#made.set(key, known);
    return (await known) as T; // the key promises the type
  }

  /** The value of one row of the table of reads. */
  read<T>(read: Read<T>, request: ReadRequest): Promise<T> {
    const { source, teaches } = read;
    if (teaches?.(this.#services) === true) this.#hasTaught = true;
    if (source !== 'state') return this.#readOnce(read, request, { startedAt: null });
    if (teaches === undefined) return this.#readState(read, request);
    return this.#teach(this.#readTasks(read, request, { startedAt: null }));
  }

  /** Waits until the reads of this operation that change the store have ended, so that one answer has one state of a task. */
  async #readState<T>(read: Read<T>, request: ReadRequest): Promise<T> {
    await Promise.resolve(); // the executor calls the resolvers of all fields beside this one first
    while (this.#teaching.size > 0) await Promise.allSettled(this.#teaching);
    // A load that the cache repeats ahead of the next reader is counted from its own time.
    const time: OperationTime = { startedAt: this.#startedAt };
    try {
      return await (read.readsTasks
        ? this.#readTasks(read, request, time)
        : this.#readOnce(read, request, time));
    } finally {
      time.startedAt = null;
    }
  }

  /** What the store knows of tasks: in a second pass as it is now, whatever was read before. */
  async #readTasks<T>(read: Read<T>, request: ReadRequest, time: OperationTime): Promise<T> {
    const { celery, caches } = this.#services;
    const { state } = celery;
    forgetOvertaken(celery, caches);
    const known = { version: state.learnedVersion }; // as far as a cached value goes
    const storeRead = (): void => void (known.version = state.learnedVersion);
    if (!this.#isSecondPass) {
      const value = await this.#readOnce(read, request, time, storeRead);
      this.#readTasksAt = Math.min(this.#readTasksAt ?? Infinity, known.version);
      return value;
    }
    const { renewed } = read;
    if (renewed === undefined) return this.#renew(read, request, time, storeRead);
    const former = await this.#readOnce(read, request, time, storeRead);
    return this.#adjust(read, request, () => renewed(former, celery));
  }

  /** Notes that this read may change what the store knows. */
  #teach<T>(read: Promise<T>): Promise<T> {
    this.#teaching.add(read);
    const end = (): void => void this.#teaching.delete(read);
    read.then(end, end);
    return read;
  }

  #readOnce<T>(
    read: Read<T>,
    request: ReadRequest,
    time: OperationTime,
    storeRead = notNoted,
  ): Promise<T> {
    const key = memoKey(read, request);
    const known = this.#memos.get(key);
    if (known !== undefined) return known.value as Promise<T>; // the key promises the type
    const prepared = prepare(read, this.#services, time, storeRead);
    const memo: Memo = {
      value: this.#readCached(read, request, prepared).then(({ value, record }) => {
        memo.record = record;
        return value;
      }),
      record: null,
      renewed: null,
    };
    this.#memos.set(key, memo);
    return memo.value as Promise<T>;
  }

  async #readCached<T>(
    read: Read<T>,
    request: ReadRequest,
    { isShared, load, ttl }: PreparedLoad<T>,
  ): Promise<{ readonly value: T; readonly record: CacheStatusRecord }> {
    const { cache, key, field, prefetch, dependsOn } = read;
    const { celery, caches } = this.#services;
    const status = this.#status;
    const bypassed = !request.useCache || status.bypass;
    const options = {
      useCache: !bypassed,
      shared: isShared,
      prefetch,
      dependsOn: dependsOn(),
      ttl,
    };
    const answer = await caches.read(cache, key, load, options).catch((error: unknown) => {
      throw celery.isClosed ? new ClusterClosedError() : error;
    });
    if (celery.isClosed) throw new ClusterClosedError(); // what is read of a closed cluster is not true
    const record = status.record({
      path: (field === undefined ? request : below(request, field)).path,
      cache,
      read: answer,
      bypassed,
      dropsOnEvents: caches.dropsOnEvents(cache),
      counter: caches.get(cache),
      repeatable: () =>
        repeatableRead(
          read,
          this.#services,
          caches.repeatable(cache, key, load, { options, read: answer }),
        ),
    });
    return { value: answer.value, record };
  }

  /**
   * Loads again, once, what this operation has read before, and has the caches serve the new value. It is not another
   * read of the client: no cache counts it, and in the status of the operation it takes the place of the first.
   */
  async #renew<T>(
    read: Read<T>,
    request: ReadRequest,
    time: OperationTime,
    storeRead: () => void,
  ): Promise<T> {
    const memo = this.#memos.get(memoKey(read, request));
    // It was not read before, or that failed.
    if (memo === undefined || memo.record === null)
      return this.#readOnce(read, request, time, storeRead);
    memo.renewed ??= this.#reload(read, memo.record, prepare(read, this.#services, time, storeRead));
    return (await memo.renewed) as T;
  }

  async #reload<T>(
    { cache: name, key, dependsOn }: Read<T>,
    record: CacheStatusRecord,
    { load, ttl }: PreparedLoad<T>,
  ): Promise<T> {
    const value = await load();
    const lifetime = ttl(value);
    this.#services.caches.get(name).set(key, value, lifetime, dependsOn());
    const times = { age: 0, ttl: lifetime };
    record.read = { status: 'MISS', ...times, stale: false, collapsed: false, found: false };
    return value;
  }

  /**
   * Shows another value than was read in the rest of this operation. No cache stores it: parts of it are as old as the
   * read, and an event may have removed that entry meanwhile.
   */
  async #adjust<T>(read: Read<T>, request: ReadRequest, adjusted: () => T): Promise<T> {
    const memo = this.#memos.get(memoKey(read, request));
    if (memo === undefined) return adjusted();
    memo.renewed ??= Promise.resolve(adjusted());
    return (await memo.renewed) as T;
  }
}

const notNoted = (): void => undefined;

/** When the operation began; null when it has ended, or where no time is relative to it. */
interface OperationTime {
  startedAt: number | null;
}

interface PreparedLoad<T> {
  readonly isShared: boolean;
  readonly load: () => T | Promise<T>;
  readonly ttl: (value: T) => number;
}

/** What is loaded before the first exchange with the workers has ended is not kept, nor shared, as if it were complete. */
function prepare<T>(
  read: Read<T>,
  services: ReadServices,
  time: OperationTime,
  storeRead: () => void,
): PreparedLoad<T> {
  const { celery, caches } = services;
  const { ttl: own } = caches.get(read.cache);
  let isComplete = celery.isSynced;
  return {
    isShared: read.isShared && isComplete,
    load: () => {
      isComplete = celery.isSynced && (read.isShared || !mayLackWorkers(celery));
      const context: LoadContext = {
        ...services,
        now: time.startedAt ?? celery.clock(),
        storeRead,
        storeChanged: () => forgetOvertaken(celery, caches),
      };
      return read.load(context);
    },
    ttl: (value) => {
      const ttl = read.ttl?.(value, own) ?? own;
      return isComplete ? ttl : Math.min(incompleteTtl, ttl, 0.99 * own);
    },
  };
}

/** Whether no worker is known, and one that does not answer commands has not had the time for a heartbeat. */
function mayLackWorkers({ state, transport, clock }: Celery): boolean {
  return state.workerCount === 0 && clock() - transport.connection.since < firstHeartbeat;
}

/** A hit that can be had again, as this class reads. */
function repeatableRead(
  { source, readsTasks, teaches }: Pick<Read<unknown>, 'source' | 'readsTasks' | 'teaches'>,
  { celery, caches }: ReadServices,
  hit: RepeatableHit | null,
): RepeatableHit | null {
  if (hit === null) return null;
  const showsTasks = source === 'state' && (readsTasks || teaches !== undefined);
  return {
    ...hit,
    isFresh: (now) => {
      if (celery.isClosed) return false;
      if (showsTasks) forgetOvertaken(celery, caches);
      return hit.isFresh(now);
    },
  };
}

function memoKey(
  { cache, key }: Pick<Read<unknown>, 'cache' | 'key'>,
  { useCache }: ReadRequest,
): string {
  return `${cache} ${useCache} ${key}`;
}
