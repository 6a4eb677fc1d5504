/** Whatever events come and tasks leave, a page is what filtering and sorting all tasks would show. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskFilter } from '../../../../src/celery/tasks/task-filter.js';
import {
  taskOrderFields,
  type Task,
  type TaskOrder,
  type TaskPosition,
} from '../../../../src/celery/tasks/task.js';
import { createState, start, task, worker, type EventBody } from '../events/cluster.js';

const names = ['__proto__', 'demo.add', 'demo.mul', 'a'];
const workers = ['w1@host', 'w2@host', '__proto__'];
const queues = ['high', 'low'];
const subjects = ['sent', 'received', 'started', 'succeeded', 'failed', 'retried', 'revoked', 'custom'];
const id = fc.integer({ min: 0, max: 39 }).map((n) => (n === 0 ? '__proto__' : `t${n}`));
const seconds = fc.integer({ min: 0, max: 12 });

/** The tasks that it ran are orphaned when another process has taken its place. */
const restart: fc.Arbitrary<EventBody> = fc
  .record({ hostname: fc.constantFrom(...workers), at: seconds, pid: fc.integer({ min: 1, max: 9 }) })
  .map(({ at, ...fields }) => worker('online', at, fields));

const taskEvent: fc.Arbitrary<EventBody> = fc
  .record({
    subject: fc.constantFrom(...subjects),
    id,
    at: seconds,
    name: fc.option(fc.constantFrom(...names)),
    hostname: fc.constantFrom(...workers),
    queue: fc.option(fc.constantFrom(...queues)),
    runtime: fc.option(fc.constantFrom(0, 0.5, 1, 7.25)),
    retries: fc.constantFrom(undefined, 0, 1, 2),
    root_id: fc.option(id),
    parent_id: fc.option(id),
  })
  .map(({ subject, id: uuid, at, ...fields }) => task(subject, uuid, at, fields));

const event = fc.oneof({ arbitrary: taskEvent, weight: 12 }, { arbitrary: restart, weight: 1 });

