/**
 * Sends commands to workers, and returns what they replied and did. Counterpart of `celery.app.control.Control`,
 * without its traps:
 * an empty list does not mean all workers, no pool is emptied, and "ok" is believed only where it is true.
 */
import type { ControlArguments } from './commands.js';
import { ConsumerControl } from './consumer-control.js';
import { EventsControl } from './events-control.js';
import type { ControlOutcome } from './control-outcome.js';
import { PoolControl } from './pool-control.js';
import { RevocationControl } from './revocation.js';
import { ControlSender, type Addressed, type ControlOptions } from './control-sender.js';
import { ShutdownControl } from './shutdown-control.js';
import { WorkerLocks } from './worker-locks.js';

/**
 * Every method resolves within a few seconds, whichever workers are silent. What concerns one worker is in the
 * outcome; what
 * concerns all of it is thrown: BadUserInputError, BrokerUnavailableError, TimeoutError.
 *
 * @example
 * const { replies } = await control.pool.grow(2, { hostnames: ['w1@host'] });
 */
export class Control {
  readonly pool: PoolControl;
  readonly consumers: ConsumerControl;
  readonly events: EventsControl;
  readonly revocation: RevocationControl;
  readonly #sender: ControlSender;
  readonly #shutdown: ShutdownControl;

  constructor(options: ControlOptions) {
    const sender = new ControlSender(options);
    const locks = new WorkerLocks();
    this.#sender = sender;
    this.pool = new PoolControl(sender, locks);
    this.consumers = new ConsumerControl(sender);
    this.events = new EventsControl(sender, locks);
    this.revocation = new RevocationControl(sender, options.state);
    this.#shutdown = new ShutdownControl(sender, options);
  }

  ping(addressed: Addressed): Promise<ControlOutcome> {
    return this.#sender.command('ping', {}, addressed);
  }

  shutdown(addressed: Addressed): Promise<ControlOutcome> {
    return this.#shutdown.shutdown(addressed);
  }

  autoscale(args: ControlArguments<'autoscale'>, addressed: Addressed): Promise<ControlOutcome> {
    return this.#sender.command('autoscale', args, addressed);
  }

  rateLimit(args: ControlArguments<'rate_limit'>, addressed: Addressed): Promise<ControlOutcome> {
    return this.#sender.command('rate_limit', args, addressed);
  }

  /** Every release so far says "ok" and goes on with the limits that it read when it connected to the broker. */
  async timeLimit(args: ControlArguments<'time_limit'>, addressed: Addressed): Promise<ControlOutcome> {
    const outcome = await this.#sender.command('time_limit', args, addressed);
    const replies = outcome.replies.map((reply) =>
      reply.ok ? { ...reply, message: `${reply.message} (${limitsNotYet})`, confirmed: false } : reply,
    );
    return { ...outcome, replies };
  }
}

const limitsNotYet =
  'not in force yet: Celery keeps the limits that it had, until the worker connects to the broker again';
