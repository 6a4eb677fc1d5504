/** What a running gateway reads again, by its command: on SIGHUP, and when a file changes. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/access/bearer.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { startRedis } from '../support/redis.js';
import type { RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { WebSocket } from '../support/web-socket.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'celeryql-'))));
afterEach(() => rm(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const line = (name: string, role = 'viewer') =>
  `token ${name} ${role} ${sha256Of(`${name}-t0ken`).toString('hex')}\n`;

/** As editors and `mv` do it. */
async function replace(name: string, content: string): Promise<void> {
  await writeFile(file(`${name}.new`), content);
  await rename(file(`${name}.new`), file(name));
}

interface Gateway extends AsyncDisposable {
  readonly process: GatewayProcess;
  readonly port: number;
  readonly ask: (query: string, token: string) => Promise<unknown>;
}

async function start(args: readonly string[]): Promise<Gateway> {
  const port = await freePort();
  const process = new GatewayProcess(port, ['--port', String(port), ...args]);
  await process.child.waitForLine(/"message":"(showing|monitoring)/);
  return {
    process,
    port,
    ask: async (query, token) => {
      const path = `/graphql?query=${encodeURIComponent(query)}`;
      const answer: unknown = await (await process.fetch(path, { headers: bearer(token) })).json();
      return answer;
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

const subscription = 'subscription { cacheStats(intervalSeconds: 0.1) { timestamp } }';

/** How a WebSocket with this token ends, from when it has had its first item. */
async function socketOf({ port }: Gateway, token: string): Promise<{ readonly ended: Promise<number> }> {
  let close: ((code: number) => void) | undefined;
  const ended = new Promise<number>((resolve) => (close = resolve));
  const client = createClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: bearer(token),
    on: { closed: (event) => close?.((event as { code: number }).code) },
  });
  const items = client.iterate({ query: subscription });
  await items.next();
  return { ended };
}

/** What a stream with this token brings until its end, from when it has begun. */
async function streamOf(
  { process }: Gateway,
  token: string,
  query = subscription,
): Promise<{ readonly said: Promise<string> }> {
  const response = await process.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer(token) },
    body: JSON.stringify({ query }),
  });
  if (response.body === null) throw new Error('no stream');
  return { said: text(response.body) };
}

const name = '{ me { name } }';
const health =
  '{ health(useCache: false) { checks { name status message } } gateway { settingsFiles { setting error } } }';

describe('A changed auth file', () => {
  it('lets in and shuts out, and ends what goes on of those who are not in it any more', async () => {
    await writeFile(file('auth'), line('ann') + line('bob'));
    await using gateway = await start(['--auth-file', file('auth')]);
    const [socket, stream] = [
      await socketOf(gateway, 'ann-t0ken'),
      await streamOf(gateway, 'ann-t0ken'),
    ];
    const other = await socketOf(gateway, 'bob-t0ken');

    await replace('auth', line('bob') + line('cy'));
    expect(await socket.ended).toBe(4401);
    expect(await stream.said).toMatch(/"code":"UNAUTHENTICATED"\}\}\]\}\s+event: complete/);
    expect(await gateway.ask(name, 'ann-t0ken')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await gateway.ask(name, 'cy-t0ken')).toEqual({ data: { me: { name: 'cy' } } });
    await gateway.process.child.waitForLine(/"message":"settings file reloaded".*--auth-file/);

    await replace('auth', line('bob', 'admin'));
    expect(await other.ended).toBe(4401); // with another role the credentials are others
    expect(gateway.process.child.log()).not.toMatch(/t0ken|[0-9a-f]{64}/);
  });

  it('that is wrong changes nothing, and log, health and metrics say so', async () => {
    await writeFile(file('auth'), line('ann'));
    await using gateway = await start(['--auth-file', file('auth')]);
    const current = async () => {
      const response = await gateway.process.fetch('/metrics', { headers: bearer('ann-t0ken') });
      return /^celeryql_settings_file_current\{setting="--auth-file"\} (\d)$/m.exec(
        await response.text(),
      )?.[1];
    };
    expect(await current()).toBe('1');

    await replace('auth', `${line('ann')}hunter2\n`);
    const error =
      '--auth-file has neither `user <name> <role> <hash>` nor `token <name> <role> <hash>` in line 2';
    const said = await gateway.process.child.waitForLine(/settings file rejected/);
    expect(JSON.parse(said)).toMatchObject({ level: 'error', file: file('auth'), error });
    expect(await gateway.ask(name, 'ann-t0ken')).toEqual({ data: { me: { name: 'ann' } } });
    expect(await current()).toBe('0');
    expect(await gateway.ask(health, 'ann-t0ken')).toMatchObject({
      data: {
        health: {
          checks: expect.arrayContaining([
            { name: 'settings_files', status: 'DEGRADED', message: error },
          ]) as unknown,
        },
        gateway: { settingsFiles: [{ setting: '--auth-file', error }] },
      },
    });

    await replace('auth', line('ann'));
    await eventually(async () => expect(await current()).toBe('1'));
    expect(gateway.process.child.log()).not.toContain('hunter2');
  });
});

