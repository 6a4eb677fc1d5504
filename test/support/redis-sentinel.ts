/** A Redis Sentinel of the test's own, which alone decides that a master is down, after a second. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { Child } from './process.js';
import type { RedisServer } from './redis.js';

export interface SentinelOptions {
  readonly masterName: string;
  readonly master: RedisServer;
  /** Of the master. */
  readonly masterPassword?: string | undefined;
  /** Of the Sentinel itself. */
  readonly password?: string | undefined;
  /** A user of the Sentinel itself, by the rules of an ACL, such as `['watcher', 'on', '>secret', '+ping']`. */
  readonly user?: readonly string[] | undefined;
}

export interface SentinelServer extends AsyncDisposable {
  readonly port: number;
}

export async function startSentinel(options: SentinelOptions): Promise<SentinelServer> {
  const { masterName: name, master, masterPassword, password, user } = options;
  const dir = await mkdtemp(join(tmpdir(), 'celeryql-sentinel-'));
  const port = await freePort();
  const file = join(dir, 'sentinel.conf'); // it writes there what it learns
  const lines = [
    ...[`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`],
    `sentinel monitor ${name} 127.0.0.1 ${master.port} 1`,
    `sentinel down-after-milliseconds ${name} 1000`,
    `sentinel failover-timeout ${name} 5000`,
    ...(masterPassword === undefined ? [] : [`sentinel auth-pass ${name} ${masterPassword}`]),
    ...(password === undefined ? [] : [`requirepass ${password}`]),
    ...(user === undefined ? [] : [`user ${user.join(' ')}`]),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = new Child('redis-server', [file, '--sentinel'], { name: `Sentinel on port ${port}` });
  await child.waitForLine(/\+monitor master/);
  return {
    port,
    async [Symbol.asyncDispose]() {
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
