/** Clients of streams, each as its documentation says, through a restart and a crash of the gateway. */
import { setTimeout as pause } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { Disposal } from '../../src/disposal.js';
import { freePort } from '../support/free-port.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { WebSocket } from '../support/web-socket.js';

const query = 'subscription { cacheStats(intervalSeconds: 0.1) { timestamp } }';

interface Item {
  readonly cacheStats: { readonly timestamp: string };
}

interface Subscriber extends Disposable {
  readonly items: AsyncIterator<Item, undefined>;
}

/** Milliseconds between two attempts to connect. */
const retryPause = 100;

/** Each client by the library's name, and what it takes to connect again as often as necessary. */
const clients: Readonly<Record<string, (port: number) => Subscriber>> = {
  'graphql-ws': (port) => {
    const client = createWsClient({
      url: `ws://127.0.0.1:${port}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: Infinity,
      retryWait: () => pause(retryPause),
      shouldRetry: () => true, // also while the gateway refuses connections
    });
    return {
      items: dataOf(client.iterate<Item>({ query })),
      [Symbol.dispose]: () => void client.dispose(),
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
    return { items: dataOf(nextEvents(source)), [Symbol.dispose]: () => source.close() };
  },
};

async function* dataOf(
  results: AsyncIterable<{ readonly data?: Item | null | undefined }>,
): AsyncGenerator<Item, undefined> {
  for await (const { data } of results) if (data) yield data;
  return undefined;
}

/** Ends upon `complete`, as a page has to. */
async function* nextEvents(source: EventSource): AsyncGenerator<{ readonly data?: Item | null }> {
  const events: MessageEvent[] = [];
  let wake = (): void => undefined;
  for (const type of ['next', 'complete'])
    source.addEventListener(type, (event) => {
      events.push(event);
      wake();
    });
  for (;;) {
    const event = events.shift();
    if (event?.type === 'complete') return;
    if (event !== undefined) yield JSON.parse(String(event.data)) as { readonly data?: Item | null };
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
      'graphql-sse': 'item',
      EventSource: 'item',
    });
  });
});
