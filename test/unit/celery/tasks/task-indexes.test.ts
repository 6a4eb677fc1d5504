/** Whatever changes of a task, the indexes are what they would be if they were filled anew. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { State } from '../../../../src/celery/events/state.js';
import { bitsOf, changedBits, indexedFields } from '../../../../src/celery/tasks/indexed-fields.js';
import { OrderedIndex } from '../../../../src/celery/tasks/ordered-index.js';
import type { SortedList } from '../../../../src/celery/tasks/sorted-list.js';
import { TaskIndexes } from '../../../../src/celery/tasks/task-indexes.js';
import { TaskRecord } from '../../../../src/celery/tasks/task-record.js';
import { ValueIndex } from '../../../../src/celery/tasks/value-index.js';
import { parse, start, task, worker } from '../events/cluster.js';

class OpenState extends State {
  get indexes(): TaskIndexes {
    return this.store.indexes;
  }
}

const subjects = [
  'sent',
  'received',
  'started',
  'succeeded',
  'failed',
  'retried',
  'revoked',
  'rejected',
  'cancelled',
  'custom',
];
const hostname = fc.constantFrom('w1@host', 'w2@host');
const id = fc.integer({ min: 1, max: 12 }).map((at) => `t${at}`);
const seconds = fc.integer({ min: 0, max: 40 });
const queue = fc.option(fc.constantFrom('high', 'low'));
const name = fc.option(fc.constantFrom('demo.add', 'demo.mul'));

type Change = (state: State) => void;

const stored = {
  result: '1',
  exception: null,
  traceback: null,
  args: null,
  kwargs: null,
  name: 'demo.add',
  worker: 'w1@host',
  queue: 'low',
  retries: 3,
  truncated: [],
};

const taskEvent: fc.Arbitrary<Change> = fc
  .record({
    subject: fc.constantFrom(...subjects),
    id,
    at: seconds,
    name,
    hostname,
    queue,
    pid: fc.constantFrom(7, 8),
    runtime: fc.option(fc.constantFrom(0, 0.5, 7.25)),
    retries: fc.constantFrom(undefined, 0, 1, 2),
    root_id: fc.option(id),
    parent_id: fc.option(id),
    eta: fc.constantFrom(null, '2026-11-18T12:00:10'),
  })
  .map(({ subject, id: uuid, at, ...fields }) => {
    const event = parse(task(subject, uuid, at, fields));
    return (state) => state.apply(event, event.timestampMs);
  });

const restart: fc.Arbitrary<Change> = fc
  .record({ hostname, at: seconds, pid: fc.integer({ min: 1, max: 9 }) })
  .map(({ at, ...fields }) => {
    const event = parse(worker('online', at, fields));
    return (state) => state.apply(event, event.timestampMs);
  });

const reply: fc.Arbitrary<Change> = fc
  .record({ id, name, worker: hostname, queue, isStarted: fc.boolean(), at: seconds })
  .map(({ isStarted, at, ...fields }) => (state) => {
    const reported = { ...fields, args: null, kwargs: null, eta: null };
    if (isStarted) state.sawTask({ ...reported, state: 'STARTED', startedAt: start + at * 1000 });
    else state.sawTask({ ...reported, state: 'RECEIVED', startedAt: null });
  });

const result: fc.Arbitrary<Change> = fc
  .record({
    id,
    state: fc.constantFrom('SUCCESS', 'FAILURE', 'REVOKED', 'PROGRESS'),
    at: fc.option(seconds),
  })
  .map(({ id: of, state: known, at }) => (state) => {
    state.settleTask({
      ...stored,
      id: of,
      state: known,
      doneAt: at === null ? null : start + at * 1000,
    });
  });

const revocation: fc.Arbitrary<Change> = fc.record({ id, hostname: fc.option(hostname) }).map(
  ({ id: of, hostname: by }) =>
    (state) =>
      state.sawRevoked([of], by),
);

const absence: fc.Arbitrary<Change> = fc.record({ hostname, at: seconds }).map(
  ({ hostname: of, at }) =>
    (state) =>
      state.sawActive(of, new Set(), start + at * 1000),
);

const change = fc.oneof(
  { arbitrary: taskEvent, weight: 12 },
  { arbitrary: fc.oneof(restart, reply, result, revocation, absence), weight: 3 },
);

function idsOf(list: SortedList | null | undefined): readonly string[] {
  return [...(list ?? [])].map((record) => record.id);
}

/** What each index holds, by the name of the index. */
function contentsOf(indexes: TaskIndexes): Readonly<Record<string, unknown>> {
  const contents = Object.entries(indexes).map(([of, index]: [string, unknown]) => {
    if (index instanceof OrderedIndex) return [of, idsOf(index.valued), idsOf(index.others)];
    if (!(index instanceof ValueIndex)) return [of];
    const lists = index.values().map((value) => [value, idsOf(index.list(value))] as const);
    return [of, lists.filter(([, ids]) => ids.length > 0), idsOf(index.others), index.size];
  });
  return Object.fromEntries(contents.map(([of, ...held]) => [of, held])) as Record<string, unknown>;
}

function rebuilt({ seen }: TaskIndexes): TaskIndexes {
  const indexes = new TaskIndexes();
  for (const record of seen) indexes.add(record);
  return indexes;
}

/** The indexes after these changes. */
function indexesAfter(changes: readonly Change[]): TaskIndexes {
  const clock = { now: start };
  const state = new OpenState({ maxTasks: 10, clock: () => clock.now });
  for (const apply of changes) {
    clock.now += 1_000;
    apply(state);
  }
  return state.indexes;
}

const changes = fc.array(change, { minLength: 1, maxLength: 60 });

describe('TaskIndexes.move', () => {
  it('keeps every index as one that is filled anew', () => {
    fc.assert(
      fc.property(changes, (made) => {
        const indexes = indexesAfter(made);

        expect(contentsOf(indexes)).toEqual(contentsOf(rebuilt(indexes)));
      }),
      { numRuns: 300 },
    );
  });

  it('is tested with changes that reach every index', () => {
    const reached = new Set<string>();
    for (const made of fc.sample(changes, { seed: 1, numRuns: 300 }))
      for (const [index, lists] of Object.entries(contentsOf(indexesAfter(made))))
        if (JSON.stringify(lists).includes('"t')) reached.add(index);

    expect([...reached].sort()).toEqual([
      'finished',
      'held',
      'names',
      'orphans',
      'parents',
      'queueWait',
      'queues',
      'received',
      'retries',
      'roots',
      'running',
      'runtime',
      'started',
      'states',
      'unsettled',
      'waiting',
      'workers',
    ]);
  });
});

describe('changedBits', () => {
  const record = new TaskRecord('t', 1, 'EVENTS');

  it('is 0 for a task that is as it was', () => {
    expect(changedBits(record.before(), record)).toBe(0);
  });

  for (const field of indexedFields)
    it(`is that of ${field} if that alone has changed`, () => {
      const before = { ...record.before(), [field]: 'another' };

      expect(changedBits(before, record)).toBe(bitsOf([field]));
    });
});
