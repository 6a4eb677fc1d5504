/** Hive Gateway, a router of Apollo Federation, in front of the embedded cluster and of a second subgraph. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Disposal } from '../../src/disposal.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { composeSupergraph, ordersYoga } from '../support/orders-subgraph.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

const opened = new Disposal();
let gateway: TestGateway;
/** Of the router. */
let url: string;
beforeAll(async () => {
  gateway = opened.own(await startTestGateway({ args: ['--federation', 'true'] }));
  const { data } = await gateway.query<{ _service: { sdl: string } }>('{ _service { sdl } }');
  const orders = await listen(ordersYoga);
  const urls = { celery: gateway.url, orders };
  const { supergraphSdl = '' } = composeSupergraph(data?._service.sdl ?? '', urls);
  const router = createGatewayRuntime({ supergraph: supergraphSdl, logging: false });
  opened.own(router);
  url = await listen(router);
});
afterAll(() => opened[Symbol.asyncDispose]());

async function listen(handler: Handler): Promise<string> {
  const server = createServer((request, response) => void handler(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.own({
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

async function ask(query: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return response.json();
}

it('answers about workers from both subgraphs', async () => {
  expect(await ask('{ orders { number worker { hostname rack stats { concurrency } } } }')).toEqual({
    data: {
      orders: [1, 2, 3].map((number) => ({
        number,
        worker: { hostname: 'worker1@embedded', rack: 'B7', stats: { concurrency: 4 } },
      })),
    },
  });
});

it('passes on what failed beside what succeeded', async () => {
  const mutation = `mutation {
    sendTask(input: { name: "shop.mail.send_receipt" }) { taskId }
    rerunTask(input: { taskId: "no-such-task" }) { taskId }
  }`;
  expect(await ask(mutation)).toMatchObject({
    data: { sendTask: { taskId: expect.any(String) as string }, rerunTask: null },
    errors: [{ path: ['rerunTask'], extensions: { code: 'UNKNOWN_TASK' } }],
  });
});

it('passes on the events of tasks', async () => {
  const client = createClient({ url });
  const events = client.iterate({ query: 'subscription { taskEvents { eventId task { taskId } } }' });
  expect((await events.next()).value).toMatchObject({
    data: { taskEvents: { eventId: expect.any(String) as string } },
  });
  await events.return?.();
  client.dispose();
});
