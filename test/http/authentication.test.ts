/** Credentials on every entry point: a client with none, or with wrong ones, gets an error and nothing else. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authenticator } from '../../src/access/authenticator.js';
import { BasicScheme } from '../../src/access/basic.js';
import { sha256Of, TokenScheme } from '../../src/access/bearer.js';
import { FailedAttempts } from '../../src/access/failed-attempts.js';
import { hashPassword, parsePasswordHash } from '../../src/access/password-hash.js';
import type { PasswordHash } from '../../src/access/password-hash.js';
import type { Scheme } from '../../src/access/attempt.js';
import { AuthenticationUnavailableError } from '../../src/errors.js';
import { TrustedProxies } from '../../src/access/trusted-proxies.js';
import { webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
const page = { accept: 'text/html' };
/** Each test comes from an address of its own: failures count by address. */
let lastAddress = 0;
const from = () => ({ 'x-forwarded-for': `192.0.2.${++lastAddress}` });

describe('With users and tokens', () => {
  let server: TestServer;
  beforeAll(async () => {
    const password = parsePasswordHash(
      await hashPassword('hunter3', { ln: 10, r: 1, p: 1 }),
    ) as PasswordHash;
    server = await startTestServer({
      access: (audit) => {
        const clock = Date.now;
        const failures = new FailedAttempts({ clock });
        const schemes = [
          new BasicScheme({ users: [{ name: 'ada', role: 'admin', password }], failures }),
          new TokenScheme([{ name: 'grafana', role: 'viewer', sha256: sha256Of('t0ken') }]),
        ];
        const proxies = new TrustedProxies([{ address: '127.0.0.1', prefix: 32 }]);
        const given = { schemes, anonymous: null, audit, clock, failures, proxies };
        return { authenticator: new Authenticator(given), hosts: null };
      },
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const query = { query: '{ taskStatus { total } }' };
  const post = (headers: Record<string, string>, body: object = query) =>
    server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...from(), ...headers },
      body: JSON.stringify(body),
    });

  it.each([
    ['a query', 'POST', '/graphql', {}],
    ['a query by GET', 'GET', '/graphql?query={__typename}', {}],
    ['its headers alone', 'HEAD', '/graphql?query={__typename}', {}],
    [
      'a stream',
      'GET',
      '/graphql?query=subscription{cacheStats{timestamp}}',
      { accept: 'text/event-stream' },
    ],
    ['a REST route', 'GET', '/api/v1/celery/tasks/status', {}],
    ['a REST route that changes something', 'POST', '/api/v1/celery/cache/invalidate', {}],
    ['any other path', 'GET', '/nothing', {}],
    ['the page', 'GET', '/graphql', page],
  ])(
    'refuses %s without credentials, and says which ones it takes',
    async (_name, method, path, headers) => {
      const response = await server.fetch(path, { method, headers: { ...from(), ...headers } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(
        'Basic realm="celeryql", charset="UTF-8", Bearer realm="celeryql"',
      );
      const body = await response.text();
      const [message, code] = ['Credentials are required', 'UNAUTHENTICATED'];
      if (method !== 'HEAD')
        expect(JSON.parse(body)).toEqual({
          ...(path.startsWith('/api/') && { error: { code, message } }),
          errors: [{ message, extensions: { code } }],
        });
    },
  );

  it.each([
    ['a wrong password', basic('ada', 'hunter2')],
    ['an unknown user', basic('bob', 'hunter3')],
    ['an unknown token', 'Bearer token'],
    ['half a pair', 'Basic YWRh'],
    ['a scheme that it does not know', 'Digest username="ada"'],
    ['a scheme without credentials', 'Bearer'],
    ['no scheme', ''],
  ])('refuses %s, and does not say what was wrong', async (_name, authorization) => {
    const response = await post({ authorization });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      errors: [{ message: 'Credentials are missing or wrong', extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it.each([
    ['a password', basic('ada', 'hunter3')],
    ['a token', 'Bearer t0ken'],
    ['a token, the scheme in any case', 'bearer t0ken'],
  ])('answers who has %s', async (_name, authorization) => {
    const response = await post({ authorization });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { data: { taskStatus: { total: expect.any(Number) as number } } },
    ]);
    const shown = await server.fetch('/graphql', { headers: { ...page, authorization, ...from() } });
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('refuses two credentials at once, since either could be meant', async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = [
        'Authorization',
        'Bearer t0ken',
        'Authorization',
        'Bearer other',
        'Host',
        'localhost',
      ];
      request(`${server.origin}/graphql?query={__typename}`, { headers }, resolve)
        .on('error', reject)
        .end();
    });
    expect([response.statusCode, await json(response)]).toMatchObject([401, { errors: [{}] }]);
  });

  it('lets a viewer read, and do nothing else', async () => {
    const mutation = { query: 'mutation { invalidateCache { invalidated } }' };
    const refused = await post({ authorization: 'Bearer t0ken' }, mutation);
    expect(await refused.json()).toMatchObject({
      data: { invalidateCache: null },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    const rest = await server.fetch('/api/v1/celery/cache/invalidate', {
      method: 'POST',
      headers: { authorization: 'Bearer t0ken' },
    });
    expect([rest.status, await rest.json()]).toMatchObject([403, { error: { code: 'FORBIDDEN' } }]);
    expect(
      await (await post({ authorization: basic('ada', 'hunter3') }, mutation)).json(),
    ).toMatchObject({
      data: { invalidateCache: {} },
    });
  });

  it('asks a client that fails too often to wait, and lets all others in meanwhile', async () => {
    const place = from();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++)
      statuses.push((await post({ ...place, authorization: `Bearer ${attempt}` })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);

    const refused = await post({ ...place, authorization: basic('eve', 'hunter3') });
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post({ ...place, authorization: 'Bearer t0ken' })).status).toBe(200);
    expect((await post({ authorization: basic('ada', 'hunter3') })).status).toBe(200);
  });

  it('records each refusal with its address and the name that was tried, without the secret', async () => {
    const place = from();
    await post({ ...place, authorization: 'Bearer s3cret' });
    await post({ ...place, authorization: basic('mallory', 's3cret') });
    const records = server.services.audit
      .records()
      .filter(({ address }) => address === place['x-forwarded-for']);
    expect(records).toMatchObject(
      ['basic', 'bearer'].map((method) => ({
        ...{ action: 'authenticate', outcome: 'UNAUTHENTICATED', code: 'UNAUTHENTICATED' },
        ...{ method, viewer: null, role: null, arguments: null },
        claimedName: method === 'basic' ? 'mallory' : null,
      })),
    );
    expect(JSON.stringify([records, server.log])).not.toMatch(/s3cret/);
  });

  describe('over WebSocket', () => {
    /** Connects, and says what the server answers `connection_init` with. */
    function connect(headers: Record<string, string>, payload?: object): Promise<number | string> {
      const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws', {
        headers: { ...from(), ...headers },
      });
      return new Promise((resolve, reject) => {
        socket.once('error', reject);
        socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
        socket.once('message', (data: Buffer) => {
          resolve((JSON.parse(String(data)) as { type: string }).type);
          socket.terminate();
        });
        socket.once('close', resolve);
      });
    }

    it.each([
      ['of the upgrade', { authorization: 'Bearer t0ken' }, undefined],
      ['of connection_init', {}, { Authorization: 'Bearer t0ken' }],
      ['of connection_init, named in any case', {}, { authorization: basic('ada', 'hunter3') }],
    ])('takes the credentials %s', async (_name, headers, payload) => {
      expect(await connect(headers, payload)).toBe('connection_ack');
    });

    it.each([
      ['without any', {}, undefined],
      ['with wrong ones in the upgrade', { authorization: 'Bearer wrong' }, undefined],
      ['with wrong ones in connection_init', {}, { Authorization: 'Bearer wrong' }],
      ['with two of them', {}, { Authorization: 'Bearer t0ken', authorization: 'Bearer wrong' }],
      ['with something that is no text', {}, { Authorization: ['Bearer t0ken'] }],
      [
        'with wrong ones in the upgrade, whatever follows',
        { authorization: 'Bearer x' },
        { Authorization: 'Bearer t0ken' },
      ],
    ])('closes with 4401 %s', async (_name, headers, payload) => {
      expect(await connect(headers, payload)).toBe(4401);
    });

    it('closes with 4401 when a client asks before it has authenticated', async () => {
      const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
      const closed = new Promise((resolve) => socket.once('close', resolve));
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: query }));
      expect(await closed).toBe(4401);
    });
  });
});

