import { beforeEach, describe, expect, it } from 'vitest';
import { Queues, isOrphaned } from '../../../../src/celery/queues/queues.js';
import type { QueueDepth } from '../../../../src/celery/transport/transport.js';
import { createState, start, task } from '../events/cluster.js';
import { ScriptedTransport } from '../scripted-transport.js';

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
    queues.remember([{ name: 'left' }, { name: 'idle' }]);
    expect(await names(queues)).toEqual(['celery', 'idle', 'left']);
  });

  it('remembers no more names than a thousand', async () => {
    const many = Array.from({ length: 1_500 }, (_, index) => `q${index}`);
    transport.depths = many.map((name) => depth(name));
    const queues = queuesOf();
    queues.remember(many.map((name) => ({ name })));
    expect(await names(queues)).toHaveLength(1_000);
  });

  it('finds one by its name: bound, configured or remembered, and null for an unknown name', async () => {
    transport.depths = [depth('celery', 1), depth('idle'), depth('unknown')];
    const queues = queuesOf('idle');
    expect(await queues.one('celery')).toMatchObject({ name: 'celery', messages: 1 });
    expect(await queues.one('idle')).toMatchObject({ name: 'idle', messages: 0 });
    expect(await queues.one('unknown')).toBeNull();
  });

  describe('oldestMessageAgeSeconds', () => {
    const age = async () => (await queuesOf().all())[0]?.oldestMessageAgeSeconds;

    it('is null when the queue is empty, or the sending time is unknown', async () => {
      transport.depths = [depth('celery', 1)];
      expect(await age()).toBeNull();
      transport.depths = [depth('celery', 1, 'unheard-of')];
      expect(await age()).toBeNull();
    });

    describe('where the broker does not show its messages', () => {
      /** Seconds since the oldest message of `celery` was sent, of the queue that stays the same object. */
      const watched = () => {
        const { state, clock } = cluster;
        const queues = new Queues({
          transport,
          configured: ['celery'],
          waiting: state.waiting,
          task: (id) => state.task(id),
          clock: () => clock.now,
        });
        const age = async (messages: number, oldestTaskId: string | null = null) => {
          transport.depths = [depth('celery', messages, oldestTaskId)];
          return (await queues.one('celery'))?.oldestMessageAgeSeconds;
        };
        return { queues, age };
      };
      const sent = (id: string, at: number, fields = {}) =>
        cluster.apply(task('sent', id, at, { queue: 'celery', ...fields }));

      it('is that of the oldest of as many tasks as wait, counted from the newest', async () => {
        const { age } = watched();
        sent('t1', 10);
        sent('t2', 20);
        sent('t3', 30);
        cluster.wait(40);
        expect(await age(3)).toBe(30);
        expect(await age(2)).toBe(20);
        expect(await age(1)).toBe(10);
      });

      it('is null when fewer tasks than messages are known', async () => {
        const { age } = watched();
        sent('t1', 10);
        cluster.wait(40);
        expect(await age(2)).toBeNull();
      });

      it('is null when the message that is served next is known not to be a task of these', async () => {
        const { age } = watched();
        sent('t1', 10);
        expect(await age(1, 'unheard-of')).toBeNull();
      });

      it('leaves out what was sent before the queue was seen empty', async () => {
        const { age } = watched();
        sent('t1', 10);
        sent('t2', 20);
        expect(await age(0)).toBeNull();
        cluster.wait(30);
        expect(await age(1)).toBeNull();
        sent('t3', 31);
        cluster.wait(40);
        expect(await age(1)).toBe(9);
        expect(await age(2)).toBeNull();
      });

      it('leaves out what was sent before the queue was purged', async () => {
        const { age, queues } = watched();
        const purge = (purged: boolean) =>
          queues.emptying(
            'celery',
            () => Promise.resolve(purged),
            (result) => result,
          );
        sent('t1', 10);
        await purge(false);
        cluster.wait(20);
        expect(await age(1)).toBe(10);
        await purge(true);
        expect(await age(1)).toBeNull();
      });

      it('passes over tasks that have expired', async () => {
        const { age } = watched();
        const expires = new Date(start + 15_000).toISOString();
        sent('t1', 10, { expires });
        sent('t2', 12, { expires });
        sent('t3', 14);
        cluster.wait(14);
        expect(await age(3)).toBe(4);
        cluster.wait(20);
        expect(await age(3)).toBe(6);
        expect(await age(1)).toBe(6);
      });

      it('is null when all that may wait have expired', async () => {
        const { age } = watched();
        sent('t1', 10, { expires: new Date(start + 15_000).toISOString() });
        cluster.wait(20);
        expect(await age(1)).toBeNull();
      });

      it('does not count a task that a worker has received', async () => {
        const { age } = watched();
        sent('t1', 10);
        sent('t2', 20);
        cluster.apply(task('received', 't1', 21));
        cluster.wait(30);
        expect(await age(1)).toBe(10);
        expect(await age(2)).toBeNull();
      });
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

describe('queues of a broker that lists none', () => {
  class Unlisted extends ScriptedTransport {
    readonly listsQueues = false;

    override async queueNames(): Promise<readonly string[]> {
      return [];
    }
  }

  const create = () => {
    const transport = new Unlisted();
    const { state, clock } = createState();
    return {
      transport,
      queues: new Queues({
        transport,
        configured: ['mine'],
        task: (id) => state.task(id),
        clock: () => clock.now,
      }),
    };
  };

  it('are those that tasks were sent to, and that workers consume', async () => {
    const { transport, queues } = create();
    transport.depths = [depth('sent'), depth('mine'), depth('consumed')];
    queues.heardOf('sent');
    queues.heardOf('bcast.3f0c1d2e-0000-4000-8000-000000000001');
    queues.remember([{ name: 'consumed' }, { name: 'one', exclusive: true }]);
    const all = await queues.all();
    expect(all.map(({ name }) => name)).toEqual(['consumed', 'mine', 'sent']);
  });

  it('are forgotten when they do not exist, unless they are configured', async () => {
    const { transport, queues } = create();
    transport.depths = ['sent', 'mine'].map((name) => ({ ...depth(name), exists: false }));
    queues.heardOf('sent');
    expect((await queues.all()).map(({ name }) => name)).toEqual(['mine']);
    transport.depths = [depth('sent'), depth('mine')];
    expect(await queues.one('sent')).toBeNull();
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
