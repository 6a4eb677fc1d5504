/**
 * How many connections an address may have open at once, WebSockets included. One too many gets an error with its
 * first request; a
 * few of them wait a moment for that, and others are cut off.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { network } from '../../access/client-key.js';
import { ClientSlots } from '../../access/client-slots.js';
import type { Logger } from '../../log.js';
import { ThrottledLog } from '../../throttled-log.js';

/** Connections over the limit, from one address, that may wait for their refusal, and milliseconds of it. */
const maxCrowded = 50;
const patience = 2_000;

/** Disposing it writes to the log what was only counted until then. */
export class ConnectionLimit implements Disposable {
  readonly message: string;
  readonly #refused: ThrottledLog;
  readonly #open: ClientSlots;
  readonly #waiting = new ClientSlots(maxCrowded);
  readonly #counted = new WeakSet<Socket>();
  readonly #crowded = new WeakSet<Socket>();

  constructor(max: number, log: Logger) {
    this.#refused = new ThrottledLog({ log, message: 'connections refused' });
    this.#open = new ClientSlots(max);
    this.message = `No more than ${max} connections from one address are open at once`;
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#count(socket));
  }

  /** Whether it is one too many. */
  isCrowded(socket: Socket): boolean {
    return this.#crowded.has(socket);
  }

  #count(socket: Socket): void {
    if (this.#counted.has(socket)) return; // it was given back to the server, see ignored-upgrades.ts
    this.#counted.add(socket);
    const address = network(socket.remoteAddress ?? null);
    const slot = this.#open.take(address);
    if (slot !== null) {
      socket.once('close', slot);
      return;
    }
    this.#refused.add(address, { address, reason: this.message });
    const release = this.#waiting.take(address);
    if (release === null) {
      socket.destroy();
      return;
    }
    this.#crowded.add(socket);
    const timer = setTimeout(() => socket.destroy(), patience).unref();
    socket.once('close', () => {
      clearTimeout(timer);
      release();
    });
  }

  [Symbol.dispose](): void {
    this.#refused[Symbol.dispose]();
  }
}
