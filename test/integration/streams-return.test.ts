/** Clients of streams, each as its documentation says, through a restart and a crash of the gateway. */
import { setTimeout as pause } from 'node:timers/promises';
import { ApolloClient, InMemoryCache } from '@apollo/client/core';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, subscriptionExchange } from '@urql/core';
import { EventSource } from 'eventsource';
import { parse } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import type { Client as WsClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { Disposal } from '../../src/disposal.js';
import { startForwarder } from '../support/forwarder.js';
import { freePort } from '../support/free-port.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { WebSocket } from '../support/web-socket.js';

const query = 'subscription { cacheStats(intervalSeconds: 0.1) { timestamp } }';

interface Item {
  readonly cacheStats: { readonly timestamp: string };
}

interface Result<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

interface Subscriber extends Disposable {
  readonly items: AsyncIterator<Item, undefined>;
}

/** Milliseconds between two attempts to connect. */
const retryPause = 100;

function newWsClient(port: number): WsClient {
  return createWsClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: Infinity,
    retryWait: () => pause(retryPause),
    shouldRetry: () => true, // also while the gateway refuses connections
  });
}

/** Each client by the library's name, and what it takes to connect again as often as necessary. */
const clients: Readonly<Record<string, (port: number) => Subscriber>> = {
  'graphql-ws': (port) => {
    const client = newWsClient(port);
    return {
      items: dataOf(client.iterate<Item>({ query })),
      [Symbol.dispose]: () => void client.dispose(),
    };
  },
  'Apollo Client': (port) => {
    const socket = newWsClient(port);
    const client = new ApolloClient({
      link: new GraphQLWsLink(socket),
      cache: new InMemoryCache(),
    });
    const stream = client.subscribe<Item>({ query: parse(query) });
    return {
      items: dataOf(received((next) => stream.subscribe(next))),
      [Symbol.dispose]: () => {
        client.stop();
        void socket.dispose();
      },
    };
  },
  urql: (port) => {
    const socket = newWsClient(port);
    const client = new Client({
      url: `http://127.0.0.1:${port}/graphql`,
      exchanges: [
        subscriptionExchange({
          forwardSubscription: ({ query: text = '', variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: socket.subscribe({ query: text, variables }, sink as never),
            }),
          }),
        }),
      ],
    });
    const stream = client.subscription<Item>(query, {});
    return {
      items: dataOf(received((next) => stream.subscribe(next))),
      [Symbol.dispose]: () => void socket.dispose(),
    };
  },
  'graphql-sse': (port) => {
    const client = createSseClient({
      url: `http://127.0.0.1:${port}/graphql`,
      retryAttempts: Infinity,
      retry: () => pause(retryPause),
    });
    return { items: dataOf(client.iterate<Item>({ query })), [Symbol.dispose]: () => client.dispose() };
  },
  EventSource: (port) => {
    const url = `http://127.0.0.1:${port}/graphql?query=${encodeURIComponent(query)}`;
    const source = new EventSource(url);
    return { items: dataOf(nextEvents<Item>(source)), [Symbol.dispose]: () => source.close() };
  },
};

async function* dataOf(
  results: AsyncIterable<{ readonly data?: Item | null | undefined }>,
): AsyncGenerator<Item, undefined> {
  for await (const { data } of results) if (data) yield data;
  return undefined;
}

/** Ends upon `complete`, as a page has to. */
async function* nextEvents<Data>(source: EventSource): AsyncGenerator<Result<Data>, undefined> {
  const events = received<MessageEvent>((next) => {
    for (const type of ['next', 'complete']) source.addEventListener(type, next);
  });
  for await (const event of events) {
    if (event.type === 'complete') return undefined;
    yield JSON.parse(String(event.data)) as Result<Data>;
  }
  return undefined;
}