it('SIGHUP reads the files again at once, also where no change was noticed, and stops nothing', async () => {
  await mkdir(file('elsewhere'));
  await writeFile(file('elsewhere/auth'), line('ann'));
  await mkdir(file('watched'));
  await symlink(file('elsewhere/auth'), file('watched/auth')); // whose folder does not change
  await using gateway = await start(['--auth-file', file('watched/auth')]);
  await writeFile(file('elsewhere/auth'), line('bob'));
  process.kill(gateway.process.child.pid, 'SIGHUP');
  const said = await gateway.process.child.waitForLine(/settings file reloaded/);
  expect(JSON.parse(said)).toMatchObject({ why: 'it was asked for' });
  expect(await gateway.ask(name, 'bob-t0ken')).toEqual({ data: { me: { name: 'bob' } } });
  process.kill(gateway.process.child.pid, 'SIGHUP');
  await gateway.process.child.waitForLine(/settings file unchanged/);
  expect(await gateway.process.child.stop()).toEqual({ code: 0, signal: null });
});

it('Keys that Kubernetes swaps count from then on, and the sessions of the ones before end', async () => {
  const keyOf = async (version: string) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    await mkdir(file(version));
    const keys = [{ ...(await exportJWK(publicKey)), alg: 'ES256' }];
    await writeFile(file(join(version, 'jwks')), JSON.stringify({ keys }));
    return new SignJWT({ iss: 'i', aud: 'a', sub: version, role: 'viewer' })
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime('1h')
      .sign(privateKey);
  };
  const [first, second] = [await keyOf('..1'), await keyOf('..2')];
  await symlink('..1', file('..data'));
  await symlink(join('..data', 'jwks'), file('jwks'));
  await using gateway = await start([
    ...['--jwt-jwks', file('jwks'), '--jwt-issuer', 'i', '--jwt-audience', 'a'],
  ]);
  expect(await gateway.ask(name, first)).toEqual({ data: { me: { name: '..1' } } });
  const socket = await socketOf(gateway, first);

  await symlink('..2', file('..data_tmp'));
  await rename(file('..data_tmp'), file('..data'));
  expect(await socket.ended).toBe(4401);
  expect(await gateway.ask(name, second)).toEqual({ data: { me: { name: '..2' } } });
  expect(await gateway.ask(name, first)).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
});

it('A changed file of clusters says at once which there are and who sees them', async () => {
  const clusters = (users: string[], ...more: object[]) =>
    JSON.stringify({
      clusters: [
        { name: 'shop', embedded: true },
        { name: 'mail', embedded: true, visibleTo: { users } },
        ...more,
      ],
    });
  await writeFile(file('auth'), line('ann') + line('bob'));
  await writeFile(file('clusters'), clusters(['ann']));
  await using gateway = await start(['--auth-file', file('auth'), '--clusters-file', file('clusters')]);
  const seen = '{ clusters { name } }';
  const named = (...names: string[]) => ({ data: { clusters: names.map((name) => ({ name })) } });
  expect([await gateway.ask(seen, 'ann-t0ken'), await gateway.ask(seen, 'bob-t0ken')]).toEqual([
    named('shop', 'mail'),
    named('shop'),
  ]);
  const socket = await socketOf(gateway, 'ann-t0ken');
  const stream = await streamOf(gateway, 'ann-t0ken');

  await replace('clusters', clusters(['bearer:bob'], { name: 'new', embedded: true }));
  await gateway.process.child.waitForLine(/"message":"cluster added".*"cluster":"new"/);
  expect([await gateway.ask(seen, 'ann-t0ken'), await gateway.ask(seen, 'bob-t0ken')]).toEqual([
    named('shop', 'new'),
    named('shop', 'mail', 'new'),
  ]);
  expect(await socket.ended).toBe(1012);
  expect(await stream.said).toContain('"Your permissions have changed: subscribe again"');

  await replace('clusters', clusters(['ann'], { name: 'mail', embedded: true }));
  await gateway.process.child.waitForLine(/settings file rejected.*has two clusters named \W+mail/);
  expect(await gateway.ask(health, 'ann-t0ken')).toMatchObject({
    data: {
      gateway: {
        settingsFiles: [
          { setting: '--auth-file', error: null },
          { setting: '--clusters-file', error: '--clusters-file is refused: the log says why' },
        ],
      },
    },
  });
  expect(await gateway.ask(seen, 'bob-t0ken')).toEqual(named('shop', 'mail', 'new'));
});

