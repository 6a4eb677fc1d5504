/** A sorted list shows what sorting its tasks would, whatever has joined and left. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SortedList } from '../../../../src/celery/tasks/sorted-list.js';
import { TaskRecord } from '../../../../src/celery/tasks/task-record.js';
import { TaskTable } from '../../../../src/celery/tasks/task-table.js';

interface Entry {
  readonly key: number;
  readonly record: TaskRecord;
}

/** Long enough for some blocks of 64 to be split, joined and emptied. */
const changes = fc.array(
  fc.record({
    pick: fc.nat(),
    key: fc.integer({ min: -3, max: 400 }),
    leaves: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 1, maxLength: 600, size: 'max' },
);

function bySequence(a: Entry, b: Entry): number {
  return a.key - b.key || a.record.sequence - b.record.sequence;
}

/** @param mostLeave whether more leave than join, after the first half */
function listOf(
  isKeyed: boolean,
  mostLeave: boolean,
  changed: readonly { pick: number; key: number; leaves: number }[],
): { list: SortedList; entries: Entry[] } {
  const tasks = new TaskTable();
  const list = new SortedList(tasks, isKeyed);
  const entries: Entry[] = [];
  for (const [at, { pick, key, leaves }] of changed.entries()) {
    const isLeaving = leaves < (mostLeave && at > changed.length / 2 ? 8 : 2);
    const [left] = isLeaving ? entries.splice(pick % (entries.length + 1), 1) : [];
    if (left !== undefined) {
      expect(list.remove(left.key, left.record)).toBe(true);
      expect(list.remove(left.key, left.record)).toBe(false);
      tasks.remove(left.record);
    } else {
      const record = new TaskRecord(`t${at}`, isKeyed ? at + 1 : (pick % 1_000) * 1_000 + at, 'EVENTS');
      const joined = { key: isKeyed ? key : record.sequence, record };
      tasks.add(record);
      list.add(joined.key, record);
      entries.push(joined);
    }
  }
  return { list, entries: entries.sort(bySequence) };
}

describe('SortedList', () => {
  for (const isKeyed of [true, false])
    for (const mostLeave of [true, false])
      it(`has its tasks in order (by a key: ${isKeyed}, most leave: ${mostLeave})`, () => {
        fc.assert(
          fc.property(changes, (changed) => {
            const { list, entries } = listOf(isKeyed, mostLeave, changed);
            const ids = entries.map(({ record }) => record.id);

            expect([...list].map(({ id }) => id)).toEqual(ids);
            expect(list.size).toBe(ids.length);
            expect([list.first?.id, list.last?.id]).toEqual([ids[0], ids.at(-1)]);
            expect(list.seekFromEnd(3)?.next()?.id).toBe(ids.length < 3 ? undefined : ids.at(-3));
            for (const [at, { key, record }] of entries.entries()) {
              expect(list.rank(key, record.sequence)).toBe(at);
              expect(list.seek(key, record.sequence).next()).toBe(record);
              expect(list.seek(key, record.sequence).previous()?.id).toBe(ids[at - 1]);
            }
          }),
          { numRuns: 20 },
        );
      });
});

describe('TaskTable', () => {
  it('finds a task until it is removed, beside others and after 2^32 of them', () => {
    const tasks = new TaskTable();
    const records = [1, 63, 64, 65, 2 ** 32 + 1].map((at) => new TaskRecord(`t${at}`, at, 'EVENTS'));
    for (const record of records) tasks.add(record);

    expect(records.map(({ sequence }) => tasks.get(sequence)?.id)).toEqual([
      't1',
      't63',
      't64',
      't65',
      't4294967297',
    ]);
    for (const record of records) tasks.remove(record);
    expect(records.map(({ sequence }) => tasks.get(sequence))).toEqual(records.map(() => undefined));
    expect(tasks.get(2)).toBeUndefined();
  });
});
