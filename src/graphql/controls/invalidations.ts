/**
 * What is out of date after a control: forgotten when the broker has taken it, again when its effect shows, and once more
 * when that comes late, so that the next read is fresh.
 */
import type { CacheName } from '../../cache/cache-defaults.js';
import type { CacheRegistry } from '../../cache/cache-registry.js';
import type { ControlCommand } from '../../celery/control/commands.js';
import type { State } from '../../celery/events/state.js';
import { isFinal } from '../../celery/states.js';

const ofWorkers = ['worker_status', 'metrics_summary'] as const;
const ofQueues = [...ofWorkers, 'queue_status'] as const;
const ofTasks = [...ofQueues, 'task_status'] as const;

export const invalidates: Readonly<Record<ControlCommand, readonly CacheName[]>> = {
  ping: [],
  shutdown: ofTasks,
  pool_grow: ofWorkers,
  pool_shrink: ofWorkers,
  pool_restart: ofWorkers,
  autoscale: ofWorkers,
  add_consumer: ofQueues,
  cancel_consumer: ofQueues,
  rate_limit: ofWorkers,
  time_limit: ofWorkers,
  enable_events: ['health_check'],
  disable_events: ['health_check'],
  revoke: ofTasks,
  revoke_by_stamped_headers: ofTasks,
};

export function invalidate(caches: CacheRegistry, command: ControlCommand): void {
  for (const name of invalidates[command]) caches.invalidate({ name });
}

/** Milliseconds: what comes later than that is old in the caches by itself. */
const longestWait = 60_000;
/** Controls that are waited for at a time; what more there are runs out in the caches within seconds. */
const maxWatches = 100;

/** Ends of tasks, and goodbyes of workers, that come after the control was answered. */
export class LateEffects {
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
