/**
 * Pings doubtful workers: those whose heartbeats are late, and those that send none. A living worker
 * answers; a busy solo pool does not, but its pidbox exists: RabbitMQ knows it by name, and on Redis the
 * number of receivers shows whether there are more than the workers that are known to live.
 */
import type { State } from '../events/state.js';
import type { Mailbox } from '../pidbox/mailbox.js';
import type { Transport } from '../transport/transport.js';

/** Milliseconds between two rounds: a doubtful worker is late for two seconds before it is offline. */
const interval = 1_000;
/** Milliseconds for the answers. */
const pingTimeout = 1_000;
/** Maximum workers of one round that are pinged once more, each alone. */
const maxAskedAlone = 20;
/** Maximum workers of one round; the others follow in the next rounds. */
const maxAsked = 1_000;

export interface LivenessProbeOptions {
  readonly transport: Pick<Transport, 'connection' | 'boundNodes'>;
  readonly mailbox: Pick<Mailbox, 'broadcast' | 'timeout'>;
  readonly state: Pick<
    State,
    | 'aliveHostnames'
    | 'doubtfulHostnames'
    | 'leftUnanswered'
    | 'probed'
    | 'sawPidbox'
    | 'sawWorker'
    | 'startProbing'
    | 'worker'
  >;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export class LivenessProbe implements Disposable {
  readonly #options: LivenessProbeOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;

  constructor(options: LivenessProbeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.state.startProbing();
    this.#timer ??= setInterval(() => void this.look(), interval).unref();
  }

  /** Sends nothing while no worker is in doubt; never rejects. */
  look(): Promise<void> {
    this.#running ??= this.#look()
      .catch(() => undefined) // without the broker, the workers' statuses follow from their silence
      .finally(() => (this.#running = null));
    return this.#running;
  }

  async #look(): Promise<void> {
    const { transport, mailbox, state, clock } = this.#options;
    const doubtful = state.doubtfulHostnames().slice(0, maxAsked);
    if (doubtful.length === 0 || !transport.connection.connected) return;
    for (const hostname of doubtful) state.probed(hostname, clock());
    const bound = await transport.boundNodes(doubtful);
    if (bound.exact) {
      const there = new Set(bound.nodes);
      for (const hostname of doubtful) state.sawPidbox(hostname, there.has(hostname), clock(), true);
    }
    // Workers without a pidbox do not listen, but may still live.
    const asked = bound.exact ? doubtful.filter((name) => bound.nodes.includes(name)) : doubtful;
    for (const hostname of doubtful)
      if (!asked.includes(hostname)) state.leftUnanswered(hostname, clock());
    if (asked.length === 0) return;
    const timeout = Math.min(pingTimeout, mailbox.timeout);
    const { silent, unreadable, receivers } = await mailbox.broadcast(
      'ping',
      {},
      { destination: asked, timeout },
    );
    const uncertain: string[] = [];
    for (const [hostname, { isUncertain = false }] of unreadable)
      if (isUncertain) uncertain.push(hostname);
      else state.sawWorker(hostname, clock());
    for (const hostname of silent) state.leftUnanswered(hostname, clock());
    await Promise.all(uncertain.slice(0, maxAskedAlone).map((name) => this.#askAlone(name, timeout)));
    if (bound.exact || receivers === null || silent.length === 0) return;
    // More listeners than workers that live: the names of the others are unknown.
    const isAnyLeft = receivers > this.#livingListeners(silent);
    for (const hostname of silent) state.sawPidbox(hostname, isAnyLeft, clock());
  }

  /** The sender of an unreadable reply is only certain if one worker was asked. */
  async #askAlone(hostname: string, timeout: number): Promise<void> {
    const { mailbox, state, clock } = this.#options;
    const destination = [hostname];
    const { silent, unreadable } = await mailbox.broadcast('ping', {}, { destination, timeout });
    if (unreadable.has(hostname)) state.sawWorker(hostname, clock());
    if (silent.includes(hostname)) state.leftUnanswered(hostname, clock());
  }

  #livingListeners(silent: readonly string[]): number {
    const { state } = this.#options;
    const living = state
      .aliveHostnames()
      .filter((name) => state.worker(name)?.listening !== false && !silent.includes(name));
    return living.length;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
