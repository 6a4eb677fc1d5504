/** The loads of a cache that run: one for each key, until it ends or its result is discarded. */
import type { LoadRequest } from './cache-options.js';
import type { Entry } from './entry-list.js';

/** What a load has brought. */
export interface LoadResult<V> {
  readonly entry: Entry<V>;
  /** Age in milliseconds of a value that was found in the shared cache; null if the load asked the cluster. */
  readonly foundAge: number | null;
  /** Fingerprint to compare the value with the one before it; undefined if no policy compares values. */
  readonly print: number | undefined;
}

/** How one key is loaded. */
export interface Job<V> {
  readonly run: (request: LoadRequest) => Promise<LoadResult<V>>;
  /** See `ReadOptions.dependsOn`. */
  readonly dependsOn: unknown;
}

/** What the readers of a load get. */
export type Outcome<V> =
  | { readonly value: V; readonly ttl: number; readonly foundAge: number | null }
  | { readonly error: unknown };

/** A running load. Its promise never rejects: a refresh without a waiting reader must not end the process. */
export interface InFlightLoad<V> extends LoadRequest {
  readonly dependsOn: unknown;
  readonly outcome: Promise<Outcome<V>>;
  /** No reader waited when it began. */
  readonly prefetched: boolean;
  /** A reader waits for it, though it began as a prefetch. */
  awaited: boolean;
}

export interface SettledLoad<V> {
  readonly key: string;
  readonly load: Pick<InFlightLoad<V>, 'prefetched' | 'awaited'>;
  /** It was not discarded: nothing has invalidated or replaced its key since it began. */
  readonly current: boolean;
  readonly result: LoadResult<V> | { readonly error: unknown };
}

export class InFlightLoads<V> {
  readonly #loads = new Map<string, InFlightLoad<V>>();
  readonly #onSettled: (settled: SettledLoad<V>) => Outcome<V>;
  #running = 0;

  constructor(onSettled: (settled: SettledLoad<V>) => Outcome<V>) {
    this.#onSettled = onSettled;
  }

  get(key: string): InFlightLoad<V> | undefined {
    return this.#loads.get(key);
  }

  keys(): Iterable<string> {
    return this.#loads.keys();
  }

  *dependencies(): Iterable<readonly [key: string, dependsOn: unknown]> {
    for (const [key, { dependsOn }] of this.#loads) yield [key, dependsOn];
  }

  /** How many have not ended, discarded ones included. */
  get running(): number {
    return this.#running;
  }

  start(key: string, job: Job<V>, request: LoadRequest, prefetched = false): InFlightLoad<V> {
    let resolveOutcome: (outcome: Outcome<V>) => void = () => undefined;
    const outcome = new Promise<Outcome<V>>((resolve) => (resolveOutcome = resolve));
    const { dependsOn } = job;
    const load: InFlightLoad<V> = { ...request, dependsOn, outcome, prefetched, awaited: false };
    this.#loads.set(key, load); // before the job begins: it may invalidate, or read, this very key
    this.#running++;
    const settle = (result: SettledLoad<V>['result']) => {
      this.#running--;
      const current = this.#loads.get(key) === load && this.#loads.delete(key);
      resolveOutcome(this.#onSettled({ key, load, current, result }));
    };
    job.run(request).then(settle, (error: unknown) => settle({ error }));
    return load;
  }

  /** The result of the running load of this key will not be stored. */
  discard(key: string): void {
    this.#loads.delete(key);
  }
}
