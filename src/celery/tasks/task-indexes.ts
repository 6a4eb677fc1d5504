/**
 * What is asked of the tasks often enough to be kept ready. Each index holds the tasks that have what it sorts by,
 * and moves a task when that changes; together they take some 160 bytes a task.
 */
import { isFinal, isWaiting } from '../states.js';
import { bitsOf, changedBits } from './indexed-fields.js';
import { OrderedIndex } from './ordered-index.js';
import { SortedList } from './sorted-list.js';
import type { FieldsOf, IndexedField, IndexedTask, TaskIndex } from './task-index.js';
import type { TaskRecord } from './task-record.js';
import { TaskTable } from './task-table.js';
import { ValueIndex } from './value-index.js';
import { ZoneMap, zonedTimes } from './zone-map.js';

interface Member {
  readonly index: TaskIndex;
  /** The fields that it depends on: see indexed-fields.ts. */
  readonly bits: number;
}

/** What a list of values is sorted by besides, and whether it has those without a value. */
interface ByValueOptions<F extends IndexedField> {
  readonly keyOf?: (task: FieldsOf<F>) => number;
  readonly others?: boolean;
}

/**
 * Each index names the fields that it depends on and can read no other: a change of a task reaches only the indexes
 * that one of the changed fields can move it in.
 */
export class TaskIndexes {
  readonly #members: Member[] = [];
  /** Where the lists find their tasks. */
  readonly tasks = new TaskTable();
  /** All tasks in the order of first sight. */
  readonly seen = new SortedList(this.tasks, false);
  readonly zones = this.#member(new ZoneMap(), zonedTimes);

  readonly states = this.#byValue(['state'], ({ state }) => state);
  readonly names = this.#byValue(['name'], ({ name }) => name, { others: true });
  readonly workers = this.#byValue(['worker'], ({ worker }) => worker);
  readonly queues = this.#byValue(['queue'], ({ queue }) => queue);
  /** Without the roots themselves: most tasks are their own, and are found by their id. */
  readonly roots = this.#byValue(['rootId'], ({ id, rootId }) => (rootId === id ? null : rootId));
  readonly parents = this.#byValue(['parentId'], ({ parentId }) => parentId);

  readonly received = this.#inOrder(['receivedAt'], ({ receivedAt }) => receivedAt);
  readonly started = this.#inOrder(['startedAt'], ({ startedAt }) => startedAt);
  readonly finished = this.#inOrder(['finishedAt'], ({ finishedAt }) => finishedAt);
  readonly runtime = this.#inOrder(['ranSeconds'], ({ ranSeconds }) => ranSeconds);
  readonly queueWait = this.#inOrder(['queueWaitSeconds'], ({ queueWaitSeconds }) => queueWaitSeconds);
  /** Tasks that were retried, by their number of retries. */
  readonly retries = this.#byValue(['retries'], ({ retries }) => (retries > 0 ? '' : null), {
    keyOf: ({ retries }) => retries,
  });

  /** What each worker has and has not let go of. */
  readonly held = this.#byValue(['state', 'worker'], ({ state, worker }) =>
    isFinal(state) ? null : worker,
  );
  /** What each worker runs. */
  readonly running = this.#byValue(['state', 'worker'], ({ state, worker }) =>
    isFinal(state) || isWaiting(state) ? null : worker,
  );
  /** What the result backend may still end, by the order of first sight. */
  readonly unsettled = this.#byValue(['awaitsResult'], ({ awaitsResult }) =>
    awaitsResult ? 'all' : null,
  );
  /** What each queue was sent and no worker has taken, by the time of sending. */
  readonly waiting = this.#byValue(
    ['state', 'sentAt', 'queue'],
    ({ state, sentAt, queue }) => (state === 'PENDING' && sentAt !== null ? queue : null),
    { keyOf: ({ sentAt }) => sentAt ?? 0 },
  );
  /** What lost its worker while it ran. */
  readonly orphans = this.#byValue(['orphanedAt'], ({ orphanedAt }) =>
    orphanedAt === null ? null : 'all',
  );

  add(record: TaskRecord): void {
    this.tasks.add(record);
    this.seen.add(record.sequence, record);
    for (const { index } of this.#members) index.add(record);
  }

  remove(record: TaskRecord): void {
    this.seen.remove(record.sequence, record);
    for (const { index } of this.#members) index.remove(record);
    this.tasks.remove(record);
  }

  /** To be called after the task has changed. */
  move(record: TaskRecord, before: IndexedTask): void {
    const changed = changedBits(before, record);
    if (changed === 0) return;
    for (const { index, bits } of this.#members) if ((bits & changed) !== 0) index.move(record, before);
  }

  #byValue<const F extends IndexedField>(
    fields: readonly F[],
    valueOf: (task: FieldsOf<F>) => string | null,
    options?: ByValueOptions<F>,
  ): ValueIndex {
    return this.#member(new ValueIndex(this.tasks, valueOf, options), fields);
  }

  #inOrder<const F extends IndexedField>(
    fields: readonly F[],
    keyOf: (task: FieldsOf<F>) => number | null,
  ): OrderedIndex {
    return this.#member(new OrderedIndex(this.tasks, keyOf), fields);
  }

  #member<I extends TaskIndex>(index: I, fields: readonly IndexedField[]): I {
    this.#members.push({ index, bits: bitsOf(fields) });
    return index;
  }
}
