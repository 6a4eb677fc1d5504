/**
 * Who may do what, with real workers as witnesses: what a viewer is refused has no effect, and leaves no trace but the
 * record of the refusal.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/access/bearer.js';
import { hashPassword } from '../../src/access/password-hash.js';
import { inspectCommands } from '../../src/celery/inspect/inspect.js';
import { createLogger } from '../../src/log.js';
import { celeryInspect, sendTasks, startCluster } from '../support/celery.js';
import type { Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { describeOneCelery } from '../support/matrix.js';
import { mutations } from '../support/mutations.js';
import { watching } from '../support/watch.js';
import { WebSocket } from '../support/web-socket.js';

const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
const admin = basic('ada', 'hunter3');
const viewer = 'Bearer viewer-t0ken';
const operator = 'Bearer operator-t0ken';

let folder: string;
let authFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
  authFile = join(folder, 'auth');
  const hash = await hashPassword('hunter3', { ln: 10, r: 8, p: 1 });
  const token = (name: string) => `token ${name} ${name} ${sha256Of(`${name}-t0ken`).toString('hex')}`;
  await writeFile(
    authFile,
    [`user ada admin ${hash}`, token('viewer'), token('operator'), ''].join('\n'),
  );
});
afterAll(() => rm(folder, { recursive: true }));

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
}

const codesOf = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions?.code);

/** Every way to send an operation. */
const ways: Readonly<
  Record<string, (gateway: TestGateway, query: string, authorization: string) => Promise<Answer>>
> = {
  HTTP: async (gateway, query, authorization) => {
    const headers = { 'content-type': 'application/json', authorization };
    const body = JSON.stringify({ query });
    const response = await gateway.fetch('/graphql', { method: 'POST', headers, body });
    return (await response.json()) as Answer;
  },
  'a batch': async (gateway, query, authorization) => {
    const headers = { 'content-type': 'application/json', authorization };
    const body = JSON.stringify([{ query: '{ __typename }' }, { query }]);
    const response = await gateway.fetch('/graphql', { method: 'POST', headers, body });
    const answers = (await response.json()) as [Answer, Answer] | Answer;
    return Array.isArray(answers) ? answers[1] : answers;
  },
  'server-sent events': async (gateway, query, authorization) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', authorization };
    const body = JSON.stringify({ query });
    const response = await gateway.fetch('/graphql', { method: 'POST', headers, body });
    const text = await response.text();
    return JSON.parse(/^data: ?(\{.*)$/m.exec(text)?.[1] ?? text) as Answer;
  },
  'a WebSocket': async (gateway, query, authorization) => {
    const url = gateway.url.replace('http', 'ws');
    const connectionParams = { Authorization: authorization };
    const client = createClient({ url, connectionParams, webSocketImpl: WebSocket, retryAttempts: 0 });
    try {
      const { value } = (await client.iterate({ query }).next()) as { value: Answer };
      return value;
    } finally {
      await client.dispose();
    }
  },
};

async function ask<Data>(gateway: TestGateway, query: string, authorization = admin): Promise<Data> {
  const { data, errors } = (await ways['HTTP']?.(gateway, query, authorization)) ?? {};
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data as Data;
}

