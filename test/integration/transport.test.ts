/** The contract of every transport, on every broker that there is. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeBody } from '../../src/celery/messages/message-body.js';
import type { RawMessage } from '../../src/celery/messages/message.js';
import type { ConnectionStatus, Transport } from '../../src/celery/transport/transport.js';
import type { OutgoingTask } from '../../src/celery/messages/message.js';
import { BrokerUnavailableError } from '../../src/errors.js';
import { eventually } from '../support/eventually.js';
import { describeWith, type Need } from '../support/requirements.js';
import {
  memoryBench,
  rabbitmqBench,
  redisBench,
  type TransportBench,
} from '../support/transport-bench.js';

interface Row {
  readonly needs: readonly Need[];
  readonly create: () => Promise<TransportBench>;
  /** Whether the broker reports how many nodes got a request. */
  readonly counts: boolean;
  /** Whether it lists queues that no setting names. */
  readonly lists: boolean;
}

const rows: Readonly<Record<string, Row>> = {
  memory: { needs: [], create: memoryBench, counts: true, lists: true },
  Redis: { needs: ['redis'], create: redisBench, counts: true, lists: true },
  RabbitMQ: {
    needs: ['rabbitmq'],
    create: () => rabbitmqBench(true),
    ...{ counts: false, lists: true },
  },
  'RabbitMQ without its management API': {
    needs: ['rabbitmq'],
    create: () => rabbitmqBench(false),
    ...{ counts: false, lists: false },
  },
};

