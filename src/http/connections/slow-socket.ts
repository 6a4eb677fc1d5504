/**
 * What is done about a WebSocket whose client is slow, so that it costs little: a client that does not read is not read
 * from, and a client that has given no sign of life for long is cut off. A client that reads slowly lives: a ping, which
 * waits behind all that was sent before it, may well take longer than the time between two pings.
 */
import type { WebSocket } from 'ws';
import { Rounds } from './rounds.js';

/** Bytes that may wait for the client; above, no further request of its is read. */
const maxBuffered = 1024 * 1024;
/** Milliseconds between two pings at most. */
const longestPingInterval = 12_000;
/** Milliseconds between two looks whether a client that is not read from has caught up. */
const resumeInterval = 250;
/** RFC 6455, section 7.4.1: a violation of the policy. */
const policyViolation = 1008;

/** Those of one server: they share a timer. */
export class SlowSockets implements Disposable {
  readonly #patience: number;
  readonly #rounds: Rounds;

  /** @param patience milliseconds without any sign of life */
  constructor(patience: number) {
    this.#patience = patience;
    // Several pings within the patience, so that a client that lives has time to answer.
    this.#rounds = new Rounds(Math.min(longestPingInterval, patience / 4));
  }

  /** @param onStalled called when the client is cut off */
  watch(socket: WebSocket, onStalled: () => void): void {
    const watched = new SlowSocket(socket, this.#patience);
    const stop = this.#rounds.add(() => {
      if (!watched.isStalled()) return;
      stop();
      onStalled();
      // The reason reaches a client that begins to read now; the connection of any other is destroyed in a second.
      socket.close(policyViolation, 'CLIENT_STALLED: the client does not read');
    });
    socket.once('close', () => {
      stop();
      watched.stop();
    });
  }

  [Symbol.dispose](): void {
    this.#rounds[Symbol.dispose]();
  }
}

class SlowSocket {
  readonly #socket: WebSocket;
  readonly #patience: number;
  #lastSignAt = performance.now();
  #lastBuffered = 0;
  /** Runs while the client is not read from. */
  #resuming: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, patience: number) {
    this.#socket = socket;
    this.#patience = patience;
    socket.on('pong', () => this.#isAlive());
    socket.on('message', () => {
      this.#isAlive();
      this.#look();
    });
  }

  /** Whether it has given no sign of life for too long; otherwise it is sent a ping. */
  isStalled(): boolean {
    const socket = this.#socket;
    this.#look();
    if (performance.now() - this.#lastSignAt > this.#patience) return true;
    if (this.#lastBuffered <= maxBuffered && socket.readyState === socket.OPEN) socket.ping();
    return false;
  }

  stop(): void {
    clearInterval(this.#resuming);
  }

  #isAlive(): void {
    this.#lastSignAt = performance.now();
  }

  #look(): void {
    const socket = this.#socket;
    const buffered = socket.bufferedAmount;
    if (buffered < this.#lastBuffered) this.#isAlive(); // it has taken something
    this.#lastBuffered = buffered;
    if (buffered > maxBuffered) {
      socket.pause();
      this.#resuming ??= setInterval(() => this.#look(), resumeInterval).unref();
    } else if (socket.isPaused) {
      socket.resume();
      clearInterval(this.#resuming);
      this.#resuming = undefined;
    }
  }
}
