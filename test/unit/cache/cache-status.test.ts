import { describe, expect, it } from 'vitest';
import { CacheStatus } from '../../../src/cache/cache-status.js';

const hit = (age: number) =>
  ({
    status: 'HIT',
    age,
    ttl: 5_000 - age,
    stale: age > 5_000,
    collapsed: false,
    found: false,
  }) as const;
const miss = {
  status: 'MISS',
  age: 0,
  ttl: 2_000,
  stale: false,
  collapsed: true,
  found: false,
} as const;

describe('CacheStatus', () => {
  it('has nothing to say about an operation that read no cache', () => {
    const status = new CacheStatus();
    expect(status.summary()).toBeNull();
  });

  it('is a hit as old as its oldest read, in seconds with three decimals', () => {
    const status = new CacheStatus();
    status.record({ path: 'workers', cache: 'worker_status', read: hit(1_204.4) });
    status.record({ path: 'queues', cache: 'queue_status', read: hit(700) });
    expect(status.summary()).toEqual({
      status: 'HIT',
      age: 1.204,
      entries: [
        {
          path: 'workers',
          cache: 'worker_status',
          status: 'HIT',
          age: 1.204,
          ttl: 3.796,
          stale: false,
          collapsed: false,
          found: false,
        },
        {
          path: 'queues',
          cache: 'queue_status',
          status: 'HIT',
          age: 0.7,
          ttl: 4.3,
          stale: false,
          collapsed: false,
          found: false,
        },
      ],
    });
  });

  it('is a miss without an age as soon as one read was', () => {
    const status = new CacheStatus();
    status.record({ path: 'workers', cache: 'worker_status', read: hit(1_204) });
    status.record({ path: 'tasks', cache: 'task_status', read: miss });
    expect(status.summary()).toMatchObject({ status: 'MISS', age: 0 });
    expect(status.entries).toMatchObject([{ age: 1.204 }, { ttl: 2, collapsed: true }]);
  });

  it('writes zero without a sign', () => {
    const status = new CacheStatus();
    status.record({ path: 'workers', cache: 'worker_status', read: hit(5_000.2) });
    expect(status.entries).toMatchObject([{ age: 5, ttl: 0, stale: true }]);
  });
});

describe('CacheStatus of a batch', () => {
  it('is a hit only if every member is one, while each knows its own', () => {
    const batch = new CacheStatus();
    const [first, second] = [batch.member(), batch.member()];
    first.record({ path: 'workers', cache: 'worker_status', read: hit(3_000) });
    second.record({ path: 'queues', cache: 'queue_status', read: hit(1_000) });
    expect(batch.summary()).toMatchObject({ status: 'HIT', age: 3 });

    second.record({ path: 'tasks', cache: 'task_status', read: miss });
    expect(batch.summary()).toMatchObject({ status: 'MISS' });
    expect([first.summary()?.status, second.summary()?.status]).toEqual(['HIT', 'MISS']);
    expect([first.entries.length, second.entries.length, batch.entries.length]).toEqual([1, 2, 3]);
  });

  it('hands the bypass of the whole request to its members, and none of theirs to each other', () => {
    const batch = new CacheStatus();
    const [first, second] = [batch.member(), batch.member()];
    first.bypass = true;
    expect([batch.bypass, first.bypass, second.bypass]).toEqual([false, true, false]);
    batch.bypass = true;
    expect(second.bypass).toBe(true);
  });
});
