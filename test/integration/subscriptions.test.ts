/** Live events of real workers: tasks as they run, workers as they come, go and fall silent. */
import { createClient } from 'graphql-ws';
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import type { TestGateway } from '../support/gateway.js';
import { eventually } from '../support/eventually.js';
import { describeEachBroker } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';
import { WebSocket } from '../support/web-socket.js';

const heartbeat = 2_000;
const slack = 1_500;

interface TaskEventItem {
  readonly taskEvents: { readonly type: string; readonly dropped: number };
}
interface WorkerEventItem {
  readonly workerEvents: {
    readonly type: string;
    readonly cause: string | null;
    readonly worker: { readonly hostname: string };
  };
}

/** What a subscription has brought so far. */
function collect<Data>(gateway: TestGateway, query: string): { items: Data[]; stop: () => void } {
  const url = gateway.url.replace('http', 'ws');
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  const items: Data[] = [];
  client.subscribe<Data>(
    { query },
    {
      next: ({ data }) => {
        if (data) items.push(data);
      },
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return { items, stop: () => void client.dispose() };
}

/** The same over server-sent events. */
function collectEvents<Data>(gateway: TestGateway, query: string): { items: Data[]; stop: () => void } {
  const items: Data[] = [];
  const stopping = new AbortController();
  const read = async (): Promise<void> => {
    const response = await gateway.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
      signal: stopping.signal,
    });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const json = /^data: (\{.*)$/m.exec(event)?.[1];
        if (json !== undefined) items.push((JSON.parse(json) as { data: Data }).data);
      }
    }
  };
  read().catch(() => undefined); // aborted by the test
  return { items, stop: () => stopping.abort() };
}

async function subscribed(gateway: TestGateway, count: number): Promise<void> {
  const query = '{ gateway { subscriptions { active } } }';
  await eventually(async () =>
    expect((await gateway.query(query)).data).toEqual({ gateway: { subscriptions: { active: count } } }),
  );
}

describeEachBroker('a subscriber', (on) => {
  it.each([
    ['WebSocket', collect],
    ['server-sent events', collectEvents],
  ] as const)('over %s reports a task at each of its steps', async (_name, listen) => {
    await using cluster = await startCluster({ ...on, workers: ['w1'] });
    await using gateway = await watchCluster(cluster);
    const { items, stop } = listen<TaskEventItem>(
      gateway,
      'subscription { taskEvents(filter: { names: ["demo.add"] }) { type dropped } }',
    );
    await subscribed(gateway, 1);
    await sendTasks(cluster.application, [
      { name: 'demo.sleep', args: [0] },
      { name: 'demo.add', args: [1, 2] },
    ]);
    await eventually(() =>
      expect(items.map(({ taskEvents }) => taskEvents)).toEqual(
        expect.arrayContaining([
          { type: 'task-received', dropped: 0 },
          { type: 'task-started', dropped: 0 },
          { type: 'task-succeeded', dropped: 0 },
        ]),
      ),
    );
    stop();
    await subscribed(gateway, 0);
  });

  it('reports within three heartbeats that a worker was killed, paused, or said goodbye', async () => {
    await using cluster = await startCluster({ ...on, workers: ['w1', 'w2', 'w3'] });
    await using gateway = await watchCluster(cluster);
    const frequencies = '{ workers(useCache: false) { nodes { freqSeconds } } }';
    await eventually(async () =>
      // The first ones were not in their rhythm.
      expect((await gateway.query(frequencies)).data).toEqual({
        workers: { nodes: [{ freqSeconds: 2 }, { freqSeconds: 2 }, { freqSeconds: 2 }] },
      }),
    );
    const { items, stop } = collect<WorkerEventItem>(
      gateway,
      'subscription { workerEvents { type cause worker { hostname } } }',
    );
    await subscribed(gateway, 1);
    const of = (name: string): (readonly [string, string | null])[] =>
      items
        .map(({ workerEvents }) => workerEvents)
        .filter(({ worker }) => worker.hostname === `${name}@test`)
        .map(({ type, cause }) => [type, cause] as const);

    await cluster.worker('w1').kill();
    cluster.worker('w2').pause();
    const silent = [
      ['STALE', 'FELL_SILENT'],
      ['OFFLINE', 'FELL_SILENT'],
    ];
    await eventually(
      () => expect([of('w1'), of('w2')]).toEqual([silent, silent]),
      3 * heartbeat + slack,
    );
    cluster.worker('w2').resume();
    await eventually(() => expect(of('w2').at(-1)).toEqual(['ONLINE', 'RETURNED']));

    await cluster.worker('w3').stop();
    await eventually(() => expect(of('w3')).toEqual([['OFFLINE', 'SAID_GOODBYE']]));
    stop();
  });
});
