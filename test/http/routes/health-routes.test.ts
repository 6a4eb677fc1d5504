/** What a platform learns of the process: in time, without credentials, and without any address. */
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Authenticator } from '../../../src/access/authenticator.js';
import { Readiness } from '../../../src/cluster/readiness.js';
import { eventually } from '../../support/eventually.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';
import { connectTcp } from '../../support/connect-tcp.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await eventually(() => expect(server.services.celery.isSynced).toBe(true));
});
afterEach(() => server[Symbol.asyncDispose]());

describe('GET /health/live', () => {
  it('says that the process is alive', async () => {
    const response = await server.fetch('/health/live');
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await response.json()).toEqual({ status: 'ok' });
  });

  it('asks nothing of the broker', async () => {
    const ping = vi.spyOn(server.services.celery.transport, 'ping');
    await server.fetch('/health/live?verbose=1');
    expect(ping).not.toHaveBeenCalled();
  });
});

describe('GET /health/ready', () => {
  it('is 200 when the broker answers, events arrive and the caches are warm', async () => {
    server.warmUp.state = 'WARM';
    const response = await server.fetch('/health/ready');
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await response.json()).toEqual({
      status: 'ready',
      checks: [
        { name: 'broker', status: 'ok', message: 'embedded: a simulation, no broker is watched' },
        { name: 'event_stream', status: 'ok', message: 'subscribed' },
        { name: 'caches', status: 'ok', message: 'warm' },
      ],
    });
  });

  it('is 503 until the caches are warm, and says so', async () => {
    const response = await server.fetch('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'not_ready',
      checks: [{ status: 'ok' }, { status: 'ok' }, { name: 'caches', message: 'not warm yet' }],
    });
  });

  it('is 503 without the broker, and does not say where that is', async () => {
    server.warmUp.state = 'WARM';
    await server.services.celery.transport[Symbol.asyncDispose]();
    const response = await server.fetch('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'not_ready',
      checks: [
        { name: 'broker', status: 'failed', message: 'not connected' },
        { name: 'event_stream', status: 'failed', message: 'not subscribed' },
        { name: 'caches', status: 'ok', message: 'warm' },
      ],
    });
  });

  it('costs the broker one round trip, however many ask at the same time', async () => {
    const ping = vi.spyOn(server.services.celery.transport, 'ping');
    await Promise.all(Array.from({ length: 20 }, () => server.fetch('/health/ready')));
    expect(ping).toHaveBeenCalledTimes(1);
  });
});

it('a broker that takes a ping and never answers is reported as that, in time', async () => {
  const transport = server.services.celery.transport;
  vi.spyOn(transport, 'ping').mockReturnValue(new Promise(() => undefined));
  const readiness = new Readiness({
    celery: server.services.celery,
    warmUp: { state: 'WARM' },
    pingTimeout: 50,
  });
  expect(await readiness.report()).toMatchObject({
    status: 'not_ready',
    checks: [{ name: 'broker', status: 'failed', message: 'it does not answer' }, {}, {}],
  });
});

describe('the check event_stream', () => {
  const event = async () => {
    const readiness = new Readiness({ celery: server.services.celery, warmUp: { state: 'WARM' } });
    const { checks } = await readiness.report();
    return checks.find(({ name }) => name === 'event_stream');
  };
  const foreign = { reason: 'pickle is never read', contentType: 'application/x-python-serialize' };

  it('fails while events come and none of them can be read', async () => {
    const { celery } = server.services;
    vi.spyOn(celery.events, 'counters', 'get').mockReturnValue({
      ...celery.events.counters,
      lastEventAt: null,
    });
    celery.unreadable.count('event', { ...foreign, hostname: null });
    expect(await event()).toMatchObject({
      status: 'failed',
      message:
        'subscribed, but no event can be read (application/x-python-serialize): set event_serializer to "json" in the application',
    });
  });

  it('is ok while others can be read', async () => {
    const { celery } = server.services;
    const lastEventAt = Date.now() - 1_000;
    vi.spyOn(celery.events, 'counters', 'get').mockReturnValue({
      ...celery.events.counters,
      lastEventAt,
    });
    celery.unreadable.count('event', { ...foreign, hostname: null });
    expect(await event()).toMatchObject({ status: 'ok', message: 'subscribed' });
  });

  it('is ok where workers answer and send no events, and says so', async () => {
    vi.spyOn(server.services.celery.silence, 'answering', 'get').mockReturnValue(['w1@h']);
    expect(await event()).toMatchObject({
      status: 'ok',
      message: 'subscribed; workers answer, and no event comes: see health',
    });
  });
});

describe('the broker in /health/ready', () => {
  it('is ok while replies of workers cannot be read, and says which setting to change', async () => {
    const { celery } = server.services;
    celery.unreadable.count('reply', {
      reason: 'pickle is never read',
      contentType: 'application/x-python-serialize',
      hostname: null,
    });
    const { checks } = await new Readiness({ celery, warmUp: { state: 'WARM' } }).report();
    expect(checks.find(({ name }) => name === 'broker')).toMatchObject({
      status: 'ok',
      message:
        'embedded: a simulation, no broker is watched; replies of workers cannot be read (1, application/x-python-serialize): set task_serializer to "json" in the application',
    });
  });
});

describe.each(['/health/live', '/health/ready'])('%s', (path) => {
  it('answers HEAD with the status alone', async () => {
    server.warmUp.state = 'WARM';
    const response = await server.fetch(path, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s with a code', async (method) => {
    const response = await server.fetch(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Health is asked for by GET or HEAD',
          extensions: { code: 'METHOD_NOT_ALLOWED' },
        },
      ],
    });
  });

  it('needs no credentials, where everything else does', async () => {
    await using closed = await startTestServer({
      access: (audit) => ({
        authenticator: new Authenticator({ schemes: [], anonymous: null, audit, clock: Date.now }),
        hosts: null,
      }),
    });
    closed.warmUp.state = 'WARM';
    await eventually(() => expect(closed.services.celery.isSynced).toBe(true));
    expect((await closed.fetch('/graphql?query={__typename}')).status).toBe(401);
    expect((await closed.fetch(path)).status).toBe(200);
  });
});

it('says that it is stopping for as long as it still answers', async () => {
  server.warmUp.state = 'WARM';
  const socket = connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
  const answer = text(socket);
  await new Promise<void>((resolve) =>
    socket.write('GET /health/ready HTTP/1.1\r\nHost: test\r\n', () => resolve()),
  );
  await server.fetch('/health/live'); // what was written before this one was read before it
  const stopped = server[Symbol.asyncDispose]();
  socket.write('Connection: close\r\n\r\n');

  const [head = '', body = ''] = (await answer).split('\r\n\r\n');
  expect(head).toContain('503 Service Unavailable');
  expect(JSON.parse(body)).toEqual({ status: 'stopping', checks: [] });
  await stopped;
});