describe('With tokens alone', () => {
  it('shows the page to everybody: it holds nothing, and has a place for the token', async () => {
    await using server = await startTestServer({
      access: (audit) => {
        const schemes = [new TokenScheme([{ name: 'ci', role: 'viewer', sha256: sha256Of('t0ken') }])];
        const given = { schemes, anonymous: null, audit, clock: Date.now };
        return { authenticator: new Authenticator(given), hosts: null };
      },
    });
    expect((await server.fetch('/graphql', { headers: page })).status).toBe(200);
    expect((await server.query('{ __typename }')).status).toBe(401);
  });
});

describe('With credentials that expire', () => {
  /** A viewer until half a second after it has come. */
  const brief: Scheme = {
    method: 'jwt',
    challenge: null,
    authenticate: async () => ({
      ...{ name: 'ada', role: 'viewer', method: 'jwt' },
      expiresAt: Date.now() + 500,
    }),
  };
  const subscription = 'subscription { cacheStats { timestamp } }';
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      access: (audit) => {
        const given = { schemes: [brief], anonymous: null, audit, clock: Date.now };
        return { authenticator: new Authenticator(given), hosts: null };
      },
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('ends a stream of server-sent events, and says why', async () => {
    const response = await server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: subscription }),
    });
    const text = await response.text(); // ends only when the stream does
    expect(text).toContain('"timestamp"');
    expect(text).toContain('"code":"UNAUTHENTICATED"');
  });

  it('closes a WebSocket with 4401, and its subscriptions with it', async () => {
    const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: subscription } }));
    expect(await closed).toBe(4401);
  });
});

