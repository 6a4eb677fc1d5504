import { beforeEach, describe, expect, it } from 'vitest';
import { Queues, isOrphaned } from '../../../src/celery/queues.js';
import type { QueueDepth } from '../../../src/celery/transport/transport.js';
import { createState, task } from './events/cluster.js';
import { ScriptedTransport } from './scripted-transport.js';

const depth = (name: string, messages = 0, oldestTaskId: string | null = null): QueueDepth => ({
  ...{ name, messages, oldestTaskId, kind: 'list' },
  ...{ messagesByPriority: [], unacknowledged: 0, consumers: null, oldestSentAt: null },
});

describe('Queues', () => {
  let transport: ScriptedTransport;
  let cluster: ReturnType<typeof createState>;

  const queuesOf = (...configured: string[]) => {
    const { state, clock } = cluster;
    return new Queues({ transport, configured, task: (id) => state.task(id), clock: () => clock.now });
  };
  const names = async (queues: Queues) => (await queues.all()).map(({ name }) => name);

  beforeEach(() => {
    [transport, cluster] = [new ScriptedTransport(), createState()];
  });

  it('lists what the broker has, by name', async () => {
    transport.depths = [depth('mail', 2), depth('celery', 1)];
    expect(await queuesOf().all()).toMatchObject([
      { name: 'celery', messages: 1 },
      { name: 'mail', messages: 2 },
    ]);
  });

  it('lists configured and remembered queues too, each once', async () => {
    transport.depths = [depth('celery', 1), depth('idle'), depth('left')];
    const queues = queuesOf('idle', 'celery');
    queues.remember(['left', 'idle']);
    expect(await names(queues)).toEqual(['celery', 'idle', 'left']);
  });

  it('remembers no more names than a thousand', async () => {
    const many = Array.from({ length: 1_500 }, (_, index) => `q${index}`);
    transport.depths = many.map((name) => depth(name));
    const queues = queuesOf();
    queues.remember(many);
    expect(await names(queues)).toHaveLength(1_000);
  });

  it('finds one by its name: bound, configured or remembered, and null for a name that nobody knows', async () => {
    transport.depths = [depth('celery', 1), depth('idle'), depth('unknown')];
    const queues = queuesOf('idle');
    expect(await queues.one('celery')).toMatchObject({ name: 'celery', messages: 1 });
    expect(await queues.one('idle')).toMatchObject({ name: 'idle', messages: 0 });
    expect(await queues.one('unknown')).toBeNull();
  });

  describe('oldestMessageAgeSeconds', () => {
    const age = async () => (await queuesOf().all())[0]?.oldestMessageAgeSeconds;

    it('is null when the queue is empty, or nobody told when the task was sent', async () => {
      transport.depths = [depth('celery', 1)];
      expect(await age()).toBeNull();
      transport.depths = [depth('celery', 1, 'unheard-of')];
      expect(await age()).toBeNull();
    });

    it('goes by what events tell of the queue when the broker does not show who is next', async () => {
      const oldestSentAt = (queue: string) => (queue === 'celery' ? cluster.clock.now - 7_000 : null);
      const { state, clock } = cluster;
      const queues = new Queues({
        ...{ transport, oldestSentAt, configured: ['celery'], clock: () => clock.now },
        task: (id) => state.task(id),
      });
      const ages = async () =>
        (await queues.all()).map(({ oldestMessageAgeSeconds }) => oldestMessageAgeSeconds);
      transport.depths = [depth('celery', 3), depth('mail', 1)];
      expect(await ages()).toEqual([7, null]);
      transport.depths = [depth('celery')];
      expect(await ages()).toEqual([null]);
      transport.depths = [depth('celery', 3, 'unheard-of')];
      expect(await ages()).toEqual([null]);
    });

    it('counts from the sending of the task that is served next, and never below zero', async () => {
      cluster.apply(task('sent', 't1', 10));
      transport.depths = [depth('celery', 1, 't1')];

      cluster.wait(12.5);
      expect(await age()).toBe(2.5);
      cluster.wait(9); // the sender's clock is ahead
      expect(await age()).toBe(0);
    });
  });
});

describe('isOrphaned', () => {
  it.each([
    { messages: 0, consumers: null, orphaned: false },
    { messages: 2, consumers: 0, orphaned: true },
    { messages: 2, consumers: 1, orphaned: false },
    { messages: 2, consumers: null, orphaned: null },
    { messages: null, consumers: 0, orphaned: null },
    { messages: null, consumers: null, orphaned: null },
    { messages: null, consumers: 1, orphaned: false },
  ])('is $orphaned for $messages messages and $consumers consumers', (row) => {
    expect(isOrphaned(row.messages, row.consumers)).toBe(row.orphaned);
  });
});
