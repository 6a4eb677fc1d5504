/** What the gateway reads of RabbitMQ's management API, by answers that RabbitMQ 3.10 gave beside real workers. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { RabbitMQManagement } from '../../../../../src/celery/transport/amqp/rabbitmq-management.js';
import { silentLogger } from '../../../../../src/log.js';

interface Captured {
  readonly request: string;
  readonly item: { readonly source?: string };
}

const captured = readFileSync(
  new URL('../../../../fixtures/rabbitmq-api.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Captured);

const itemsOf = (resource: string) =>
  captured.filter(({ request }) => request === `GET /api/${resource}`).map(({ item }) => item);

/** A server of the given answers by path without the query, and a client of it. */
async function serve(vhost: string, answers: Readonly<Record<string, unknown>>) {
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split('?')[0] ?? ''];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const access = { url, username: 'guest', password: 'guest', tls: null };
  const management = new RabbitMQManagement({ access, vhost, log: silentLogger });
  return {
    management,
    async [Symbol.asyncDispose]() {
      management[Symbol.dispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const pidboxBindings = '/api/exchanges/wire/celery.pidbox/bindings/source';

it('reads the kind, the priorities and the consumers of classic queues', async () => {
  await using served = await serve('wire', { '/api/queues/wire': itemsOf('queues/wire') });
  const queues = await served.management.queues();
  expect(queues?.find(({ name }) => name === 'high')).toEqual({
    ...{ name: 'high', type: 'classic', exclusive: false, arguments: { 'x-max-priority': 10 } },
    ...{ auto_delete: false, state: 'running' },
    ...{ messages_ready: 0, messages_unacknowledged: 0, consumers: 1, head_message_timestamp: null },
    backing_queue_status: {
      priority_lengths: Object.fromEntries(Array.from({ length: 11 }, (_, step) => [step, 0])),
    },
  });
  expect(queues?.find(({ name }) => name === 'slow')).toMatchObject({ consumers: 2 });
});

it('distinguishes quorum queues, those of delayed delivery too, from exclusive queues', async () => {
  await using served = await serve('wire56', { '/api/queues/wire56': itemsOf('queues/wire56') });
  const queues = await served.management.queues();
  expect(queues?.map(({ name, type, exclusive }) => [name, type, exclusive])).toEqual([
    ['celery_delayed_0', 'quorum', false],
    ['celery_delayed_27', 'quorum', false],
    ['celeryev.35b35322-52d5-46bc-b027-3d8ea32cfcd5', 'classic', true],
    ['default', 'quorum', false],
    ['qpre@lab.celery.pidbox', 'classic', true],
  ]);
});

it('finds the pidboxes that are bound to the control exchange', async () => {
  await using served = await serve('wire', {
    [pidboxBindings]: itemsOf('bindings/wire').filter(({ source }) => source === 'celery.pidbox'),
  });
  expect(await served.management.boundQueues('celery.pidbox')).toEqual([
    'apre@lab.celery.pidbox',
    'asolo@lab.celery.pidbox',
  ]);
});

it('finds none bound to an exchange that there is not yet, and goes on asking', async () => {
  await using served = await serve('wire', { '/api/queues/wire': [] });
  expect(await served.management.boundQueues('celery.pidbox')).toEqual([]);
  expect(await served.management.queues()).toEqual([]);
});

it('leaves out what is not as documented, and keeps the rest', async () => {
  const odd = [null, 7, { name: 5 }, { name: 'plain', consumers: -1, messages_ready: 'many' }];
  await using served = await serve('wire', { '/api/queues/wire': odd });
  expect(await served.management.queues()).toMatchObject([
    { name: 'plain', consumers: null, messages_ready: null },
  ]);
});

it.each(['{"error":"not_authorised"}', '<html>', ''])(
  'knows no queues when it answers %j',
  async (answer) => {
    await using served = await serve('wire', { '/api/queues/wire': answer });
    expect(await served.management.queues()).toBeNull();
  },
);
