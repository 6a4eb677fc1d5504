/**
 * By which names and from which pages the gateway can be reached: every way to let a caller in, with every host and
 * origin, over every transport. A page that points its own name here ("DNS rebinding") is of the same origin for its
 * browser, and may set any header.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src/access/audit-log.js';
import { sha256Of } from '../../src/access/bearer.js';
import { openAccess } from '../../src/access/open-access.js';
import { hashPassword } from '../../src/access/password-hash.js';
import { readConfig } from '../../src/config/config.js';
import { silentLogger } from '../../src/log.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { connectTcp } from '../support/connect-tcp.js';
import { WebSocket } from '../support/web-socket.js';

let folder: string;
let jwt: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
  const hash = await hashPassword('hunter3', { ln: 10, r: 8, p: 1 });
  const token = sha256Of('t0ken').toString('hex');
  await writeFile(file('auth'), `user ada admin ${hash}\ntoken ci admin ${token}\n`);
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] };
  await writeFile(file('jwks'), JSON.stringify(jwks));
  jwt = await new SignJWT({ iss: 'i', aud: 'a', sub: 'ada', role: 'admin' })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1h')
    .sign(privateKey);
});
afterAll(() => rm(folder, { recursive: true }));

const hosts = [
  ...['localhost', 'localhost:4000', '127.0.0.1:4000', '192.0.2.7:4000', 'evil.example', 'missing'],
  ...['evil.example:4000', 'celeryql.example.com', 'celeryql.example.com:4000'],
] as const;
type Host = (typeof hosts)[number];
const thisMachine: readonly Host[] = ['localhost', 'localhost:4000', '127.0.0.1:4000', 'missing'];
const withNames: readonly Host[] = [
  ...thisMachine,
  ...(['192.0.2.7:4000', 'celeryql.example.com', 'celeryql.example.com:4000'] as const),
];

const served = ['--host', '0.0.0.0', '--allowed-hosts', 'celeryql.example.com'];
const proxied = ['--trusted-proxies', '127.0.0.0/8', '--proxy-user-header', 'X-User'];
const byJwt = () => ['--jwt-jwks', file('jwks'), '--jwt-issuer', 'i', '--jwt-audience', 'a'];
const byFile = () => ['--auth-file', file('auth')];
const withRole = [...proxied, '--proxy-role-header', 'X-Role'];

interface Way {
  readonly name: string;
  readonly args: () => readonly string[];
  readonly headers: () => Readonly<Record<string, string>>;
  readonly hosts: readonly Host[];
  /** Whether the caller is known before its host is judged; false when left out. */
  readonly isMixed?: boolean;
  /** For the page of GraphiQL, which holds nothing, where they are others. */
  readonly pageHosts?: readonly Host[];
}
const nothing = () => ({});
const password = () => ({ authorization: `Basic ${btoa('ada:hunter3')}` });
const token = () => ({ authorization: 'Bearer t0ken' });

const ways: readonly Way[] = [
  { name: 'everybody on this machine', args: () => [], headers: nothing, hosts: thisMachine },
  ...['viewer', 'operator', 'admin'].flatMap((role): Way[] => {
    const flags = ['--anonymous', role];
    return [
      { name: flags.join(' '), args: () => flags, headers: nothing, hosts: thisMachine },
      {
        name: `${flags.join(' ')} at 0.0.0.0`,
        args: () => [...flags, ...served],
        headers: nothing,
        hosts: withNames,
      },
    ];
  }),
  { name: 'a token', args: byFile, headers: token, hosts },
  { name: 'a password', args: byFile, headers: password, hosts },
  { name: 'a JWT', args: byJwt, headers: () => ({ authorization: `Bearer ${jwt}` }), hosts },
  {
    name: 'a token at 0.0.0.0',
    args: () => [...byFile(), '--host', '0.0.0.0'],
    headers: token,
    hosts,
  },
  {
    name: 'a token where names are set',
    args: () => [...byFile(), ...served],
    headers: token,
    hosts: withNames,
  },
  {
    name: 'a token beside anonymous viewers',
    headers: token,
    hosts,
    args: () => [...byFile(), '--anonymous', 'viewer'],
  },
  {
    ...{
      name: 'no token beside those who have one',
      headers: nothing,
      hosts: thisMachine,
      isMixed: true,
      pageHosts: hosts,
    },
    args: () => [...byFile(), '--anonymous', 'viewer'],
  },
  {
    name: 'the header of a proxy',
    args: () => proxied,
    hosts: thisMachine,
    headers: () => ({ 'x-user': 'eve' }),
  },
  {
    name: 'the role header of a proxy',
    args: () => withRole,
    hosts: thisMachine,
    headers: () => ({ 'x-user': 'eve', 'x-role': 'admin' }),
  },
  {
    name: 'the role header at 0.0.0.0',
    args: () => [...withRole, ...served],
    hosts: withNames,
    headers: () => ({ 'x-user': 'eve', 'x-role': 'admin' }),
  },
  {
    name: 'the role header beside tokens',
    args: () => [...withRole, ...byFile()],
    isMixed: true,
    headers: () => ({ 'x-user': 'eve', 'x-role': 'admin' }),
    hosts: thisMachine,
  },
];

