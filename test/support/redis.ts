/**
 * A Redis server of the test's own: free port, nothing on disk, and the means to make it fail.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { Child, type Exit } from './process.js';
import { RedisMonitor } from './redis-monitor.js';

export interface RedisOptions {
  /** More arguments of `redis-server`, such as `['--notify-keyspace-events', 'KEA']`. */
  readonly args?: readonly string[] | undefined;
  readonly port?: number | undefined;
  readonly password?: string | undefined;
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const dir = await mkdtemp(join(tmpdir(), 'celeryql-redis-'));
  const server = new RedisServer(port, dir, options);
  try {
    await server.restart();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

export class RedisServer implements AsyncDisposable {
  readonly port: number;
  /** Its working directory, removed with it. */
  readonly dir: string;
  readonly #options: RedisOptions;
  readonly #owned: AsyncDisposable[] = [];
  #child: Child | undefined;

  constructor(port: number, dir: string, options: RedisOptions) {
    this.port = port;
    this.dir = dir;
    this.#options = options;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.running;
  }

  url(db = 0): string {
    const { password } = this.#options;
    const auth = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
    return `redis://${auth}127.0.0.1:${this.port}/${db}`;
  }

  /** A connection that ends with the server; it is quiet about outages, which tests cause on purpose. */
  client(db = 0): Redis {
    const client = new Redis(this.url(db)).on('error', () => undefined);
    this.#owned.push({
      async [Symbol.asyncDispose]() {
        client.disconnect();
      },
    });
    return client;
  }

  /** Records every command from now on; ends with the server, or earlier when it is disposed. */
  async monitor(): Promise<RedisMonitor> {
    const monitor = await RedisMonitor.connect(this.port, this.#options.password);
    this.#owned.push(monitor);
    return monitor;
  }

  stop(): Promise<Exit> {
    return this.#process.stop();
  }

  kill(): Promise<Exit> {
    return this.#process.kill();
  }

  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** Starts it on its port, empty, after `stop()`, `kill()` or while it runs. */
  async restart(): Promise<void> {
    await this.#child?.stop();
    const { args = [], password } = this.#options;
    this.#child = new Child(
      'redis-server',
      [
        ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.dir],
        ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
        ...(password === undefined ? [] : ['--requirepass', password]),
        ...args,
      ],
      { name: `redis-server on port ${this.port}` },
    );
    await this.#child.waitForLine(/Ready to accept connections/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const owned of this.#owned.splice(0)) await owned[Symbol.asyncDispose]();
    await this.#child?.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  get #process(): Child {
    if (!this.#child) throw new Error('The Redis server was not started');
    return this.#child;
  }
}
