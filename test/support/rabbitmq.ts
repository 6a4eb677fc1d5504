/**
 * A RabbitMQ node of the test's own: free ports, its own node name, cookie, data and epmd, so that it neither
 * meets nor disturbs one that runs on this machine; and the means to make it fail.
 *
 * A node takes seconds to start. Clusters therefore share one (`createVhost`), each in a virtual host of
 * its own; a test that stops, kills or pauses the broker starts its own.
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { descendants, endAll } from './descendants.js';
import { Epmd, root, rooted } from './epmd.js';
import { freePort } from './free-port.js';
import { Child, type Exit } from './process.js';
import { programOutput } from './program.js';
import { RabbitMQManagement } from './rabbitmq-management.js';

/** Of the package itself: the ones in /usr/sbin change to the user rabbitmq and to the node of the system. */
const bin = '/usr/lib/rabbitmq/bin';

const startMs = 90_000;
const stopMs = 20_000;

export interface RabbitMQOptions {
  readonly port?: number | undefined;
  /** Of files in PEM; with them the node listens for amqps on `tlsPort` too. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
  /** Whether a client must show a certificate of that `ca`. Default: false. */
  readonly verifyPeer?: boolean | undefined;
  /** More lines of `rabbitmq.conf`. */
  readonly conf?: readonly string[] | undefined;
  /** Whether it has the management plugin, which many production nodes do not have. Default: true. */
  readonly management?: boolean | undefined;
  readonly peers?: RabbitMQPeers | undefined;
}

/** What the nodes of a cluster have in common. */
export interface RabbitMQPeers {
  readonly epmd: Epmd;
  readonly cookie: string;
  /** For AMQP, of all nodes. */
  readonly ports: readonly number[];
}

export interface RabbitMQPorts {
  readonly amqp: number;
  readonly amqps: number;
  readonly management: number;
  readonly distribution: number;
  readonly epmd: number;
}

/** Where a node listens, and its URLs. */
export class RabbitMQAddress {
  readonly ports: RabbitMQPorts;
  readonly management: RabbitMQManagement;

  constructor(ports: RabbitMQPorts) {
    this.ports = ports;
    this.management = new RabbitMQManagement(`http://127.0.0.1:${ports.management}`);
  }

  get port(): number {
    return this.ports.amqp;
  }

  get tlsPort(): number {
    return this.ports.amqps;
  }

  get managementPort(): number {
    return this.ports.management;
  }

  /** With credentials, as the gateway's setting takes it. */
  get managementUrl(): string {
    return `http://guest:guest@127.0.0.1:${this.ports.management}`;
  }

  url(vhost = '/', user = 'guest', password = 'guest'): string {
    return `amqp://${encode(user)}:${encode(password)}@127.0.0.1:${this.port}/${encode(vhost)}`;
  }

  /** By name, since that is what a certificate is made out to. */
  tlsUrl(vhost = '/', host = 'localhost'): string {
    return `amqps://guest:guest@${host}:${this.tlsPort}/${encode(vhost)}`;
  }
}

