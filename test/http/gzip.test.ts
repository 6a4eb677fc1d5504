import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const large = '{ tasks(first: 20) { nodes { id taskId name state hostname receivedAt startedAt } } }';
const small = '{ taskStatus { total } }';

describe('Answers in gzip', () => {
  let server: TestServer;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  beforeAll(async () => {
    server = await startTestServer();
    await eventually(() => expect(server.services.celery.state.stats().tasks).toBeGreaterThan(20));
  });
  afterAll(async () => {
    agent.destroy();
    await server[Symbol.asyncDispose]();
  });

  const send = (
    path: string,
    acceptEncoding: string | null,
    { method = 'GET', headers = {}, body = '' } = {},
  ): Promise<Received> =>
    new Promise((resolve, reject) => {
      const encoding = acceptEncoding === null ? {} : { 'accept-encoding': acceptEncoding };
      const options = { method, agent, headers: { ...encoding, ...headers } };
      const sent = request(server.origin + path, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, body: Buffer.concat(chunks) });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const pathOf = (query: string): string => `/graphql?query=${encodeURIComponent(query)}`;
  const json = (text: Buffer): { readonly data: unknown } =>
    JSON.parse(text.toString()) as { readonly data: unknown };

  it.each([
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'gzip'],
    ['*', 'gzip'],
    ['br', undefined],
    ['identity', undefined],
    ['gzip;q=0', undefined],
    ['gzip;q=0.2, identity;q=0.8', undefined],
    [null, undefined],
  ])(
    'are sent to a client whose Accept-Encoding is %s in the encoding %s',
    async (accepted, encoding) => {
      const { headers, body } = await send(pathOf(large), accepted);

      expect(headers['content-encoding']).toBe(encoding);
      expect(headers['content-length']).toBe(String(body.length));
      expect(headers['vary']).toContain('Accept-Encoding');
      const plain = encoding === undefined ? body : gunzipSync(body);
      expect(json(plain).data).toHaveProperty('tasks.nodes.19.taskId');
    },
  );

  it('are less than half as long, executed and kept, and say the same', async () => {
    server.services.caches.invalidate();
    const hitsBefore = server.kept?.stats.hits ?? 0;
    const answers: Received[] = [];
    for (let time = 0; time < 4; time++) answers.push(await send(pathOf(large), 'gzip'));
    const plain = await send(pathOf(large), 'identity');

    expect((server.kept?.stats.hits ?? 0) - hitsBefore).toBeGreaterThan(0);
    for (const { body } of answers) {
      expect(json(gunzipSync(body)).data).toEqual(json(plain.body).data);
      expect(body.length).toBeLessThan(plain.body.length / 2);
    }
    expect(new Set(answers.map(({ headers }) => headers['etag']))).toEqual(
      new Set([plain.headers['etag']]),
    );
  });

  it('are read by fetch', async () => {
    for (let time = 0; time < 4; time++) {
      const response = await server.fetch(pathOf(large));
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(await response.json()).toHaveProperty('data.tasks.nodes');
    }
  });

  it('are not made of what fits into one packet', async () => {
    const { headers, body } = await send(pathOf(small), 'gzip');

    expect(headers['content-encoding']).toBeUndefined();
    expect(json(body).data).toHaveProperty('taskStatus.total');
  });

  it('have the same headers for HEAD as for GET', async () => {
    const get = await send(pathOf(large), 'gzip');
    const head = await send(pathOf(large), 'gzip', { method: 'HEAD' });

    expect(head.body).toHaveLength(0);
    expect(head.headers['content-encoding']).toBe('gzip');
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
    expect(head.headers['etag']).toBe(get.headers['etag']);
  });

  it('are not sent again to a client that has them in any encoding', async () => {
    const { headers } = await send(pathOf(large), 'identity');
    const validators = { 'if-none-match': String(headers['etag']) };

    const again = await send(pathOf(large), 'gzip', { headers: validators });

    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect(again.headers['content-encoding']).toBeUndefined();
    expect(again.headers['vary']).toContain('Accept-Encoding');
  });

  it('are of REST too', async () => {
    const { headers, body } = await send('/api/v1/celery/cache/stats', 'gzip');

    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(body).toString())).toHaveProperty('timestamp');
  });

  it('are not made of event streams', async () => {
    const { headers, body } = await send(pathOf(large), 'gzip', {
      headers: { accept: 'text/event-stream' },
    });

    expect(headers['content-type']).toMatch(/^text\/event-stream/);
    expect(headers['content-encoding']).toBe('none');
    expect(body.toString()).toContain('event: next');
  });
});