/** What a client calls back with. */
async function* received<T>(listen: (next: (value: T) => void) => void): AsyncGenerator<T> {
  const values: T[] = [];
  let wake = (): void => undefined;
  listen((value) => {
    values.push(value);
    wake();
  });
  for (;;) {
    const value = values.shift();
    if (value !== undefined) yield value;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

/** Resolves when it listens. */
async function launch(port: number): Promise<GatewayProcess> {
  const gateway = new GatewayProcess(port, ['--port', String(port)]);
  await gateway.child.waitForLine(/showing the embedded cluster/);
  return gateway;
}

/** `item` for the first that was sent at `startedAt` or later, `complete` if the stream has ended instead. */
async function firstSince({ items }: Subscriber, startedAt: number): Promise<string> {
  for (;;) {
    const { done, value } = await items.next();
    if (done === true) return 'complete';
    if (Date.parse(value.cacheStats.timestamp) >= startedAt) return 'item';
  }
}

describe('a subscription through the end of the gateway', () => {
  it.each([
    ['a restart', (gateway: GatewayProcess) => gateway.child.stop()],
    ['a crash', (gateway: GatewayProcess) => gateway.child.kill()],
  ])('goes on after %s with every documented client', async (_name, end) => {
    const port = await freePort();
    await using gateways = new Disposal();
    const before = gateways.own(await launch(port));
    await using opened = new Disposal();
    const subscribers = Object.entries(clients).map(
      ([name, open]) => [name, opened.own(open(port))] as const,
    );
    await Promise.all(subscribers.map(([, subscriber]) => firstSince(subscriber, 0)));

    await end(before);
    const startedAt = Date.now();
    gateways.own(await launch(port));
    const seen = await Promise.all(
      subscribers.map(async ([name, subscriber]) => [name, await firstSince(subscriber, startedAt)]),
    );
    expect(Object.fromEntries(seen)).toEqual({
      'graphql-ws': 'item',
      'Apollo Client': 'item',
      urql: 'item',
      'graphql-sse': 'item',
      EventSource: 'item',
    });
  });
});

interface TaskEvents {
  readonly taskEvents: { readonly eventId: string } | null;
}

const taskEvents = 'subscription { taskEvents { eventId } }';

interface EventsOf extends Disposable {
  /** Ids of its events, `EVENTS_LOST` where some are missing; ends after that number. */
  readonly take: (count: number) => Promise<readonly string[]>;
}

function watchTaskEvents(port: number): EventsOf {
  const url = `http://127.0.0.1:${port}/graphql?query=${encodeURIComponent(taskEvents)}`;
  const source = new EventSource(url);
  const items = nextEvents<TaskEvents>(source);
  return {
    take: async (count) => {
      const ids: string[] = [];
      while (ids.length < count) {
        const { done, value } = await items.next();
        if (done === true) throw new Error('the stream has ended');
        ids.push(value.data?.taskEvents?.eventId ?? value.errors?.[0]?.extensions.code ?? 'no data');
      }
      return ids;
    },
    [Symbol.dispose]: () => source.close(),
  };
}

describe('an EventSource of task events', () => {
  it('receives every event once, also those that happen while its connection is broken', async () => {
    const port = await freePort();
    await using opened = new Disposal();
    opened.own(await launch(port));
    const forwarder = opened.own(await startForwarder(port));
    const witness = opened.own(watchTaskEvents(port));
    const all = [...(await witness.take(1))];
    const subscriber = opened.own(watchTaskEvents(forwarder.port));
    const before = await subscriber.take(3);
    forwarder.cut();
    all.push(...(await witness.take(6)));
    const received = [...before, ...(await subscriber.take(12))];

    while (all.at(-1) !== received.at(-1)) all.push(...(await witness.take(1)));
    expect(received).toEqual(all.slice(-received.length));
  });

  it('reports that events were lost in a restart, and goes on', async () => {
    const port = await freePort();
    await using opened = new Disposal();
    const before = opened.own(await launch(port));
    const subscriber = opened.own(watchTaskEvents(port));
    const seen = [...(await subscriber.take(1))];
    await before.child.stop();
    opened.own(await launch(port));
    while (seen.at(-1) !== 'EVENTS_LOST') seen.push(...(await subscriber.take(1)));
    const after = await subscriber.take(3);
    expect(after).not.toContain('EVENTS_LOST');
    expect(after.map((id) => seen.includes(id))).toEqual([false, false, false]);
  });
});
