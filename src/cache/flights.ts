import type { LoadRequest } from './cache-options.js';
import type { Entry } from './entry-list.js';

/** What a load brings. */
export interface Arrival<V> {
  readonly entry: Entry<V>;
  /** Of a value that was found and not loaded, milliseconds; null of one that was loaded. */
  readonly foundAge: number | null;
  /** By which it is compared with the value before it; undefined where nobody compares. */
  readonly print: number | undefined;
}

export type Job<V> = (request: LoadRequest) => Promise<Arrival<V>>;

export type Outcome<V> =
  | { readonly value: V; readonly ttl: number; readonly foundAge: number | null }
  | { readonly error: unknown };

/** A running load. Its promise never rejects, so that a refresh which nobody awaits cannot end the process. */
export interface Flight<V> extends LoadRequest {
  readonly outcome: Promise<Outcome<V>>;
  /** Nobody waited when it began. */
  readonly ahead: boolean;
  /** Somebody has come to wait for a load that began ahead of its readers. */
  joined: boolean;
}

export interface Landing<V> {
  readonly key: string;
  readonly flight: Pick<Flight<V>, 'ahead' | 'joined'>;
  /** Still the load of its key, and not one from before an invalidation. */
  readonly current: boolean;
  readonly result: Arrival<V> | { readonly error: unknown };
}

/** The loads that run: one for each key, until it ends or is disowned. */
export class Flights<V> {
  readonly #flights = new Map<string, Flight<V>>();
  readonly #land: (landing: Landing<V>) => Outcome<V>;
  #running = 0;

  constructor(land: (landing: Landing<V>) => Outcome<V>) {
    this.#land = land;
  }

  get(key: string): Flight<V> | undefined {
    return this.#flights.get(key);
  }

  keys(): Iterable<string> {
    return this.#flights.keys();
  }

  /** With those that were disowned and have not ended. */
  get running(): number {
    return this.#running;
  }

  start(key: string, job: Job<V>, request: LoadRequest, ahead = false): Flight<V> {
    let settle: (outcome: Outcome<V>) => void = () => undefined;
    const outcome = new Promise<Outcome<V>>((resolve) => (settle = resolve));
    const flight: Flight<V> = { ...request, outcome, ahead, joined: false };
    this.#flights.set(key, flight); // before the load begins: it may invalidate, or read, this very key
    this.#running++;
    const land = (result: Landing<V>['result']) => {
      this.#running--;
      const current = this.#flights.get(key) === flight && this.#flights.delete(key);
      settle(this.#land({ key, flight, current, result }));
    };
    job(request).then(land, (error: unknown) => land({ error }));
    return flight;
  }

  /** Whatever the running load of this key ends with is not kept. */
  disown(key: string): void {
    this.#flights.delete(key);
  }
}
