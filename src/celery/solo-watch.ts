/**
 * Tells a solo pool that works from one that died. Either sends nothing: the worker's loop stands still, and even the
 * start of the task waits in its buffer until the task is over. But the pidbox of a process that lives stays: RabbitMQ
 * knows it by name, and on Redis a request that is addressed to nobody counts those.
 */
import type { State } from './events/state.js';
import type { Transport } from './transport/transport.js';

/** Milliseconds between two looks for workers in doubt: they are late for two seconds before they count as gone. */
const interval = 1_000;
/** No node has this name, so nobody acts or replies. */
const nobody = 'nobody@celeryql';

export interface SoloWatchOptions {
  readonly transport: Pick<Transport, 'connection' | 'boundNodes' | 'publishRequest'>;
  readonly state: Pick<State, 'aliveHostnames' | 'doubtfulHostnames' | 'sawPidbox'>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export class SoloWatch implements Disposable {
  readonly #options: SoloWatchOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SoloWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.look(), interval).unref();
  }

  /** Asks the broker only when a worker is in doubt; what it cannot tell leaves the worker to the usual rule. */
  async look(): Promise<void> {
    const { transport, state, clock } = this.#options;
    const doubtful = state.doubtfulHostnames();
    if (doubtful.length === 0 || !transport.connection.connected) return;
    const bound = await transport.boundNodes(doubtful).catch(() => null);
    if (bound?.exact === true) {
      for (const hostname of doubtful)
        state.sawPidbox(hostname, bound.nodes.includes(hostname), clock());
      return;
    }
    const request = { method: 'ping', arguments: {}, destination: [nobody], ticket: null };
    const listeners = await transport.publishRequest(request).catch(() => null);
    if (listeners === null) return;
    // Who listens besides the workers that are heard: nobody can say which of the doubtful ones it is.
    const listening = listeners > state.aliveHostnames().length;
    for (const hostname of doubtful) state.sawPidbox(hostname, listening, clock());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
