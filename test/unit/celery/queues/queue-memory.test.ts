import { describe, expect, it } from 'vitest';
import { QueueMemory, isTransientQueue } from '../../../../src/celery/queues/queue-memory.js';

const uuid = '3f0c1d2e-0000-4000-8000-000000000001';

describe('QueueMemory', () => {
  it('forgets the names that were not seen for the longest time, and never the configured ones', () => {
    const memory = new QueueMemory(['mine']);
    memory.addConsumed('first');
    memory.addConsumed('second');
    for (let n = 0; n < 998; n++) memory.addConsumed(`q${n}`);
    memory.addConsumed('first');
    memory.addConsumed('newest');
    expect(['mine', 'first', 'second', 'newest'].map((name) => memory.has(name))).toEqual([
      ...[true, true, false, true],
    ]);
  });

  it('keeps what workers consume through a flood of names in events', () => {
    const memory = new QueueMemory([]);
    memory.addConsumed('celery');
    for (let n = 0; n < 5_000; n++) memory.addAddressed(`flood-${n}`);
    expect(memory.has('celery')).toBe(true);
    expect([...memory]).toHaveLength(201);
  });

  it('forgets a name on demand, and says whether it is configured', () => {
    const memory = new QueueMemory(['mine']);
    memory.addConsumed('gone');
    expect([memory.forget('gone'), memory.forget('mine')]).toEqual([false, true]);
    expect([...memory]).toEqual(['mine']);
  });
});

describe('isTransientQueue', () => {
  it.each([
    ['that of a broadcast', { name: `bcast.${uuid}`, auto_delete: true }, true],
    ['that of a broadcast of which only the name is known', { name: `bcast.${uuid}` }, true],
    ['that of a broadcast with a prefix of its own', { name: `news.${uuid}`, auto_delete: true }, true],
    ['an exclusive one', { name: 'results', exclusive: true }, true],
    ['an auto-delete one that has a name for good', { name: 'live', auto_delete: true }, false],
    ['a lasting one named by a tenant', { name: `orders.${uuid}`, auto_delete: false }, false],
  ])('takes %s', (_, traits, isTransient) => {
    expect(isTransientQueue(traits)).toBe(isTransient);
  });
});