for (const [name, { needs, create, counts, lists }] of Object.entries(rows)) {
  describeWith(needs, `the transport of ${name}`, () => {
    let bench: TransportBench;
    let transport: Transport;
    let states: ConnectionStatus[];
    let events: unknown[];
    let replies: { ticket: unknown; body: unknown }[];

    beforeEach(async () => {
      [states, events, replies] = [[], [], []];
      bench = await create();
      transport = bench.createTransport();
      transport.onConnection((state) => states.push(state));
      transport.subscribeEvents((message) => void events.push(bodyOf(message)));
      transport.subscribeReplies((message) =>
        replies.push({ ticket: message.read().headers['ticket'], body: bodyOf(message) }),
      );
    });
    afterEach(async () => {
      await transport[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    });

    const start = async (): Promise<void> => {
      transport.start();
      await eventually(() => expect(transport.connection.connected).toBe(true));
    };
    const request = (ticket: string | null, destination: string[] | null = null) =>
      transport.publishRequest({ method: 'ping', arguments: {}, destination, ticket });

    it('says that it is connected, once', async () => {
      expect(transport.connection).toMatchObject({ connected: false, reconnects: 0 });
      await start();
      await eventually(() => expect(states.at(-1)).toEqual(transport.connection));
      expect(transport.connection).toMatchObject({ connected: true, reconnects: 0, reason: null });
      expect(states.filter(({ connected }) => connected)).toHaveLength(1);
      await transport.ping();
    });

    it('refuses to be asked before', async () => {
      await expect(transport.ping()).rejects.toBeInstanceOf(BrokerUnavailableError);
      await expect(request('t')).rejects.toBeInstanceOf(BrokerUnavailableError);
      await expect(transport.queueDepths(['q'])).rejects.toBeInstanceOf(BrokerUnavailableError);
      await expect(transport.boundNodes([])).rejects.toBeInstanceOf(BrokerUnavailableError);
      await expect(transport.hasQueue('q')).rejects.toBeInstanceOf(BrokerUnavailableError);
      await expect(transport.sendTask(outgoing('q', 'a'))).rejects.toBeInstanceOf(
        BrokerUnavailableError,
      );
      await expect(transport.purge('q', 0)).rejects.toBeInstanceOf(BrokerUnavailableError);
    });

    it('streams events in their order', async () => {
      await start();
      for (let n = 1; n <= 100; n++) await bench.publishEvent({ n });
      await eventually(() => expect(events).toHaveLength(100));
      expect(events).toEqual(Array.from({ length: 100 }, (_, index) => ({ n: index + 1 })));
    });

    it('goes on with the stream when its listener throws', async () => {
      transport.subscribeEvents((message) => {
        events.push(bodyOf(message));
        throw new Error('of the listener');
      });
      await start();
      await bench.publishEvent({ n: 1 });
      await bench.publishEvent({ n: 2 });
      await eventually(() => expect(events).toEqual([{ n: 1 }, { n: 2 }]));
    });

    it('brings a request to every worker and their replies back', async () => {
      await using one = await bench.startNode('w1@h');
      await using two = await bench.startNode('w2@h');
      await start();
      expect(await request('ticket')).toBe(counts ? 2 : null);
      await eventually(() => expect(replies).toHaveLength(2));
      const sorted = replies.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      expect(sorted).toEqual([
        { ticket: 'ticket', body: { 'w1@h': { ok: 'pong' } } },
        { ticket: 'ticket', body: { 'w2@h': { ok: 'pong' } } },
      ]);
      expect([one, two]).toHaveLength(2);
    });

    it('reports that no node is bound where none is', async () => {
      await start();
      expect(await request('ticket')).toBe(0);
      expect((await transport.boundNodes(['w1@h'])).nodes).toEqual([]);
    });

    it('names the workers that listen, and no longer those that have gone', async () => {
      const one = await bench.startNode('w1@h');
      await using two = await bench.startNode('w2@h');
      await start();
      const known = ['w1@h', 'w2@h', 'never@h'];
      expect([...(await transport.boundNodes(known)).nodes].sort()).toEqual(['w1@h', 'w2@h']);
      await one[Symbol.asyncDispose]();
      expect((await transport.boundNodes(known)).nodes).toEqual(['w2@h']);
      // To ask which nodes are bound sends them nothing.
      expect(replies).toEqual([]);
      expect(two).toBeDefined();
    });

    it('counts what waits, and takes nothing', async () => {
      await start();
      for (const id of ['a', 'b', 'c']) await bench.sendTask('jobs', id);
      const depth = { name: 'jobs', messages: 3 };
      await eventually(async () =>
        expect(await transport.queueDepths(['jobs', 'none'])).toMatchObject([
          depth,
          { name: 'none', messages: 0 },
        ]),
      );
      expect(await transport.queueDepths(['jobs'])).toMatchObject([depth]);
    });

    it('lists the queues of the cluster, and none that serve to watch it', async () => {
      await using node = await bench.startNode('w1@h');
      await start();
      await bench.sendTask('jobs', 'a');
      await eventually(async () => expect(await transport.queueNames()).toEqual(lists ? ['jobs'] : []));
      expect(node).toBeDefined();
    });

    if (lists) {
      it('shows what is served next and leaves it there', async () => {
        await start();
        for (const id of ['a', 'b', 'c']) await bench.sendTask('jobs', id);
        const ids = await eventually(async () => {
          const messages = await transport.peek('jobs', 2);
          expect(messages).toHaveLength(2);
          return messages.map((message) => message.read().headers['id']);
        });
        expect(ids).toEqual(['a', 'b']);
        await eventually(async () =>
          expect(await transport.queueDepths(['jobs'])).toMatchObject([{ messages: 3 }]),
        );
      });
    }

    it('knows a queue that there is from one that there is not, and from what serves to watch', async () => {
      await using node = await bench.startNode('w1@h');
      await start();
      await bench.sendTask('jobs', 'a');
      await eventually(async () => expect(await transport.hasQueue('jobs')).toBe(true));
      expect(await transport.hasQueue('none')).toBe(false);
      expect(await transport.hasQueue('w1@h.celery.pidbox')).toBe(false);
      expect(node).toBeDefined();
    });

    it('sends a task, which waits with all that it was given', async () => {
      await start();
      await bench.sendTask('jobs', 'a');
      await transport.sendTask(outgoing('jobs', 'b'));
      await eventually(async () =>
        expect(await transport.queueDepths(['jobs'])).toMatchObject([{ messages: 2 }]),
      );
      if (!lists) return; // nor shows it what waits
      const [, sent] = await eventually(async () => {
        const messages = await transport.peek('jobs', 2);
        expect(messages).toHaveLength(2);
        return messages.map((message) => message.read());
      });
      expect(sent).toMatchObject({
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        headers: { id: 'b', task: 'demo.add', lang: 'js', timelimit: [null, 1.5] },
        priority: 2,
      });
      expect(sent && decodeBody(sent)).toEqual([[1, 'é'], { k: null }, {}]);
    });

    it('empties a queue of exactly what is expected to wait in it', async () => {
      await start();
      await bench.sendTask('jobs', 'a');
      await transport.sendTask(outgoing('jobs', 'b', 9));
      await eventually(async () =>
        expect(await transport.purge('jobs', 1)).toEqual({ purged: false, messages: 2 }),
      );
      expect(await transport.purge('jobs', 3)).toEqual({ purged: false, messages: 2 });
      expect(await transport.queueDepths(['jobs'])).toMatchObject([{ messages: 2 }]);
      expect(await transport.purge('jobs', 2)).toEqual({ purged: true, messages: 2 });
      expect(await transport.queueDepths(['jobs'])).toMatchObject([{ messages: 0 }]);
      expect(await transport.purge('jobs', 0)).toEqual({ purged: true, messages: 0 });
    });

    it('leaves nothing behind', async () => {
      const before = await bench.contents();
      await start();
      await request('ticket');
      await transport[Symbol.asyncDispose]();
      await eventually(async () => expect(await bench.contents()).toEqual(before));
      await expect(transport.ping()).rejects.toBeInstanceOf(BrokerUnavailableError);
    });
  });
}

function outgoing(queue: string, id: string, priority = 2): OutgoingTask {
  return {
    ...{ queue, priority, correlationId: id, replyTo: 'nobody', expiration: 60_000 },
    headers: { id, task: 'demo.add', lang: 'js', eta: null, timelimit: [null, 1.5] },
    body: Buffer.from(JSON.stringify([[1, 'é'], { k: null }, {}])),
  };
}

function bodyOf(message: RawMessage): unknown {
  return decodeBody(message.read());
}