describeOneCelery('access', (version) => {
  let cluster: Cluster;
  let gateway: TestGateway;
  let running: string;
  /** What could be seen from outside if anything had been done. */
  let before: unknown;
  let lines: number;
  const log: string[] = [];

  async function state(): Promise<unknown> {
    const inspect = async (method: string) => celeryInspect(cluster.application, method);
    const { 'w1@test': stats } = (await inspect('stats')) as Record<
      string,
      { pool: object; pid: number }
    >;
    const { 'w1@test': active } = (await inspect('active')) as Record<string, { id: string }[]>;
    return {
      ...{ pool: stats?.pool, pid: stats?.pid, active: active?.map(({ id }) => id) },
      ...{ queues: await inspect('active_queues'), revoked: await inspect('revoked') },
    };
  }

  beforeAll(async () => {
    cluster = await startCluster({ version, workers: [{ queues: ['default', 'slow'] }] });
    [running = ''] = await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [600] }]);
    await cluster.worker('w1').waitForLine(new RegExp(`${running}\\] received`));
    gateway = await startTestGateway({
      ...watching(cluster),
      args: ['--auth-file', authFile],
      log: createLogger('debug', (line) => void log.push(line)),
    });
    await eventually(async () => {
      const {
        workers: { nodes: workers },
      } = await ask<{ workers: { nodes: { status: string }[] } }>(
        gateway,
        '{ workers(useCache: false) { nodes { status } } }',
      );
      expect(workers).toEqual([{ status: 'ONLINE' }]);
    }, 20_000);
    before = await state();
    lines = cluster.worker('w1').lineCount;
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster.worker('w1').kill(); // it would finish its task first
    await cluster[Symbol.asyncDispose]();
  });

  /** What is done to a worker, it logs. */
  function expectNothingLogged(): void {
    const worker = cluster.worker('w1');
    const added = worker.lineCount - lines;
    expect(added === 0 ? '' : worker.log(added)).toBe('');
  }

  it("a viewer's token can do nothing but read, whichever way it comes", async () => {
    await using tap = await cluster.tap();
    for (const [way, send] of Object.entries(ways)) {
      for (const { name, role, document } of mutations) {
        const answer = await send(gateway, document, viewer);
        expect([way, name, role, answer.data ?? null, codesOf(answer)]).toEqual([
          ...[way, name, role, { [name]: null }, ['FORBIDDEN']],
        ]);
      }
      const answer = await send(gateway, '{ workers { nodes { hostname } } me { role } }', viewer);
      expect([way, answer.data]).toEqual([
        way,
        { workers: { nodes: [{ hostname: 'w1@test' }] }, me: { role: 'VIEWER' } },
      ]);
      expect(codesOf(await send(gateway, '{ audit { nodes { id } } }', viewer))).toEqual(['FORBIDDEN']);
    }
    await tap.flush();
    const sent = tap.broadcasts().filter((method) => !(method in inspectCommands));
    expect(sent).toEqual([]);
    expectNothingLogged();
    expect(await state()).toEqual(before);
  });

  it("a viewer's token changes nothing by REST, and no token does by GET", async () => {
    const rest = await gateway.fetch('/api/v1/celery/cache/invalidate', {
      method: 'POST',
      headers: { authorization: viewer },
    });
    expect([rest.status, await rest.json()]).toMatchObject([403, { error: { code: 'FORBIDDEN' } }]);
    for (const { document } of mutations) {
      const path = `/graphql?query=${encodeURIComponent(document)}`;
      const response = await gateway.fetch(path, { headers: { authorization: admin } });
      expect(response.status).toBe(405);
    }
    expectNothingLogged();
  });

  it('an operator is refused what takes an admin', async () => {
    for (const { name, document } of mutations.filter(({ role }) => role === 'admin'))
      expect([name, codesOf((await ways['HTTP']?.(gateway, document, operator)) ?? {})]).toEqual([
        name,
        ['FORBIDDEN'],
      ]);
    expectNothingLogged();
  });

  it('wrong credentials are refused whichever way they come', async () => {
    for (const [way, send] of Object.entries(ways)) {
      const refused = await send(gateway, '{ __typename }', 'Bearer wrong').then(
        codesOf,
        (closed: unknown) => [(closed as { code?: number }).code],
      );
      const answer = way === 'a WebSocket' ? 4401 : 'UNAUTHENTICATED';
      expect([way, refused]).toEqual([way, [answer]]);
    }
  });

  it("a foreign page's form changes nothing, though the browser adds the admin's password", async () => {
    const invalidations = async () => {
      const query = '{ cacheStats { caches { invalidations } } }';
      return ask<Record<string, unknown>>(gateway, query);
    };
    const then = await invalidations();
    const [first] = mutations;
    const query = first?.document ?? '';
    const bodies = {
      'application/x-www-form-urlencoded': `query=${encodeURIComponent(query)}`,
      'multipart/form-data; boundary=b': `--b\r\ncontent-disposition: form-data; name="query"\r\n\r\n${query}\r\n--b--\r\n`,
      'text/plain': JSON.stringify({ query }),
      'application/json': JSON.stringify({ query }),
    };
    for (const origin of ['https://evil.test', 'null'])
      for (const [type, body] of Object.entries(bodies))
        for (const path of ['/graphql', '/api/v1/celery/cache/invalidate']) {
          const headers = { 'content-type': type, authorization: admin, origin };
          const response = await gateway.fetch(path, { method: 'POST', headers, body });
          expect([type, path, response.status]).toEqual([type, path, 403]);
        }
    expect(await invalidations()).toEqual(then);
    expectNothingLogged();
  });

  it('the audit log shows it all, and no secret', async () => {
    const {
      audit: { nodes: audit },
    } = await ask<{ audit: { nodes: Record<string, unknown>[] } }>(
      gateway,
      '{ audit(first: 1000) { nodes { action viewer role method address outcome code } } }',
    );
    const by = { viewer: 'viewer', role: 'VIEWER', method: 'BEARER', address: '127.0.0.1' };
    for (const { name } of mutations) {
      const refused = audit.filter(
        (record) => record['action'] === name && record['viewer'] === 'viewer',
      );
      expect(refused.length).toBeGreaterThanOrEqual(Object.keys(ways).length);
      for (const record of refused)
        expect(record).toEqual({ action: name, ...by, outcome: 'FORBIDDEN', code: 'FORBIDDEN' });
    }
    const wrong = audit.filter(({ action }) => action === 'authenticate');
    expect(wrong).toHaveLength(Object.keys(ways).length);
    for (const record of wrong)
      expect(record).toMatchObject({ viewer: null, address: '127.0.0.1', outcome: 'UNAUTHENTICATED' });
    const logged = log
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ message }) => message === 'audit');
    const kindOf = ({ action, viewer: name, outcome }: Record<string, unknown>) =>
      JSON.stringify([action, name, outcome]);
    expect(new Set(logged.map(kindOf))).toEqual(new Set(audit.map(kindOf)));
    expect(JSON.stringify([audit, log])).not.toMatch(/t0ken|hunter3|Bearer wrong/);
  });

  it('in read-only mode an admin changes nothing either', async () => {
    await using readOnly = await startTestGateway({
      ...watching(cluster),
      args: ['--auth-file', authFile, '--read-only', 'true'],
    });
    for (const { name, document } of mutations) {
      const { errors = [] } = (await ways['HTTP']?.(readOnly, document, admin)) ?? {};
      expect([name, errors]).toMatchObject([
        name,
        [{ message: 'The gateway is read-only', extensions: { code: 'FORBIDDEN' } }],
      ]);
    }
    expectNothingLogged();
    expect(await state()).toEqual(before);
  });

  it('an admin, for comparison, stops the worker with what a viewer was refused', async () => {
    const shutdown = mutations.find(({ name }) => name === 'shutdownWorkers');
    await ways['HTTP']?.(gateway, shutdown?.document ?? '', admin);
    await cluster.worker('w1').waitForLine(/shutdown/i, 20_000, lines);
  });
});

