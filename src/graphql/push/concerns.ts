/** What the entry of each key is about, and so which changes make it wrong. The keys are those of loaders.ts. */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ChangeKind, Changes } from './changes.js';
import type { FacetFilter } from './filter-changes.js';

/** How often an entry may be dropped: what memory answers, often; what the cluster must be asked for, less often. */
export type Pace = 'memory' | 'cluster';

export interface Concern {
  readonly pace: Pace;
  /** Null is any name. */
  readonly topics: readonly (readonly [ChangeKind, string | null])[];
  /** Of a page of tasks. */
  readonly filter?: FacetFilter;
}

const texts = z.array(z.string()).optional();
const filter = z.object({
  ids: texts,
  states: texts,
  names: texts,
  workers: texts,
  queues: texts,
  rootId: z.string().optional(),
  parentId: z.string().optional(),
});
const named = z.object({ name: z.string() });
const ofWorker = z.object({ hostname: z.string() });
const ofTask = z.object({ id: z.string() });

const everything: Concern = {
  pace: 'cluster',
  topics: [
    ['task', null],
    ['worker', null],
    ['queue', null],
  ],
};
/** Commands whose answer does not depend on what the worker has to do. */
const steady: ReadonlySet<string> = new Set(['ping', 'registered', 'active_queues', 'conf']);

/** By what comes before the arguments; `args` are what the key says of them, undefined when it has none. */
const rows: Readonly<Record<string, (args: unknown) => Concern>> = {
  counts: () => ({ pace: 'memory', topics: [['state', null]] }),
  task: (args) => ({ pace: 'memory', topics: [['task', ofTask.parse(args).id]] }),
  tasks: (args) => ({ pace: 'memory', topics: [], filter: filter.parse(args ?? {}) }),
  task_types: () => ({ pace: 'memory', topics: [['task', null]] }),
  workers: () => ({
    pace: 'memory',
    topics: [
      ['worker', null],
      ['heartbeat', null],
    ],
  }),
  worker: (args) => {
    const { hostname } = ofWorker.parse(args);
    return {
      pace: 'memory',
      topics: [
        ['worker', hostname],
        ['heartbeat', hostname],
      ],
    };
  },
  // The broker counts a worker's messages and its consumers: both change when it comes or goes.
  queues: () => ofQueue(null),
  queue: (args) => ofQueue(named.parse(args).name),
  peek: (args) => ofQueue(named.parse(args).name),
  delayed: () => ofQueue(null),
  summary: () => everything,
};

function ofQueue(name: string | null): Concern {
  return {
    pace: 'cluster',
    topics: [
      ['queue', name],
      ['worker', null],
    ],
  };
}

function ofInspect(command: string, args: unknown): Concern {
  const hostname = args === undefined ? null : ofWorker.parse(args).hostname;
  const topics = [['worker', hostname] as const];
  return {
    pace: 'cluster',
    topics: steady.has(command) ? topics : [...topics, ['busy', hostname]],
  };
}

const known = new LRUCache<string, Concern>({ max: 5_000 });

/** A key that nobody knows is about everything. */
export function concernOf(key: string): Concern {
  const before = known.get(key);
  if (before !== undefined) return before;
  const concern = parse(key);
  known.set(key, concern);
  return concern;
}

function parse(key: string): Concern {
  const [, name = key, json] = /^([^{]*):(\{.*\})$/s.exec(key) ?? [];
  try {
    const args: unknown = json === undefined ? undefined : JSON.parse(json);
    if (name.startsWith('inspect:')) return ofInspect(name.slice('inspect:'.length), args);
    return (Object.hasOwn(rows, name) ? rows[name]?.(args) : undefined) ?? everything;
  } catch {
    return everything;
  }
}

export function isWrong({ topics, filter }: Concern, { names, filters }: Changes): boolean {
  if (filter !== undefined && filters.mayConcern(filter)) return true;
  return topics.some(([kind, name]) => (name === null ? !names[kind].isEmpty : names[kind].has(name)));
}
