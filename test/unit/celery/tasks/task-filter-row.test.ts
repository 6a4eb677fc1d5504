/** A row of the table of filters works with what it reads alone; an index makes it faster, a comparison more exact. */
import { describe, expect, it } from 'vitest';
import {
  byFlag,
  byNumber,
  byTime,
  byValue,
  type FilterRow,
  type FilterKind,
  type FilterValues,
} from '../../../../src/celery/tasks/task-filter-row.js';
import { TaskIndexes } from '../../../../src/celery/tasks/task-indexes.js';
import { TaskRecord } from '../../../../src/celery/tasks/task-record.js';

const sources = { indexes: new TaskIndexes(), get: () => undefined };

function taskWith(fields: Partial<TaskRecord>): TaskRecord {
  return Object.assign(new TaskRecord('t', 1, 'EVENTS'), fields);
}

function passing<K extends FilterKind>(
  row: FilterRow<K>,
  value: FilterValues[K],
  tasks: readonly TaskRecord[],
): readonly TaskRecord[] {
  const condition = row.condition(value, sources, 'name');
  expect([condition?.found, condition?.seen]).toEqual([null, null]);
  return tasks.filter((task) => condition?.test(task));
}

describe('a row without an index', () => {
  it('tests the value of each task', () => {
    const row = byValue('texts', {
      description: 'Only for this test.',
      read: ({ exchange }) => exchange,
    });
    const [direct, topic, none] = [
      taskWith({ exchange: 'direct' }),
      taskWith({ exchange: 'topic' }),
      taskWith({}),
    ];

    expect(passing(row, ['direct'], [direct, topic, none])).toEqual([direct]);
    expect(passing(row, ['topic', 'direct'], [direct, topic, none])).toEqual([direct, topic]);
  });

  it('tests the time of each task, up to the end and without it', () => {
    const row = byTime({ description: 'Only for this test.', read: ({ eta }) => eta });
    const [early, late, none] = [taskWith({ eta: 1_000 }), taskWith({ eta: 2_000 }), taskWith({})];

    expect(passing(row, { after: 1_000, before: 2_000 }, [early, late, none])).toEqual([early]);
  });

  it('tests the number of each task, both ends included', () => {
    const row = byNumber('integers', { description: 'Only for this test.', read: ({ pid }) => pid });
    const [small, large, none] = [taskWith({ pid: 1 }), taskWith({ pid: 2 }), taskWith({})];

    expect(passing(row, { min: 2, max: 2 }, [small, large, none])).toEqual([large]);
  });

  it('tests whether something is true of each task, or is not', () => {
    const row = byFlag({ description: 'Only for this test.', read: ({ shadow }) => shadow !== null });
    const [shadowed, plain] = [taskWith({ shadow: 'a' }), taskWith({})];

    expect(passing(row, true, [shadowed, plain])).toEqual([shadowed]);
    expect(passing(row, false, [shadowed, plain])).toEqual([plain]);
  });

  it('has no condition for an empty value', () => {
    expect(
      byValue('texts', {
        description: 'Only for this test.',
        read: ({ exchange }) => exchange,
      }).condition([], sources, 'exchanges'),
    ).toBeNull();
    expect(
      byTime({ description: 'Only for this test.', read: ({ eta }) => eta }).condition(
        {},
        sources,
        'eta',
      ),
    ).toBeNull();
  });
});

it('a value that only the task as it is now has is not compared with events', () => {
  expect(
    byValue('texts', { description: 'Only for this test.', read: ({ exchange }) => exchange })
      .comparison,
  ).toBeNull();
  expect(
    byValue('texts', {
      description: 'Only for this test.',
      read: ({ queue }) => queue,
      distinct: 'few',
    }).comparison?.distinct,
  ).toBe('few');
});