/** Resolves when the node accepts connections. */
export async function startRabbitMQ(options: RabbitMQOptions = {}): Promise<RabbitMQServer> {
  const server = await createRabbitMQ(options);
  try {
    await server.restart();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Not started yet: `restart()` does that. */
export async function createRabbitMQ(options: RabbitMQOptions = {}): Promise<RabbitMQServer> {
  await mkdir(root + tmpdir(), { recursive: true });
  const dir = await mkdtemp(join(root + tmpdir(), 'celeryql-rabbitmq-'));
  return new RabbitMQServer(dir, options, {
    amqp: options.port ?? (await freePort()),
    amqps: await freePort(),
    management: await freePort(),
    distribution: await freePort(),
    epmd: options.peers?.epmd.port ?? (await freePort()),
  });
}

export class RabbitMQServer extends RabbitMQAddress implements AsyncDisposable {
  /** Its data, configuration and cookie; removed with it. */
  readonly dir: string;
  readonly #options: RabbitMQOptions;
  readonly #epmd: Epmd;
  #child: Child | undefined;

  constructor(dir: string, options: RabbitMQOptions, ports: RabbitMQPorts) {
    super(ports);
    this.dir = dir;
    this.#options = options;
    this.#epmd = options.peers?.epmd ?? new Epmd(ports.epmd);
  }

  get nodeName(): string {
    return nodeName(this.port);
  }

  get pid(): number {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** In good order: connections are closed, durable queues kept. */
  async stop(): Promise<Exit> {
    return this.#end((child) => child.stop(stopMs));
  }

  /** Kills it without a clean shutdown; durable queues with their persistent messages are there again after `restart()`. */
  async kill(): Promise<Exit> {
    return this.#end((child) => child.kill());
  }

  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** Starts it on its ports, with the data that it has, after `stop()`, `kill()` or while it runs. */
  async restart(): Promise<void> {
    if (this.#child?.running === true) await this.stop();
    await this.#epmd.start();
    await this.#configure();
    const [command, ...args] = rooted(`${bin}/rabbitmq-server`);
    this.#child = new Child(command, args, {
      name: `rabbitmq-server on port ${this.port}`,
      cwd: this.dir,
      env: this.#environment(),
      group: true,
    });
    await this.#child.waitForLine(/completed with \d+ plugins/, startMs);
  }

  log(lines?: number): string {
    return this.#process.log(lines);
  }

  /** No later test needs its data: it is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child?.running === true) await this.kill();
    if (this.#options.peers === undefined) await this.#epmd[Symbol.asyncDispose]();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  get #process(): Child {
    if (!this.#child) throw new Error('The RabbitMQ node was not started');
    return this.#child;
  }

  /** Erlang's helpers are in process groups of their own, and end a moment after the node. */
  async #end(how: (child: Child) => Promise<Exit>): Promise<Exit> {
    const helpers = await descendants(this.pid);
    const exit = await how(this.#process);
    await endAll(helpers);
    return exit;
  }

  /** What `rabbitmqctl` prints. */
  async ctl(...words: readonly string[]): Promise<string> {
    const [command, ...args] = rooted(`${bin}/rabbitmqctl`);
    return programOutput(command, [...args, '-n', this.nodeName, ...words], {
      env: this.#environment(),
    });
  }

  /** Where the node finds a file of the test's: with a root of its own it sees nothing outside. */
  async #visible(file: string): Promise<string> {
    if (root === '') return file;
    const name = basename(file);
    await copyFile(file, join(this.dir, name));
    return join(this.#home, name);
  }

  /** Its folder, as the node sees it. */
  get #home(): string {
    return this.dir.slice(root.length);
  }

  async #configure(): Promise<void> {
    const { tls, verifyPeer = false, conf = [], management = true, peers } = this.#options;
    const lines = [
      `listeners.tcp.local = 127.0.0.1:${this.port}`,
      'log.console = true',
      'log.console.level = warning',
      'log.file = false',
      'disk_free_limit.absolute = 1MB',
      ...(management
        ? [
            'management.tcp.ip = 127.0.0.1',
            `management.tcp.port = ${this.ports.management}`,
            'collect_statistics_interval = 500', // 5,000 by default, which every count would be late
          ]
        : []),
      ...(tls
        ? [
            `listeners.ssl.local = 127.0.0.1:${this.tlsPort}`,
            `ssl_options.cacertfile = ${await this.#visible(tls.ca)}`,
            `ssl_options.certfile = ${await this.#visible(tls.cert)}`,
            `ssl_options.keyfile = ${await this.#visible(tls.key)}`,
            `ssl_options.verify = ${verifyPeer ? 'verify_peer' : 'verify_none'}`,
            `ssl_options.fail_if_no_peer_cert = ${verifyPeer}`,
          ]
        : []),
      ...(peers?.ports ?? []).map(
        (port, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${nodeName(port)}`,
      ),
      ...conf,
    ];
    // Erlang takes a cookie of the owner's alone.
    const cookie = join(this.dir, '.erlang.cookie');
    if (peers !== undefined && !existsSync(cookie))
      await writeFile(cookie, peers.cookie, { mode: 0o400 });
    await writeFile(join(this.dir, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
    await writeFile(
      join(this.dir, 'enabled_plugins'),
      management ? '[rabbitmq_management].\n' : '[].\n',
    );
    await writeFile(join(this.dir, 'env.conf'), '');
  }

  #environment(): Record<string, string | undefined> {
    const inherited = Object.keys(process.env).filter((name) => /^(RABBITMQ|ERL)_/.test(name));
    const file = (name: string) => join(this.#home, name);
    return {
      ...Object.fromEntries(inherited.map((name) => [name, undefined])),
      HOME: this.#home, // of the cookie
      RABBITMQ_NODENAME: this.nodeName,
      RABBITMQ_CONF_ENV_FILE: file('env.conf'), // not the system's, in /etc/rabbitmq
      RABBITMQ_CONFIG_FILE: file('rabbitmq.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: file('advanced.config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins'),
      RABBITMQ_MNESIA_BASE: file('mnesia'),
      RABBITMQ_LOG_BASE: file('log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_PID_FILE: file('pid'),
      RABBITMQ_PLUGINS_EXPAND_DIR: file('plugins'),
      RABBITMQ_GENERATED_CONFIG_DIR: file('generated'),
      RABBITMQ_SCHEMA_DIR: file('schema'),
      RABBITMQ_DIST_PORT: String(this.ports.distribution),
      RABBITMQ_ALLOW_INPUT: '1', // the script becomes the node, whose process id is then ours
      RABBITMQ_SERVER_START_ARGS: '-noinput',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none', // no busy waiting
      ERL_EPMD_PORT: String(this.ports.epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_FLAGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    };
  }
}

/** What its management API reports of a queue's priorities: RabbitMQ 4 reports their lengths no more. */
export function priorityLengths<T>(lengths: T): T | null {
  const releases = readdirSync(`${root}/usr/lib/rabbitmq/lib`);
  const [, major = ''] = /rabbitmq_server-(\d+)/.exec(releases.join(' ')) ?? [];
  return Number(major) >= 4 ? null : lengths;
}

/** Whether it can be started here. */
export function hasRabbitMQ(): boolean {
  const [command, ...args] = rooted('epmd');
  const { error, status } = spawnSync(command, [...args, '-help']);
  return existsSync(`${root}${bin}/rabbitmq-server`) && error === undefined && status !== 127;
}

function nodeName(port: number): string {
  return `celeryql-${port}@localhost`;
}

const encode = encodeURIComponent;
