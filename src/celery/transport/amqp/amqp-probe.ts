/**
 * Finds half-open sockets: a connection that brings nothing must answer something now and then. One that does not
 * answer is made anew by its owner.
 */

export interface AmqpProbeOptions {
  readonly isReady: () => boolean;
  readonly recheckManagement: () => void;
  /** Asks the connection for replies. */
  readonly ping: () => Promise<void>;
  /** Asks the connection for events. */
  readonly checkEvents: () => Promise<void>;
}

/** Milliseconds between two probes. */
const interval = 5_000;

export class AmqpProbe implements Disposable {
  readonly #options: AmqpProbeOptions;
  #timer: NodeJS.Timeout | undefined;
  #receivedEvents = false;

  constructor(options: AmqpProbeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#probe(), interval).unref();
  }

  receivedEvent(): void {
    this.#receivedEvents = true;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #probe(): Promise<void> {
    const { isReady, recheckManagement, ping, checkEvents } = this.#options;
    if (!isReady()) return;
    recheckManagement();
    const probes = [ping()];
    // While events arrive the answer would have to wait behind them, and they show that the connection works.
    if (!this.#receivedEvents) probes.push(checkEvents());
    this.#receivedEvents = false;
    await Promise.allSettled(probes);
  }
}
