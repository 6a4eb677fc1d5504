/**
 * One cluster as the gateway watches it: a broker, what its events have told, and what its workers can be asked.
 * Counterpart of `celery.app`.
 */
import type { Logger } from '../log.js';
import { BrokerUnavailableError } from '../errors.js';
import { EventReceiver } from './events/receiver.js';
import { State } from './events/state.js';
import { Inspect } from './inspect.js';
import { InspectLoader } from './inspect-loader.js';
import { Mailbox } from './pidbox.js';
import { Queues } from './queues.js';
import { PoolLearner, seedFromInspect } from './seed.js';
import { SoloWatch } from './solo-watch.js';
import type { ResultBackend, Transport } from './transport/transport.js';
import { WrappedErrors } from './wrapped-errors.js';

export interface CeleryOptions {
  readonly transport: Transport;
  /** Null when the cluster stores no results that can be read. */
  readonly results: ResultBackend | null;
  readonly log: Logger;
  /** Total deadline of a broadcast, milliseconds. */
  readonly inspectTimeout: number;
  /** Queues to watch though the broker does not list them. */
  readonly queues: readonly string[];
  readonly maxTasks: number;
  readonly maxTaskBytes: number;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
}

export class Celery implements AsyncDisposable {
  readonly transport: Transport;
  readonly results: ResultBackend | null;
  readonly state: State;
  readonly events: EventReceiver;
  readonly inspect: InspectLoader;
  readonly queues: Queues;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly #log: Logger;
  readonly #mailbox: Mailbox;
  readonly #soloWatch: SoloWatch;
  /** Whether it was said that the workers cannot be asked: a loss fails all that is being asked, each on its own. */
  #toldUnread = false;

  constructor(options: CeleryOptions) {
    const { transport, results, log, clock = Date.now } = options;
    this.transport = transport;
    this.results = results;
    this.clock = clock;
    this.#log = log;
    this.state = new State({ maxTasks: options.maxTasks, maxTaskBytes: options.maxTaskBytes, clock });
    this.events = new EventReceiver({ transport, state: this.state, log, clock });
    if (results !== null) {
      const wrappedErrors = new WrappedErrors({ results, state: this.state, log });
      this.events.onEvent((event) => wrappedErrors.heard(event));
    }
    this.#mailbox = new Mailbox({
      transport,
      log,
      timeout: options.inspectTimeout,
      alive: () => this.state.aliveHostnames(),
      onReply: (hostname) => this.state.sawWorker(hostname, clock()),
    });
    this.#soloWatch = new SoloWatch({ transport, state: this.state, clock });
    this.inspect = new InspectLoader(new Inspect(this.#mailbox));
    this.queues = new Queues({
      transport,
      task: (id) => this.state.task(id),
      configured: options.queues,
      clock,
    });
    const pools = new PoolLearner(this);
    this.state.onWorkerStatus(({ hostname, online }) => {
      if (online) void this.#learn(pools.learn(hostname));
    });
  }

  /** Connects in the background and goes on by itself; what happened before or during an outage is asked for. */
  start(): void {
    this.transport.onConnection(({ connected }) => {
      if (!connected) return;
      this.#toldUnread = false;
      void this.#learn(this.#seed());
    });
    this.events.start();
    this.#soloWatch.start();
    this.transport.start();
  }

  /** @throws BrokerUnavailableError when what is known may be out of date, because nobody can tell. */
  assertConnected(): void {
    if (!this.transport.connection.connected) throw new BrokerUnavailableError(this.transport.address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#soloWatch[Symbol.dispose]();
    await this.transport[Symbol.asyncDispose]();
    await this.results?.[Symbol.asyncDispose]();
  }

  async #seed(): Promise<void> {
    // As Celery's own receiver does, so that all workers show themselves at once.
    await this.#mailbox.cast('heartbeat');
    await seedFromInspect(this);
  }

  /** What could not be learned now comes with later events; only a log line is owed. */
  async #learn(work: Promise<void>): Promise<void> {
    try {
      await work;
      this.#toldUnread = false;
    } catch (error) {
      const level = this.#toldUnread ? 'debug' : 'warn';
      this.#toldUnread = true;
      this.#log[level]('the state of the workers could not be read', { error });
    }
  }
}
