import { describe, expect, it } from 'vitest';
import { Changes } from '../../../src/graphql/push/changes.js';
import { concernOf, isWrong } from '../../../src/graphql/push/concerns.js';
import { cacheKey } from '../../../src/graphql/reads.js';

const long = 'x'.repeat(200_000);

describe('the key of an answer', () => {
  it('is its name and the arguments that are given, in one order', () => {
    expect(cacheKey('tasks', { last: null, first: 2, after: undefined, b: 1 })).toBe(
      'tasks:{"b":1,"first":2}',
    );
    expect(cacheKey('tasks', { b: 1, first: 2 })).toBe('tasks:{"b":1,"first":2}');
    expect(cacheKey('tasks', {})).toBe('tasks');
  });

  it('is short where its arguments are long, and still another for others', () => {
    const keys = [`${long}1`, `${long}2`].map((name) => cacheKey('tasks', { names: [name] }));

    expect(keys[0]).toMatch(/^tasks:#[\w-]{43}$/);
    expect(keys[1]).toMatch(/^tasks:#[\w-]{43}$/);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it.each(['tasks', 'task', 'worker', 'queue', 'peek', 'inspect:active'])(
    'of %s with long arguments is about whatever changes',
    (name) => {
      const changes = new Changes();
      changes.everything();

      expect(isWrong(concernOf(cacheKey(name, { id: long })), changes)).toBe(true);
    },
  );

  it('of a long list of ids is about every task', () => {
    const changes = new Changes();
    changes.names.task.add('t1');

    expect(isWrong(concernOf(cacheKey('tasks', { ids: [long, 't1'] })), changes)).toBe(true);
    expect(isWrong(concernOf(cacheKey('task', { id: long })), changes)).toBe(true);
  });
});
