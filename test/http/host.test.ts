/**
 * Where everybody on this machine is let in, a page could make its own name point here and ask as its reader ("DNS
 * rebinding"): requests under a foreign name are refused.
 */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AllowedHosts } from '../../src/access/allowed-hosts.js';
import { Authenticator } from '../../src/access/authenticator.js';
import { webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

const own = [
  'localhost',
  'localhost:4000',
  '127.0.0.1:4000',
  '[::1]:4000',
  'LOCALHOST',
  'app.localhost',
];
const foreign = [
  'evil.test',
  'evil.test:4000',
  'localhost.evil.test',
  '127.0.0.1.evil.test',
  '0.0.0.0',
  '192.0.2.1',
  'a b',
  'evil.test@localhost',
  'localhost/evil.test',
  'localhost#evil.test',
  'localhost?',
  'localhost\\evil.test',
];

describe('AllowedHosts', () => {
  const hosts = new AllowedHosts(['Celeryql.example.com']);
  it.each([...own, 'celeryql.example.com:4000', undefined])('allows %s', (host) => {
    expect(hosts.allows(host)).toBe(true);
  });
  it.each(foreign)('does not allow %s', (host) => {
    expect(hosts.allows(host)).toBe(false);
  });

  it('allows the addresses of other machines where it serves them, and of no machine nowhere', () => {
    const served = new AllowedHosts([], { ipAddresses: true });
    const addresses = [
      '10.1.2.3:4000',
      '192.0.2.1',
      '[2001:db8::1]:4000',
      '0.0.0.0',
      '[::]',
      'evil.test',
    ];
    expect(addresses.map((host) => served.allows(host))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('A request under a foreign name', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      access: (audit) => ({
        authenticator: new Authenticator({ schemes: [], anonymous: 'admin', audit, clock: Date.now }),
        hosts: new AllowedHosts([]),
      }),
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const send = (method: string, path: string, headers: Record<string, string>) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      request(server.origin + path, { method, headers }, resolve)
        .on('error', reject)
        .end();
    });
  const evil = { host: 'evil.test', origin: 'http://evil.test', 'content-type': 'application/json' };

  it('is on record with the host and the origin that were seen', async () => {
    await send('GET', '/graphql?query={secret}', evil);
    const [record] = server.services.audit.records();
    expect(record).toMatchObject({
      action: 'request',
      outcome: 'FORBIDDEN',
      code: 'FORBIDDEN',
      address: '127.0.0.1',
      arguments: '{"origin":"http://evil.test","host":"evil.test","path":"/graphql"}',
    });
    expect(server.log.join('\n')).toContain('"arguments":"{\\"origin\\":\\"http://evil.test\\"');
  });

  it.each([
    ['GET', '/graphql?query={__typename}', evil],
    ['POST', '/graphql', evil],
    ['POST', '/api/v1/celery/cache/invalidate', evil],
    ['GET', '/graphql', { ...evil, accept: 'text/html' }],
    ['GET', '/graphql?query={__typename}', { 'x-forwarded-host': 'evil.test' }],
  ])('is refused: %s %s %j', async (method, path, headers) => {
    const response = await send(method, path, headers);
    expect([response.statusCode, await json(response)]).toMatchObject([
      403,
      {
        errors: [
          {
            message: expect.stringContaining('--allowed-hosts') as string,
            extensions: { code: 'FORBIDDEN' },
          },
        ],
      },
    ]);
  });

  it('gets no WebSocket', async () => {
    const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws', { headers: evil });
    const status = await new Promise((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('error', () => undefined);
    });
    expect(status).toBe(403);
  });

  it.each(own)('is not: %s', async (host) => {
    const response = await send('GET', '/graphql?query={__typename}', { host });
    expect([response.statusCode, await json(response)]).toEqual([
      200,
      { data: { __typename: 'Query' } },
    ]);
  });
});
