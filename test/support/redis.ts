/**
 * A Redis server of the test's own: free port, nothing on disk, and the means to make it fail.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Certificates } from './certificates.js';
import { freePort } from './free-port.js';
import { Child, type Exit } from './process.js';
import { RedisMonitor } from './redis-monitor.js';

export interface RedisOptions {
  /** More arguments of `redis-server`, such as `['--notify-keyspace-events', 'KEA']`. */
  readonly args?: readonly string[] | undefined;
  readonly port?: number | undefined;
  readonly password?: string | undefined;
  /** It listens for TLS too, on another port, and takes clients without a certificate as well. */
  readonly certificates?: Certificates | undefined;
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const dir = await mkdtemp(join(tmpdir(), 'celeryql-redis-'));
  const server = new RedisServer(port, options.certificates ? await freePort() : 0, dir, options);
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
  /** 0 without certificates. */
  readonly tlsPort: number;
  /** Its working directory, removed with it. */
  readonly dir: string;
  readonly #options: RedisOptions;
  readonly #owned: AsyncDisposable[] = [];
  #child: Child | undefined;

  constructor(port: number, tlsPort: number, dir: string, options: RedisOptions) {
    this.port = port;
    this.tlsPort = tlsPort;
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
    return `redis://${this.#auth}127.0.0.1:${this.port}/${db}`;
  }

  /** @param parameters such as `{ ssl_cert_reqs: 'none' }`; by default it is verified against its authority */
  tlsUrl(db = 0, parameters?: Readonly<Record<string, string>>): string {
    const { certificates } = this.#options;
    const verified = { ssl_cert_reqs: 'required', ssl_ca_certs: certificates?.ca ?? '' };
    const query = new URLSearchParams(parameters ?? verified).toString();
    return `rediss://${this.#auth}127.0.0.1:${this.tlsPort}/${db}?${query}`;
  }

  /** Of its unix socket. */
  socketUrl(db = 0): string {
    return `redis+socket://${this.#auth}${this.#socket}?virtual_host=${db}`;
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
    const { args = [], password, certificates } = this.#options;
    this.#child = new Child(
      'redis-server',
      [
        ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.dir],
        ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
        ...['--unixsocket', this.#socket],
        ...(password === undefined ? [] : ['--requirepass', password]),
        ...(certificates === undefined ? [] : tlsArguments(this.tlsPort, certificates)),
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

  get #auth(): string {
    const { password } = this.#options;
    return password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  }

  get #socket(): string {
    return join(this.dir, 'redis.sock');
  }

  get #process(): Child {
    if (!this.#child) throw new Error('The Redis server was not started');
    return this.#child;
  }
}

function tlsArguments(port: number, { ca, cert, key }: Certificates): readonly string[] {
  return [
    ...['--tls-port', String(port), '--tls-auth-clients', 'optional'],
    ...['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key],
  ];
}