const origins = ['none', 'same', 'evil', 'null'] as const;
type Origin = (typeof origins)[number];
const shown = (origin: Origin, host: Host): string =>
  ({ none: '', same: `http://${host}`, evil: 'http://evil.example:8000', null: 'null' })[origin];

/** What came of a request: `in`, `host` or `origin` if that was refused, else the response. */
type Outcome = string;

interface Sent {
  readonly port: number;
  readonly host: Host;
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

const query = (document: string) => `/graphql?query=${encodeURIComponent(document)}`;

/** Over a connection of its own, as it stands here: HTTP/1.0 is what may leave out the host. */
async function raw(
  { port, host, origin, headers }: Sent,
  [method, path, body = '']: readonly [method: string, path: string, body?: string],
  more: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const all = {
    ...headers,
    ...more,
    ...(host !== 'missing' && { host }),
    ...(origin !== '' && { origin }),
    ...(body !== '' && { 'content-type': 'application/json', 'content-length': String(body.length) }),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const socket = connectTcp(port, '127.0.0.1');
  const version = host === 'missing' ? '1.0' : '1.1';
  socket.write([`${method} ${path} HTTP/${version}`, ...lines, '', body].join('\r\n'));
  let response = '';
  for await (const chunk of socket) {
    response += String(chunk);
    if (/^HTTP\/1\.\d 200 /.test(response)) break; // a stream has no end
  }
  return outcomeOf(response);
}

function outcomeOf(response: string): Outcome {
  if (response.includes('may not be addressed by this name')) return 'host';
  if (response.includes('pages of other origins are refused')) return 'origin';
  const [status = ''] = response.split('\r\n', 1);
  return status.includes(' 200 ') ? 'in' : response;
}

async function overWebSocket({ port, host, origin, headers }: Sent): Promise<Outcome> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
    headers: { ...headers, host, ...(origin !== '' && { origin }) },
  });
  const refused = new Promise<Outcome>((resolve) => {
    socket.once(
      'unexpected-response',
      (_request, response) => void text(response).then(outcomeOf).then(resolve),
    );
    socket.once('close', (code: number) => resolve(code === 4403 ? 'host' : `closed with ${code}`));
    socket.once('error', () => undefined);
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => resolve('in'));
  });
  const outcome = await refused;
  socket.terminate();
  return outcome;
}

const mutation = JSON.stringify({ query: 'mutation { invalidateCache { invalidated } }' });
const navigation = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
};

const transports: Readonly<Record<string, (sent: Sent) => Promise<Outcome>>> = {
  'GET query': (sent) => raw(sent, ['GET', query('{ me { name } }')]),
  'GET metrics': (sent) => raw(sent, ['GET', '/metrics']),
  'POST mutation': (sent) => raw(sent, ['POST', '/graphql', mutation]),
  'GET navigation': (sent) => raw(sent, ['GET', query('{ me { name } }')], navigation),
  'server-sent events': (sent) =>
    raw(sent, ['GET', query('subscription { cacheStats { timestamp } }')], {
      accept: 'text/event-stream',
    }),
  WebSocket: overWebSocket,
};

describe.each(ways)(
  'Let in by $name',
  ({ args, headers, hosts: own, isMixed = false, pageHosts = own }) => {
    let server: TestServer;
    beforeAll(async () => {
      const audit = new AuditLog({ log: silentLogger, maxRecords: 10 });
      const config = readConfig(['--broker', 'embedded', ...args()], {});
      const access = await openAccess(config, { audit, log: silentLogger, clock: Date.now });
      server = await startTestServer({ access: () => access, args: ['--rate-limit', '0'] });
    });
    afterAll(() => server[Symbol.asyncDispose]());

    it.each(Object.entries(transports))('by %s', async (transport, send) => {
      const port = Number(new URL(server.origin).port);
      const allowed = transport === 'GET navigation' ? pageHosts : own;
      const [seen, expected]: [unknown[], unknown[]] = [[], []];
      for (const host of hosts)
        for (const origin of origins) {
          // HTTP/1.1, which WebSockets need, has a host; and where there is none, no origin is the same.
          if (host === 'missing' && (transport === 'WebSocket' || origin === 'same')) continue;
          const sent = { port, host, origin: shown(origin, host), headers: headers() };
          seen.push([host, origin, await send(sent)]);
          const isForeign = origin === 'evil' || origin === 'null';
          const [byHost, byOrigin] = [
            allowed.includes(host) ? null : 'host',
            isForeign ? 'origin' : null,
          ];
          const reasons = isMixed ? [byOrigin, byHost] : [byHost, byOrigin];
          expected.push([host, origin, reasons.find((reason) => reason !== null) ?? 'in']);
        }
      expect(seen).toEqual(expected);
    });
  },
);