it('Credentials that cannot be checked now are not called wrong: 503, nothing counted, nothing on record', async () => {
  const away: Scheme = {
    method: 'jwt',
    challenge: 'Bearer realm="celeryql"',
    authenticate: async () => Promise.reject(new AuthenticationUnavailableError()),
  };
  await using server = await startTestServer({
    access: (audit) => {
      const given = { schemes: [away], anonymous: null, audit, clock: Date.now };
      return { authenticator: new Authenticator(given), hosts: null };
    },
  });
  for (let attempt = 0; attempt < 12; attempt++) {
    const { status, headers, errors } = await server.query('{ __typename }');
    expect([status, headers.get('www-authenticate'), errors]).toEqual([
      503,
      null,
      [{ message: 'Credentials cannot be checked now', extensions: { code: 'UNAUTHENTICATED' } }],
    ]);
  }
  expect(server.services.audit.records()).toEqual([]);
});

it('In read-only mode an admin changes nothing, and the attempt is on record', async () => {
  await using server = await startTestServer({ readOnly: true });
  const { errors } = await server.query('mutation { invalidateCache { invalidated } }');
  expect(errors).toMatchObject([
    { message: 'The gateway is read-only', extensions: { code: 'FORBIDDEN' } },
  ]);
  expect(server.services.audit.records()).toMatchObject([
    { action: 'invalidateCache', outcome: 'FORBIDDEN', role: 'admin' },
  ]);
});
