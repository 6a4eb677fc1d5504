/** Invalidates what a control changes after it was answered: the end of a task, the goodbye of a worker. */
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { ControlCommand } from '../celery/control/commands.js';
import type { State } from '../celery/events/state.js';
import { isFinal } from '../celery/states.js';
import { invalidate } from './control-invalidation.js';

/** Milliseconds: what comes later than that is old in the caches by itself. */
const longestWait = 60_000;
/** Controls that are waited for at a time; what more there are runs out in the caches within seconds. */
const maxWatches = 100;

/** Ends of tasks, and goodbyes of workers, that come after the control was answered. */
export class DelayedInvalidations {
  readonly #state: Pick<State, 'onTaskChange' | 'onWorkerStatus'>;
  readonly #caches: CacheRegistry;
  #watches = 0;

  constructor(state: Pick<State, 'onTaskChange' | 'onWorkerStatus'>, caches: CacheRegistry) {
    this.#state = state;
    this.#caches = caches;
  }

  tasks(command: ControlCommand, ids: readonly string[]): void {
    this.#watch(command, ids, (ended) =>
      this.#state.onTaskChange(({ id, state }) => {
        if (isFinal(state)) ended(id);
      }),
    );
  }

  goodbyes(command: ControlCommand, hostnames: readonly string[]): void {
    this.#watch(command, hostnames, (ended) =>
      this.#state.onWorkerStatus(({ hostname, online }) => {
        if (!online) ended(hostname);
      }),
    );
  }

  #watch(
    command: ControlCommand,
    names: readonly string[],
    listen: (ended: (name: string) => void) => () => void,
  ): void {
    if (names.length === 0 || this.#watches >= maxWatches) return;
    this.#watches += 1;
    const waiting = new Set(names);
    const end = (): void => {
      stop();
      clearTimeout(timer);
      this.#watches -= 1;
    };
    const stop = listen((name) => {
      if (!waiting.delete(name)) return;
      invalidate(this.#caches, command);
      if (waiting.size === 0) end();
    });
    const timer = setTimeout(end, longestWait).unref();
  }
}