describe('An identity provider', () => {
  it('grants roles by the tokens that it signed, until they expire', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] };
    const provider = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => provider.once('listening', resolve));
    const { port } = provider.address() as AddressInfo;
    const sign = (claims: object, seconds: number) =>
      new SignJWT({ iss: 'https://id.test', aud: 'celeryql', sub: 'ada', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(privateKey);
    try {
      await using gateway = await startTestGateway({
        args: [
          ...['--jwt-jwks', `http://127.0.0.1:${port}/jwks.json`, '--jwt-issuer', 'https://id.test'],
          ...['--jwt-audience', 'celeryql', '--jwt-role-claim', 'groups', '--role-map', 'ops=operator'],
        ],
      });
      const ops = `Bearer ${await sign({ groups: ['dev', 'ops'] }, 60)}`;
      for (const [way, send] of Object.entries(ways)) {
        const { data } = await send(gateway, '{ me { name role method } }', ops);
        expect([way, data]).toEqual([way, { me: { name: 'ada', role: 'OPERATOR', method: 'JWT' } }]);
      }
      expect(
        codesOf(
          (await ways['HTTP']?.(gateway, '{ me { name } }', `Bearer ${await sign({}, 60)}`)) ?? {},
        ),
      ).toEqual(['FORBIDDEN']);

      const brief = `Bearer ${await sign({ groups: ['viewer'] }, 3)}`;
      const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', {
        headers: { authorization: brief },
      });
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.once('open', () => socket.send('{"type":"connection_init"}'));
      const response = await gateway.fetch('/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: brief,
        },
        body: JSON.stringify({ query: 'subscription { cacheStats { timestamp } }' }),
      });
      expect(await response.text()).toContain('"code":"UNAUTHENTICATED"');
      expect(await closed).toBe(4401);
    } finally {
      provider.close();
    }
  });
});

describe('A proxy', () => {
  const headers = { 'x-user': 'ada', 'x-groups': 'admins', 'x-forwarded-for': '192.0.2.9' };
  const flags = [
    '--proxy-user-header',
    'X-User',
    '--proxy-role-header',
    'X-Groups',
    '--role-map',
    'admins=admin',
  ];
  const me = '/graphql?query={me{name,role,method}}';

  it('that is trusted signs users in, and passes their addresses on', async () => {
    await using gateway = await startTestGateway({
      args: [...flags, '--trusted-proxies', '127.0.0.0/8'],
    });
    const response = await gateway.fetch(me, { headers });
    expect(await response.json()).toMatchObject({
      data: { me: { name: 'ada', role: 'ADMIN', method: 'PROXY' } },
    });
    const mutation = await gateway.fetch('/api/v1/celery/cache/invalidate', { method: 'POST', headers });
    expect(mutation.status).toBe(200);
    const query = encodeURIComponent(
      '{ audit(action: "invalidateCache") { nodes { viewer address } } }',
    );
    const audit = await gateway.fetch(`/graphql?query=${query}`, { headers });
    expect(await audit.json()).toMatchObject({
      data: { audit: { nodes: [{ viewer: 'ada', address: '192.0.2.9' }] } },
    });
    expect((await gateway.fetch(me)).status).toBe(401);
  });

  it('that is not trusted is a client like others', async () => {
    await using gateway = await startTestGateway({
      args: [...flags, '--trusted-proxies', '10.0.0.0/8'],
    });
    expect((await gateway.fetch(me, { headers })).status).toBe(401);
  });
});
