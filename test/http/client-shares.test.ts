/** What one client may ask for in a time, and have open at once, whatever it asks over. */
import { afterEach, expect, it } from 'vitest';
import { newClient, runOnce, serverSentEvents } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const refusal = {
  message: 'No more than 1 operations a second are answered to one client',
  extensions: { code: 'LIMIT_EXCEEDED' },
};
const post = (server: TestServer, body: unknown) =>
  server.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

let server: TestServer;
/** So slow that none comes back while a test runs. */
const start = async (burst: number, ...args: string[]) => {
  const rate = ['--rate-limit', '1', '--rate-burst', String(burst)];
  return (server = await startTestServer({ args: [...rate, ...args] }));
};
afterEach(() => server[Symbol.asyncDispose]());

/** A client that has used up its share. */
async function spend(): Promise<void> {
  for (;;) if ((await server.fetch('/graphql?query=%7B__typename%7D')).status === 429) return;
}

it('answers what is too much with 429, a code, and when to come again', async () => {
  await start(2);
  await spend();
  const response = await post(server, { query: '{ __typename }' });
  expect([response.status, await response.json()]).toEqual([429, { errors: [refusal] }]);
  expect(Number(response.headers.get('retry-after'))).toBe(1);
});

it('answers it on the REST routes in their form', async () => {
  await start(1);
  await spend();
  const response = await server.fetch('/api/v1/celery/tasks/status');
  expect([response.status, await response.json()]).toEqual([
    429,
    { error: { code: 'LIMIT_EXCEEDED', message: refusal.message } },
  ]);
  expect(response.headers.get('retry-after')).toBe('1');
});

it('counts every member of a batch', async () => {
  await start(4);
  const batch = Array.from({ length: 4 }, () => ({ query: '{ __typename }' }));
  expect((await post(server, batch)).status).toBe(200);
  const again = await post(server, batch);
  expect([again.status, await again.json()]).toEqual([429, { errors: [refusal] }]);
});

it('counts every operation over WebSocket, and keeps the socket', async () => {
  await start(3);
  const client = newClient(server);
  const ask = async (): Promise<unknown> => {
    try {
      const answer = await client.iterate({ query: '{ __typename }' }).next();
      return answer.value as unknown;
    } catch (errors) {
      return errors;
    }
  };
  const answers = [await ask(), await ask(), await ask(), await ask()];
  expect(answers).toMatchObject([{ data: {} }, { data: {} }, { data: {} }, [refusal]]);
  await client.dispose();
});

it('lets 200 at once pass by default, and a thousand in a row', async () => {
  server = await startTestServer();
  const ask = async () => (await server.query('{ __typename }')).status;
  expect(new Set(await Promise.all(Array.from({ length: 200 }, ask)))).toEqual(new Set([200]));
  for (let round = 0; round < 10; round++)
    expect(new Set(await Promise.all(Array.from({ length: 100 }, ask)))).toEqual(new Set([200]));
});

const watch = 'subscription { cacheStats { timestamp } }';
const full = {
  message: 'No more than 2 subscriptions of one client run at once',
  extensions: { code: 'LIMIT_EXCEEDED' },
};

it('counts subscriptions over WebSocket and server-sent events together', async () => {
  server = await startTestServer({ args: ['--max-subscriptions', '2'] });
  const client = newClient(server);
  const overSocket = client.iterate({ query: watch });
  await overSocket.next();
  const events = serverSentEvents(server, watch);
  await events.next();

  expect(await runOnce(server, watch)).toMatchObject({ errors: [full] });
  const refused = await server.fetch(`/graphql?query=${encodeURIComponent(watch)}`, {
    headers: { accept: 'text/event-stream' },
  });
  expect(await refused.text()).toContain(JSON.stringify(full));

  await overSocket.return?.();
  await expect
    .poll(async () => (await runOnce(server, watch)).errors, { timeout: 5_000 })
    .toBeUndefined();
  await events.return(undefined);
  await client.dispose();
});

it('gives the share of a client back that disconnects without closing anything', async () => {
  server = await startTestServer({ args: ['--max-subscriptions', '1'] });
  const leaving = new AbortController();
  const response = await server.fetch(`/graphql?query=${encodeURIComponent(watch)}`, {
    headers: { accept: 'text/event-stream' },
    signal: leaving.signal,
  });
  const reader = response.body?.getReader();
  await reader?.read();
  leaving.abort();
  await expect
    .poll(async () => (await runOnce(server, watch)).errors, { timeout: 5_000 })
    .toBeUndefined();
});

it('gives the share of a subscription back that fails', async () => {
  server = await startTestServer({ args: ['--max-subscriptions', '1'] });
  const bad = 'subscription { cacheStats(intervalSeconds: 0) { timestamp } }';
  for (let time = 0; time < 3; time++)
    expect((await runOnce(server, bad)).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  expect((await runOnce(server, watch)).errors).toBeUndefined();
});
