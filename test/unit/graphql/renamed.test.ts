/** Arguments that have a new name are accepted under their former one. */
import { describe, expect, it } from 'vitest';
import { renamed, requiredRenamed, type Renamed } from '../../../src/graphql/renamed.js';
import { filterOf } from '../../../src/graphql/tasks/task-filter-input.js';

const named = (taskId: string | null, id: string | null): Renamed<string> => [
  ['taskId', taskId],
  ['id', id],
];

describe('renamed', () => {
  it('takes the value under either name', () => {
    expect([renamed(named('a', null)), renamed(named(null, 'b'))]).toEqual(['a', 'b']);
  });

  it('is undefined where the client gave neither', () => {
    expect(renamed(named(null, null))).toBeUndefined();
  });

  it('takes an empty text for a value', () => {
    expect(renamed(named('', null))).toBe('');
  });

  it('refuses both names at once', () => {
    expect(() => renamed(named('a', 'a'))).toThrow('give taskId or id, not both');
  });
});

describe('requiredRenamed', () => {
  it('refuses neither name, and asks for the current one', () => {
    expect(() => requiredRenamed(named(null, null))).toThrow('taskId is required');
  });
});

describe('filterOf', () => {
  it('reads a filter the same under its former name', () => {
    expect([filterOf({ ids: ['b', 'a'] }), filterOf({ taskIds: ['a', 'b'] })]).toEqual([
      { taskIds: ['a', 'b'] },
      { taskIds: ['a', 'b'] },
    ]);
  });

  it('refuses a filter under both of its names', () => {
    expect(() => filterOf({ taskIds: ['a'], ids: ['a'] })).toThrow(
      'filter.taskIds is given under two names',
    );
  });
});
