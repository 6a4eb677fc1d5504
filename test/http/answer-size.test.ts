/** Answers have a bound in bytes, over every transport. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseEvents } from '../../src/celery/events/event.js';
import { runOnce, serverSentEvents } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const text = 'x'.repeat(9_000);
const message = 'The answer has more than 65536 bytes, the maximum: request fewer members or fields';
const refusal = [{ message, extensions: { code: 'LIMIT_EXCEEDED' } }];

let server: TestServer;
let id: string;
beforeAll(async () => {
  server = await startTestServer({ args: ['--max-answer-kilobytes', '64'] });
  id = 'large';
  seed(server, id, 'large');
});
afterAll(() => server[Symbol.asyncDispose]());

function seed({ services }: TestServer, taskId: string, name: string): void {
  const unknown = { kwargs: null, worker: null, startedAt: null, eta: null, queue: null };
  services.celery.state.sawTask({ ...unknown, id: taskId, name, args: text, state: 'RECEIVED' });
}

/** As if a worker had published it. */
function publish(type: string, fields: object): void {
  const event = { type, hostname: 'w1@test', timestamp: Date.now() / 1000, clock: 1, pid: 1, ...fields };
  for (const parsed of parseEvents(event).events) server.services.celery.state.apply(parsed, Date.now());
}

/** Some 9,000 bytes for each. */
const query = (times: number): string =>
  `{ ${Array.from({ length: times }, (_, n) => `a${n}: task(taskId: "${id}") { args }`).join(' ')} }`;

const post = (body: unknown, accept = 'application/json') =>
  server.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });

describe('an answer', () => {
  it('within the bound is sent', async () => {
    const { data, errors } = await server.query(query(7));
    expect([errors, Object.keys(data ?? {}).length]).toEqual([undefined, 7]);
  });

  it('beyond it is refused over HTTP', async () => {
    const plain = await post({ query: query(8) });
    expect([plain.status, await plain.json()]).toMatchObject([200, { errors: refusal }]);
    const specified = await post({ query: query(8) }, 'application/graphql-response+json');
    expect(specified.status).toBe(400);
  });

  it('beyond it is refused by GET', async () => {
    const response = await server.fetch(`/graphql?query=${encodeURIComponent(query(8))}`);
    expect(await response.json()).toMatchObject({ errors: refusal });
  });

  it('to a batch is bounded as a whole', async () => {
    const response = await post([{ query: query(5) }, { query: query(5) }]);
    const answers = (await response.json()) as { data?: object; errors?: object[] }[];
    const refused = answers.filter(({ errors }) => errors !== undefined);
    expect([answers.length, refused.length]).toEqual([2, 1]);
    expect(refused[0]?.errors).toMatchObject([
      {
        message:
          'The answer has more than 65536 bytes, with those of the others in its batch, the maximum: request fewer members or fields',
        extensions: { code: 'LIMIT_EXCEEDED' },
      },
    ]);
  });

  it('beyond it is refused over WebSocket, each for itself', async () => {
    expect(await runOnce(server, query(7))).toMatchObject({ data: { a0: { args: text } } });
    const answer = await runOnce(server, query(8)).catch((errors: unknown) => ({ errors }));
    expect(answer).toMatchObject({ errors: refusal });
  });

  it('of a REST route is refused with 429', async () => {
    await using small = await startTestServer({ args: ['--max-answer-kilobytes', '64'] });
    for (let n = 0; n < 1_000; n++)
      small.services.celery.state.sawWorker(`worker-${n}-${'x'.repeat(100)}@host`, Date.now());
    const response = await small.fetch('/api/v1/celery/workers/status?use_cache=false');
    expect([response.status, await response.json()]).toMatchObject([
      429,
      { error: { code: 'LIMIT_EXCEEDED', message } },
    ]);
  });

  it('of a subscription is refused as an item, and the stream goes on', async () => {
    const fields = Array.from({ length: 8 }, (_, n) => `a${n}: args`).join(' ');
    const events = serverSentEvents(
      server,
      `subscription { taskEvents(filter: { names: ["of events"] }) { type task { ${fields} } } }`,
    );
    const next = events.next();
    await vi.waitFor(() => expect(server.services.subscriptions.stats.active).toBe(1), 5_000);
    publish('task-received', { uuid: 'one', name: 'of events', args: text });
    expect((await next).value).toMatchObject({ errors: refusal });
    publish('task-received', { uuid: 'two', name: 'of events', args: '()' });
    expect((await events.next()).value).toMatchObject({ data: { taskEvents: { task: { a0: '()' } } } });
    await events.return(undefined);
  });
});

it('writes a large answer as it writes a small one', async () => {
  await using large = await startTestServer();
  for (let n = 0; n < 200; n++) seed(large, `t${n}`, 'é"\\');
  const ids = Array.from({ length: 200 }, (_, n) => `"t${n}"`).join(' ');
  const page = `tasks(first: 200, filter: { taskIds: [${ids}] }) { nodes { taskId name args } }`;
  const whole = await large.query<{
    tasks: { nodes: { taskId: string; name: string; args: string }[] };
  }>(`{ ${page} none: task(taskId: "none") { taskId } wrong: workers(first: -1) { nodes { pid } } }`);
  expect(whole.data?.tasks.nodes).toHaveLength(200);
  expect(whole.data?.tasks.nodes[0]).toEqual({ taskId: 't199', name: 'é"\\', args: text });
  expect(whole.errors).toMatchObject([{ path: ['wrong'], extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(whole.extensions).toHaveProperty('cache');
  expect(Object.keys(whole)).not.toContain('stringify');
});