const some = (values: readonly string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
const timeRange = fc.tuple(seconds, seconds).map(([a, b]) => ({
  after: start + Math.min(a, b) * 1000,
  ...(a !== 0 && { before: start + Math.max(a, b) * 1000 }),
}));
const states = ['PENDING', 'RECEIVED', 'STARTED', 'SUCCESS', 'FAILURE', 'CUSTOM'];
const filter: fc.Arbitrary<TaskFilter> = fc.record(
  {
    taskIds: fc.uniqueArray(id, { minLength: 1 }),
    states: some(states),
    names: some(names),
    hostnames: some(workers),
    queues: some(queues),
    rootId: id,
    parentId: id,
    receivedAt: timeRange,
    startedAt: timeRange,
    finishedAt: timeRange,
    runtimeSeconds: fc.constantFrom({ min: 0.5 }, { max: 0.5 }, { min: 0.25, max: 1 }),
    retries: fc.constantFrom({ min: 1 }, { max: 0 }, { min: 1, max: 1 }),
    orphaned: fc.boolean(),
    search: fc.constantFrom('add', '-demo', 'state:success', 't1'),
  },
  { requiredKeys: [] },
);
/** Few conditions, so that something passes. */
const sparse = filter.map((all) => Object.fromEntries(Object.entries(all).slice(0, 2)) as TaskFilter);
const order: fc.Arbitrary<TaskOrder> = fc.record({
  field: fc.constantFrom(...taskOrderFields),
  direction: fc.constantFrom('ASC', 'DESC'),
});

const keys: Record<TaskOrder['field'], (task: Task) => TaskPosition['key']> = {
  SEEN: () => null,
  RECEIVED: ({ receivedAt }) => receivedAt,
  STARTED: ({ startedAt }) => startedAt,
  FINISHED: ({ finishedAt }) => finishedAt,
  RUNTIME: ({ runtimeSeconds }) => runtimeSeconds,
  QUEUE_WAIT: ({ queueWaitSeconds }) => queueWaitSeconds,
  NAME: ({ name }) => name,
  STATE: ({ state }) => state,
};

function sorted(tasks: readonly Task[], { field, direction }: TaskOrder): readonly Task[] {
  const sign = direction === 'ASC' ? 1 : -1;
  return tasks.toSorted((a, b) => {
    const [x, y] = [keys[field](a), keys[field](b)];
    if (x === y) return sign * (a.sequence - b.sequence);
    if (x === null || y === null) return x === null ? 1 : -1;
    return x < y ? -sign : sign;
  });
}

function passes(one: Task, wanted: TaskFilter): boolean {
  const among = (values: readonly string[] | undefined, value: string | null) =>
    values === undefined || (value !== null && values.includes(value));
  const within = (range: { after?: number; before?: number } | undefined, value: number | null) =>
    range === undefined ||
    (value !== null && value >= (range.after ?? 0) && value < (range.before ?? Infinity));
  const between = (range: { min?: number; max?: number } | undefined, value: number | null) =>
    range === undefined ||
    (value !== null && value >= (range.min ?? 0) && value <= (range.max ?? Infinity));
  const found = (text: string) => [one.id, one.name].some((value) => value?.includes(text));
  const searched: Record<string, boolean> = {
    add: found('add'),
    '-demo': !found('demo'),
    'state:success': one.state === 'SUCCESS',
    t1: found('t1'),
  };
  return (
    among(wanted.taskIds, one.id) &&
    among(wanted.states, one.state) &&
    among(wanted.names, one.name) &&
    among(wanted.hostnames, one.worker) &&
    among(wanted.queues, one.queue) &&
    (wanted.rootId === undefined || one.rootId === wanted.rootId) &&
    (wanted.parentId === undefined || one.parentId === wanted.parentId) &&
    within(wanted.receivedAt as object, one.receivedAt) &&
    within(wanted.startedAt as object, one.startedAt) &&
    within(wanted.finishedAt as object, one.finishedAt) &&
    between(wanted.runtimeSeconds as object, one.runtimeSeconds) &&
    between(wanted.retries as object, one.retries) &&
    (wanted.orphaned === undefined || (one.orphanedAt !== null) === wanted.orphaned) &&
    (wanted.search === undefined || searched[wanted.search] === true)
  );
}

const ids = (tasks: readonly Task[]): string => tasks.map(({ id: one }) => one).join(' ');

/** A state in which tasks have come, changed and left, and all that it holds. */
function fill(events: readonly EventBody[]) {
  const created = createState({ maxTasks: 30 });
  created.apply(...events);
  return { ...created, all: created.state.tasks({}, {}).tasks };
}

describe('pages of tasks', () => {
  it('hold what passes the filter, in order', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 150 }),
        fc.array(fc.tuple(sparse, order, fc.boolean()), { minLength: 1, maxLength: 20 }),
        (events, queries) => {
          const { state, all } = fill(events);
          for (const [wanted, by, totalCount] of queries) {
            const expected = sorted(
              all.filter((one) => passes(one, wanted)),
              by,
            );
            const page = state.tasks(wanted, { order: by, totalCount });
            expect([ids(page.tasks), page.totalCount]).toEqual([
              ids(expected),
              totalCount ? expected.length : null,
            ]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('follow each other without a gap or a repetition, forwards and backwards', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 120 }),
        sparse,
        order,
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (events, wanted, by, size, totalCount) => {
          const { state, all } = fill(events);
          const expected = ids(
            sorted(
              all.filter((one) => passes(one, wanted)),
              by,
            ),
          );
          const forwards: Task[] = [];
          for (let after: TaskPosition | undefined, more = true; more;) {
            const page = state.tasks(wanted, { order: by, first: size, after, totalCount });
            expect(page.hasPreviousPage).toBe(forwards.length > 0);
            forwards.push(...page.tasks);
            after = page.positions.at(-1);
            more = page.hasNextPage;
          }
          const backwards: Task[] = [];
          for (let before: TaskPosition | undefined, more = true; more;) {
            const page = state.tasks(wanted, { order: by, last: size, before, totalCount });
            expect(page.hasNextPage).toBe(backwards.length > 0);
            backwards.unshift(...page.tasks);
            before = page.positions[0];
            more = page.hasPreviousPage;
          }
          expect([ids(forwards), ids(backwards)]).toEqual([expected, expected]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('neither repeat nor skip a task that stays as it is, whatever comes and goes meanwhile', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 30, maxLength: 120 }),
        fc.array(fc.array(event, { maxLength: 6 }), { minLength: 40, maxLength: 40 }),
        order,
        (events, meanwhile, by) => {
          const { state, apply, all } = fill(events);
          const seen: string[] = [];
          let round = 0;
          for (let after: TaskPosition | undefined, more = true; more && round < 40; round++) {
            const page = state.tasks({}, { order: by, first: 3, after });
            seen.push(...page.tasks.map(({ id: one, sequence }) => `${one} ${sequence}`));
            after = page.positions.at(-1);
            more = page.hasNextPage;
            apply(...(meanwhile[round] ?? []));
          }
          const touched = new Set(
            meanwhile.slice(0, round).flatMap((some) => some.map(({ uuid }) => uuid)),
          );
          for (const one of all) {
            if (touched.has(one.id) || state.task(one.id)?.sequence !== one.sequence) continue;
            expect(seen.filter((place) => place === `${one.id} ${one.sequence}`)).toHaveLength(1);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
