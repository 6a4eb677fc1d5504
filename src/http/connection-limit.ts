/**
 * How many connections an address may have open at once, WebSockets included. One too many is told so when it asks; a
 * few of them wait a moment for that, and others are cut off.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { network } from '../access/client-key.js';
import { ClientSlots } from '../access/client-slots.js';

/** Connections over the limit, from one address, that may wait for their refusal, and milliseconds of it. */
const maxCrowded = 50;
const patience = 2_000;

export class ConnectionLimit {
  readonly message: string;
  readonly #open: ClientSlots;
  readonly #waiting = new ClientSlots(maxCrowded);
  readonly #crowded = new WeakSet<Socket>();

  constructor(max: number) {
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
    const address = network(socket.remoteAddress ?? null);
    const slot = this.#open.take(address);
    if (slot !== null) {
      socket.once('close', slot);
      return;
    }
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
}
