/** A connection to a Redis that stops answering, asks for no password, or for a right one. */
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import { parseRedisUrl } from '../../src/celery/transport/address/redis-address.js';
import {
  RedisConnection,
  type RedisConnectionOptions,
} from '../../src/celery/transport/redis/redis-connection.js';
import { ResultBackendUnavailableError, TimeoutError } from '../../src/errors.js';
import { createLogger } from '../../src/log.js';
import { eventually } from '../support/eventually.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

const links: RedisConnection[] = [];
const logs: string[] = [];

afterEach(() => {
  for (const link of links.splice(0)) link.dispose();
  logs.length = 0;
  vi.restoreAllMocks();
});

function open(url: string, options: Partial<RedisConnectionOptions> = {}): RedisConnection {
  const log = createLogger('warn', (line) => void logs.push(line));
  const link = new RedisConnection({ address: parseRedisUrl(url), name: 'test', log, ...options });
  links.push(link);
  link.start();
  return link;
}

const isUp = (link: RedisConnection) => eventually(() => expect(link.isReady).toBe(true));

describeWith(['redis'], 'a connection to Redis', () => {
  it('is closed once, however many commands are not answered', async () => {
    await using redis = await startRedis();
    const link = open(redis.url(), { commandTimeout: 200 });
    await isUp(link);
    const disconnect = vi.spyOn(link.client, 'disconnect');
    const warnings = vi.spyOn(process, 'emitWarning');

    redis.pause();
    const commands = Array.from({ length: 40 }, () => link.run((client) => client.ping()));
    const outcomes = await Promise.allSettled(commands);
    redis.resume();

    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(TimeoutError) as unknown });
    expect(disconnect.mock.calls).toEqual([[true]]);
    await isUp(link);
    expect(await link.run((client) => client.ping())).toBe('PONG');
    expect(warnings).not.toHaveBeenCalled();
    expect(logs).toHaveLength(1);

    // The next silence is another one.
    redis.pause();
    await expect(link.run((client) => client.ping())).rejects.toBeInstanceOf(TimeoutError);
    redis.resume();
    expect(disconnect).toHaveBeenCalledTimes(2);
    await isUp(link);
  });

  it('is made anew when the other side vanishes before it is up', async () => {
    await using silent = await startSilentServer();
    const link = open(`redis://127.0.0.1:${silent.port}/3`, { readyTimeout: 100, commandTimeout: null });

    await eventually(() => expect(silent.connections()).toBeGreaterThan(1), 5_000);
    expect([link.isReady, link.reason]).toEqual([false, 'Redis did not answer in 100 ms']);
  });

  it.each(['', 'someone'])('says nothing of a password that is not needed (user: %j)', async (user) => {
    await using redis = await startRedis();
    if (user !== '') await redis.client().call('ACL', 'SETUSER', user, 'on', 'nopass', '~*', '+@all');
    const said = vi.spyOn(console, 'warn');
    const link = open(redis.url(2).replace('//', `//${user}:hunter3@`));

    await isUp(link);
    await link.run((client) => client.set('key', 'value'));
    expect(await redis.client(2).get('key')).toBe('value');
    expect([said.mock.calls, logs]).toEqual([[], []]);
  });

  it.each([
    ['this user may not select it', 15, ['-select'], /^NOPERM .*'select' command/],
    ['the server has none of that number', 16, [], /^ERR DB index is out of range/],
  ])('is never that to another database where %s', async (_, db, rights, reason) => {
    await using redis = await startRedis();
    const admin = redis.client();
    await admin.call('ACL', 'SETUSER', 'u', 'reset', 'on', '>secret', '~*', '&*', '+@all', ...rights);
    const link = open(redis.url(db).replace('redis://', 'redis://u:secret@'), {
      prepare: (client) => client.set('prepared', '').then(() => undefined),
    });
    await eventually(() => expect(link.reason).toMatch(reason));
    await eventually(async () =>
      expect(await admin.call('INFO', 'commandstats')).toMatch(
        /cmdstat_select:.*(?:rejected|failed)_calls=[3-9]/,
      ),
    );
    expect(link.isReady).toBe(false);
    expect(await admin.dbsize()).toBe(0);
    expect(logs).toHaveLength(1);
  });

  it('never repeats the name of its user, which Redis from 7.2 on does', async () => {
    const refusal = "-NOPERM User monitor has no permissions to run the 'select' command\r\n";
    const server = createServer((socket) => socket.on('data', () => void socket.write(refusal)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const link = open(`redis://127.0.0.1:${port}/1`);
    await eventually(() =>
      expect(link.reason).toBe("NOPERM this user has no permissions to run the 'select' command"),
    );
    link.dispose();
    server.close();
    expect(logs.join()).not.toContain('monitor');
  });

  it('needs no INFO', async () => {
    await using redis = await startRedis();
    await redis.client().call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@all', '-info');
    const said = vi.spyOn(console, 'warn');
    const link = open(redis.url().replace('//', '//reader:pw@'));

    await isUp(link);
    expect(said).not.toHaveBeenCalled();
  });

  it('is refused with the words of Redis where the password is wrong, in one line of the log', async () => {
    await using redis = await startRedis({ password: 'right' });
    const link = open(redis.url().replace(':right@', ':hunter3@'), {
      Unavailable: ResultBackendUnavailableError,
    });

    await eventually(() => expect(link.reason).toMatch(/^WRONGPASS/));
    await expect(link.run((client) => client.ping())).rejects.toMatchObject({
      code: 'RESULT_BACKEND_UNAVAILABLE',
      message: `Result backend at redis://127.0.0.1:${redis.port}/0 is unavailable`,
    });
    let tries = 0;
    link.client.on('close', () => tries++);
    await eventually(() => expect(tries).toBeGreaterThan(1));
    expect(logs).toHaveLength(1);
    expect(logs[0]).not.toContain('hunter3');
  });
});

/** Accepts connections and never says a word. */
async function startSilentServer() {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.resume().on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
