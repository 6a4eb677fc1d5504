/**
 * Each load reads what the operation of the same subject reads when it is asked without arguments, with all that its
 * fields ask of the workers, unless it can break these: by the same loaders, so that the keys are the same.
 */
import type { CacheName } from '../cache/cache-defaults.js';
import type { InspectCommand } from '../celery/inspect.js';
import type { Loaders } from './loaders.js';
import { sliceOf } from './task-inputs.js';
import type { WarmUpName } from './warm-up-names.js';

// Past what is cached: it may be from before the workers told.
const ask = { path: 'warmUp', useCache: false } as const;

export interface WarmUpRow {
  /** @param windowSeconds of figures over a window, as they are asked for without arguments */
  readonly load: (loaders: Loaders, windowSeconds: number) => Promise<unknown>;
  /** Costs nothing and keeps the shortest: loaded when all that waits for workers has ended. */
  readonly isLast?: boolean;
}

/** One broadcast for each command, however many caches it is for. */
function inspect(loaders: Loaders, cache: CacheName, commands: readonly InspectCommand[]) {
  const everybody = { ...ask, cache, scope: { all: true } } as const;
  return Promise.all(commands.map((command) => loaders.inspect(command, everybody)));
}

export const warmUpLoads: Readonly<Record<WarmUpName, WarmUpRow>> = {
  workers: { load: (loaders) => loaders.workers(ask), isLast: true },
  worker_stats: { load: (loaders) => inspect(loaders, 'worker_status', ['stats', 'active_queues']) },
  queues: {
    load: (loaders) =>
      Promise.all([loaders.queues(ask), inspect(loaders, 'queue_status', ['active_queues'])]),
  },
  metrics_summary: {
    load: (loaders, windowSeconds) =>
      Promise.all([
        loaders.metricsSummary(ask, windowSeconds),
        inspect(loaders, 'metrics_summary', ['stats', 'active']),
      ]),
  },
  health: { load: (loaders) => loaders.health(ask) },
  task_status: {
    load: async (loaders) => {
      // Not what can break a worker, `reserved` and `scheduled`: a client has to select these.
      await inspect(loaders, 'task_status', ['active']);
      await Promise.all([loaders.taskCounts(ask), loaders.delayedMessages(ask)]);
    },
  },
  task_types: {
    load: (loaders) =>
      Promise.all([loaders.taskTypes(ask, null), inspect(loaders, 'metrics_summary', ['registered'])]),
  },
  // The newest page, counted or not, and the few of GraphiQL's first tab.
  tasks: {
    load: (loaders) =>
      Promise.all(
        [
          { ...sliceOf({}), totalCount: true },
          { ...sliceOf({}), totalCount: false },
          { ...sliceOf({ first: 3 }), totalCount: true },
        ].map((slice) => loaders.tasks(ask, {}, slice)),
      ),
    isLast: true,
  },
};
