import { describe, expect, it } from 'vitest';
import { Changes } from '../../../src/cluster/push/changes.js';
import { cacheKey } from '../../../src/cluster/cache-key.js';
import { reads } from '../../../src/cluster/reads.js';

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

  it.each([
    ['tasks', reads.tasks({ filter: { names: [long] }, slice: {} })],
    ['task', reads.task({ id: long })],
    ['worker', reads.worker({ hostname: long })],
    ['queue', reads.queue({ name: long })],
    ['peek', reads.peek({ name: long, first: 1 })],
    ['inspect:active', reads.inspect('active', { cache: 'worker_status', scope: { hostname: long } })],
  ])('of %s with long arguments is about whatever changes', (name, read) => {
    const changes = new Changes();
    changes.everything();

    expect(read.key).toMatch(new RegExp(`^${name}:#`));
    expect(read.dependsOn().isAffectedBy(changes)).toBe(true);
  });

  it('of a long list of ids is about every task', () => {
    const changes = new Changes();
    changes.names.task.add('t1');
    const page = reads.tasks({ filter: { taskIds: [long, 't1'] }, slice: {} });

    expect(page.dependsOn().isAffectedBy(changes)).toBe(true);
    expect(reads.task({ id: long }).dependsOn().isAffectedBy(changes)).toBe(true);
  });
});
