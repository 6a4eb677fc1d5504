/**
 * Asks workers for what can break their pidbox, and does not ask again those that it did break. A worker that cannot
 * encode its reply resets its pidbox instead of answering: most versions come back, and lose what they received
 * meanwhile; Celery 5.2 over Redis does not come back.
 */
import { answering } from './inspect-reply.js';
import { isBreaking, type BreakingCommand } from './inspect.js';
import type { Inspect, InspectCommand, InspectReply, InspectResult } from './inspect.js';

/** Milliseconds until a worker that did not answer a command, but the ping after it, is asked again. */
const retryAfter = 60_000;
/** More workers than this that fail are not remembered. */
const maxFailed = 10_000;

export interface GuardedInspectOptions {
  readonly inspect: Pick<Inspect, 'run'>;
  /** Names of the workers that should answer now. */
  readonly alive: () => readonly string[];
  /**
   * Called with workers that answered neither the command nor the ping after it; resolves when it is known, as far as
   * it can be, whether they listen. The result waits for that.
   */
  readonly onSilent?: (hostnames: readonly string[]) => Promise<void>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export class GuardedInspect {
  readonly #options: GuardedInspectOptions;
  /** When each worker failed at a command, by command and hostname. */
  readonly #failedAt: Readonly<Record<BreakingCommand, Map<string, number>>> = {
    reserved: new Map(),
    scheduled: new Map(),
  };

  constructor(options: GuardedInspectOptions) {
    this.#options = options;
  }

  /** As `Inspect.run`; a worker that fails at the command is an error of that worker alone. */
  async run<C extends InspectCommand>(
    command: C,
    destination: readonly string[] | null = null,
  ): Promise<InspectResult<C>> {
    const { inspect, alive, onSilent, clock } = this.#options;
    if (!isBreaking(command)) return inspect.run(command, destination);
    const failedAt = this.#failedAt[command];
    const asked = (destination ?? alive()).filter((hostname) => this.#hasFailed(failedAt, hostname));
    const failed = new Set(asked);
    const others = failed.size === 0 ? destination : withoutFailed(destination ?? alive(), failed);
    // An empty list would address every worker.
    const result: InspectResult<C> =
      others?.length === 0
        ? { replies: new Map(), silent: [], at: clock() }
        : await inspect.run(command, others);
    const expected = new Set(alive());
    const doubtful = result.silent.filter((hostname) => expected.has(hostname));
    if (doubtful.length > 0) {
      // A worker handles its messages in order: one that answers this has handled the command before.
      const pings = await inspect.run('ping', doubtful);
      for (const hostname of answering(pings)) {
        failed.add(hostname);
        this.#remember(failedAt, hostname);
      }
      if (pings.silent.length > 0) await onSilent?.(pings.silent);
    }
    if (failed.size === 0) return result;
    const replies = new Map<string, InspectReply<C>>(result.replies);
    for (const hostname of failed) replies.set(hostname, { ok: false, error: failure });
    return { ...result, replies, silent: result.silent.filter((hostname) => !failed.has(hostname)) };
  }

  /** A new process holds other tasks. */
  forget(hostname: string): void {
    for (const failedAt of Object.values(this.#failedAt)) failedAt.delete(hostname);
  }

  #hasFailed(failedAt: Map<string, number>, hostname: string): boolean {
    const at = failedAt.get(hostname);
    if (at === undefined) return false;
    if (this.#options.clock() < at + retryAfter) return true;
    failedAt.delete(hostname);
    return false;
  }

  #remember(failedAt: Map<string, number>, hostname: string): void {
    if (failedAt.size < maxFailed) failedAt.set(hostname, this.#options.clock());
  }
}

const failure =
  'it answers other commands and not this one, most likely because a task that it holds has arguments that it cannot ' +
  `encode; it is asked again after ${retryAfter / 1000} seconds`;

function withoutFailed(hostnames: readonly string[], failed: ReadonlySet<string>): readonly string[] {
  return hostnames.filter((hostname) => !failed.has(hostname));
}
