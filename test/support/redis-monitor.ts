/**
 * The commands that a Redis server received, as MONITOR shows them: it proves how often, and with what, a
 * broker was asked. On a plain socket, because ioredis leaves MONITOR's escapes (`\x06`) in.
 * It ends with the server: after a restart, ask for a new one.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parseMonitorLine, type MonitoredCommand } from './monitor-line.js';
import type { BrokerTap } from './broker-tap.js';
import { readPidboxRequest, type PidboxRequest } from './pidbox-request.js';

export type { MonitoredCommand, PidboxRequest };

export interface Publish {
  /** Seconds since the epoch, by the server's clock. */
  readonly time: number;
  readonly client: string;
  readonly channel: string;
  readonly message: string;
}

export class RedisMonitor implements BrokerTap {
  /** In the order in which the server carried them out, since the start or the last `clear()`. */
  readonly commands: MonitoredCommand[] = [];
  readonly #port: number;
  readonly #password: string | undefined;
  readonly #socket: Socket;
  readonly #started: Promise<unknown>;
  readonly #watchers = new Set<(command: MonitoredCommand) => void>();
  readonly #markers = new Map<string, () => void>();

  static async connect(port: number, password?: string): Promise<RedisMonitor> {
    const socket = await open(port, password);
    const monitor = new RedisMonitor(port, password, socket);
    await monitor.#started;
    return monitor;
  }

  private constructor(port: number, password: string | undefined, socket: Socket) {
    this.#port = port;
    this.#password = password;
    this.#socket = socket;
    const lines = createInterface({ input: socket });
    this.#started = once(lines, 'line'); // "+OK": from here on every command shows
    lines.on('line', (line) => this.#read(line));
    socket.write(request('MONITOR'));
  }

  clear(): void {
    this.commands.length = 0;
  }

  /** Resolves when all that the server did before this call is in `commands`. */
  async flush(): Promise<void> {
    const marker = randomUUID();
    const seen = new Promise<void>((resolve) => this.#markers.set(marker, resolve));
    const socket = await open(this.#port, this.#password);
    socket.write(request('ECHO', marker));
    await seen;
    socket.destroy();
  }

  /** The first command that fits, of those recorded or of those to come. */
  until(fits: (command: MonitoredCommand) => boolean, deadlineMs = 10_000): Promise<MonitoredCommand> {
    const found = this.commands.find(fits);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const watch = (command: MonitoredCommand) => {
        if (!fits(command)) return;
        clearTimeout(timer);
        this.#watchers.delete(watch);
        resolve(command);
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(watch);
        reject(new Error(`The broker saw no such command in ${deadlineMs} ms: ${String(fits)}`));
      }, deadlineMs);
      this.#watchers.add(watch);
    });
  }

  publishes(channel: RegExp = /(?:)/): Publish[] {
    return this.commands.flatMap(({ time, client, args: [name, on, message] }) =>
      name?.toLowerCase() === 'publish' && on !== undefined && message !== undefined && channel.test(on)
        ? [{ time, client, channel: on, message }]
        : [],
    );
  }

  /** Remote control requests in order, whether they name a destination or go to everyone. */
  requests(exchange = 'celery'): PidboxRequest[] {
    return this.publishes()
      .filter(({ channel }) => /\/\d+\.(.*)\.pidbox$/.exec(channel)?.[1] === exchange)
      .map(({ message }) => readPidboxRequest(message));
  }

  /** The method of each remote control request, in order: `['ping', 'stats']`. */
  broadcasts(exchange = 'celery'): string[] {
    return this.requests(exchange).map(({ method }) => method);
  }

  async untilRequest(method: string, deadlineMs?: number): Promise<PidboxRequest> {
    const { args } = await this.until(
      ({ args: [name, channel, message] }) =>
        name?.toLowerCase() === 'publish' &&
        channel?.endsWith('.pidbox') === true &&
        readPidboxRequest(message ?? '{}').method === method,
      deadlineMs,
    );
    return readPidboxRequest(args[2] ?? '{}');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.closed) return;
    this.#socket.destroy();
    await once(this.#socket, 'close');
  }

  #read(line: string): void {
    const command = parseMonitorLine(line.replace(/^\+/, ''));
    if (!command) return;
    const flushed = this.#markers.get(command.args[1] ?? '');
    if (flushed) {
      flushed();
      return;
    }
    this.commands.push(command);
    for (const watch of [...this.#watchers]) watch(command);
  }
}

async function open(port: number, password: string | undefined): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined); // a server that goes away is what some tests are about
  if (password !== undefined) {
    socket.write(request('AUTH', password));
    await once(socket, 'data');
  }
  return socket;
}

/** A command in Redis's own protocol, which needs no quoting. */
function request(...args: string[]): string {
  const bulk = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
  return `*${args.length}\r\n${bulk.join('')}`;
}
