/**
 * Notices that the event stream brings nothing though its connection answers: a message to ourselves takes the way of
 * the events, and must come back. It is only sent when nothing else arrived for a while.
 */

export interface EventEchoOptions {
  /** Sends the message; resolves to what is known of its fate. It must not reject. */
  readonly send: (id: string) => Promise<EchoFate>;
  /** Called when an echo is lost, and again for each further one. */
  readonly onLost: (reason: string) => void;
  /** Called when a message arrives after an echo was lost. */
  readonly onRecovered: () => void;
  /** Milliseconds without any message after which an echo is sent. */
  readonly silence: number;
  /** Milliseconds between two echoes at least. */
  readonly pause: number;
  /** Milliseconds by the monotonic clock. */
  readonly now?: () => number;
}

/** `refused`: this user may not send it, so that its absence proves nothing. */
export type EchoFate = 'sent' | 'unroutable' | 'refused';

/** Milliseconds that an echo may take to come back. */
const patience = 2_000;
/** Milliseconds between two echoes while they do not come back, at most. */
const longestPause = 60_000;
/** Milliseconds between two ticks after which this process has stood still, and messages wait unread. */
const stall = 1_500;

interface Pending {
  readonly id: string;
  sentAt: number;
}

export class EventEcho {
  readonly #options: EventEchoOptions;
  readonly #now: () => number;
  #lastReceived: number;
  #lastSent = -Infinity;
  #lastTick: number;
  #pause: number;
  #pending: Pending | null = null;
  #isLost = false;
  #number = 0;

  constructor(options: EventEchoOptions) {
    this.#options = options;
    this.#now = options.now ?? ((): number => performance.now());
    this.#lastReceived = this.#lastTick = this.#now();
    this.#pause = options.pause;
  }

  /** Any message came the way of the events. */
  received(): void {
    this.#lastReceived = this.#now();
    this.#pending = null;
    if (!this.#isLost) return;
    this.#isLost = false;
    this.#pause = this.#options.pause;
    this.#options.onRecovered();
  }

  /** The connection was made anew: what was sent before is lost with the old one. */
  reset(): void {
    this.#pending = null;
    this.#lastReceived = this.#now();
  }

  /** Call it about every half second while the connection is there. */
  async tick(): Promise<void> {
    const now = this.#now();
    const stalled = now - this.#lastTick > stall;
    this.#lastTick = now;
    if (this.#pending !== null) {
      if (stalled) this.#pending.sentAt = now;
      else if (now - this.#pending.sentAt >= patience) this.#lost('did not come back');
      return;
    }
    if (now - this.#lastReceived < this.#options.silence || now - this.#lastSent < this.#pause) return;
    const pending = { id: String(++this.#number), sentAt: now };
    this.#pending = pending;
    this.#lastSent = now;
    const fate = await this.#options.send(pending.id);
    if (this.#pending !== pending) return;
    if (fate === 'refused') this.#pending = null;
    else if (fate === 'unroutable') this.#lost('reached no queue');
  }

  #lost(how: string): void {
    this.#pending = null;
    if (this.#isLost) this.#pause = Math.min(this.#pause * 2, longestPause);
    this.#isLost = true;
    this.#options.onLost(`a message that the gateway sent to itself as an event ${how}`);
  }
}