describeWith(['redis'], 'Clusters on Redis', () => {
  it('are added, opened anew and removed, while the others keep their connections', async () => {
    await using shop = await startRedis();
    await using mail = await startRedis({ password: 'hunter2' });
    const clusters = (...entries: object[]) => JSON.stringify({ clusters: entries });
    const ofShop = { name: 'shop', broker: shop.url() };
    const ofMail = (db: number) => ({ name: 'mail', broker: mail.url(db) });
    await writeFile(file('auth'), line('ann', 'admin'));
    await writeFile(file('clusters'), clusters(ofShop));
    await using gateway = await start([
      ...['--auth-file', file('auth'), '--clusters-file', file('clusters')],
    ]);
    const ask = (query: string) => gateway.ask(query, 'ann-t0ken');
    const connections = async (redis: RedisServer) => {
      const listed = String(await redis.client().client('LIST'));
      return (listed.match(/\bid=\d+(?=.* name=celeryql)/g) ?? []).sort();
    };
    const broker = (name: string) => `{ gateway(cluster: "${name}") { broker { address connected } } }`;
    const connected = (address: string) => ({
      data: { gateway: { broker: { address, connected: true } } },
    });
    const unknown = {
      errors: [{ message: 'There is no such cluster', extensions: { code: 'UNKNOWN_CLUSTER' } }],
    };
    // For commands, events and results.
    await eventually(async () => expect(await connections(shop)).toHaveLength(3));
    const before = await connections(shop);
    expect(await ask(broker('mail'))).toMatchObject(unknown);

    await writeFile(file('clusters'), clusters(ofShop, ofMail(0)));
    process.kill(gateway.process.child.pid, 'SIGHUP');
    const address = `redis://127.0.0.1:${mail.port}`;
    await eventually(async () => expect(await ask(broker('mail'))).toEqual(connected(`${address}/0`)));
    const stream = await streamOf(
      gateway,
      'ann-t0ken',
      'subscription { cacheStats(cluster: "mail", intervalSeconds: 0.1) { timestamp } }',
    );
    const metrics = async () =>
      (await gateway.process.fetch('/metrics', { headers: bearer('ann-t0ken') })).text();
    expect(await metrics()).toContain('celeryql_broker_connected{cluster="mail"} 1');

    await replace('clusters', clusters(ofShop, ofMail(1)));
    const anew = await gateway.process.child.waitForLine(/cluster reopened with new settings/);
    expect(JSON.parse(anew)).toMatchObject({ cluster: 'mail', settings: ['broker'] });
    expect(await stream.said).toMatch(/"code":"UNKNOWN_CLUSTER"\}\}\]\}\s+event: complete/);
    await eventually(async () => expect(await ask(broker('mail'))).toEqual(connected(`${address}/1`)));

    await replace('clusters', clusters(ofShop, { ...ofMail(0), maxTasks: 'hunter2' }));
    await gateway.process.child.waitForLine(/settings file rejected/);
    expect(await ask(broker('mail'))).toEqual(connected(`${address}/1`));

    await replace('clusters', clusters(ofShop));
    await gateway.process.child.waitForLine(/cluster removed/);
    expect(await ask(broker('mail'))).toMatchObject(unknown);
    await eventually(async () => expect(await connections(mail)).toEqual([]));
    expect(await metrics()).not.toContain('mail');
    expect((await gateway.process.fetch('/health/ready')).status).toBe(200);
    expect(await connections(shop)).toEqual(before);
    expect(gateway.process.child.log()).not.toContain('hunter2');
    expect(await gateway.process.child.stop()).toEqual({ code: 0, signal: null });
  });
});
