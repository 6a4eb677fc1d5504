/**
 * Opens the sockets of ioredis, whose own connectors listen for the first error alone: TLS may report a second one of a
 * socket that it has ended, and an 'error' without a listener ends the process.
 */
import { connect as connectInTheClear } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import { connect as connectWithTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { AbstractConnector } from 'ioredis';
import type { RedisOptions } from 'ioredis';

/** Milliseconds that a socket has to close in good order. */
const disconnectTimeout = 2_000;

export abstract class SocketConnector extends AbstractConnector {
  constructor() {
    super(disconnectTimeout);
  }

  /** @param tls null for a connection in the clear */
  protected open(where: NetConnectOpts, tls: ConnectionOptions | null): Socket {
    this.connecting = true;
    this.stream = tls === null ? connectInTheClear(where) : connectWithTls({ ...tls, ...where });
    this.stream.on('error', (error: Error) => (this.firstError = error));
    return this.stream;
  }
}

/** For ioredis's option `Connector`: a server at a host and port, or at a unix socket. */
export class RedisConnector extends SocketConnector {
  readonly #options: RedisOptions;

  /** @param options ioredis's own, read anew for each connection: another server may have been chosen meanwhile */
  constructor(options: unknown) {
    super();
    this.#options = options as RedisOptions;
  }

  override async connect(): Promise<Socket> {
    const { host, port, path, tls } = this.#options;
    return this.open(path ? { path } : { host, port: port ?? 6379 }, tls ?? null);
  }
}
