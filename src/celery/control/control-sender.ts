/**
 * The steps of every control: resolve the workers, send the command, check its effect. An unknown name is never sent a
 * command: the request would stay in the mailbox until a worker of that name starts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  BadUserInputError,
  NoWorkersError,
  NoReplyError,
  NotListeningError,
  TimeoutError,
  UnknownWorkerError,
} from '../../errors.js';
import type { State } from '../events/state.js';
import type { Inspect, InspectCommand, InspectReply, InspectValue } from '../inspect/inspect.js';
import { replyError } from '../inspect/inspect-reply.js';
import type { Mailbox } from '../pidbox/mailbox.js';
import type { Transport } from '../transport/transport.js';
import { checkArguments, type ControlArguments, type ControlCommand } from './commands.js';
import { emptyOutcome, outcomeOf, rejected, combined } from './control-outcome.js';
import type { ControlFailure, ControlOutcome } from './control-outcome.js';

export interface ControlOptions {
  readonly mailbox: Mailbox;
  readonly inspect: Pick<Inspect, 'run'>;
  readonly transport: Transport;
  readonly state: State;
  /** Finds out whether workers that did not answer listen at all; resolves when that is known as far as it can be. */
  readonly onSilent?: ((hostnames: readonly string[]) => Promise<void>) | undefined;
  /** Milliseconds that an effect has to show itself. */
  readonly confirmationTime?: number | undefined;
}

/** Node names, or null for every worker; and who wants to know when something may have changed. */
export interface Addressed {
  readonly hostnames: readonly string[] | null;
  /** Called when the broker has taken a command, and when an effect shows. */
  readonly onChange?: (() => void) | undefined;
}

/** Workers by name, and what is wrong with the other names. */
export interface Targets {
  readonly hostnames: readonly string[];
  readonly missing: ControlOutcome;
}

const maxHostnames = 1_000;
/** Bytes: with the name of the pidbox behind it, it must be a name of AMQP's. */
const maxHostnameBytes = 200;
/** Milliseconds: a pool of processes looks after itself every five seconds, and only then do new ones start. */
const effectTime = 8_000;
/** Milliseconds between two looks. */
const pause = 100;

export class ControlSender {
  readonly confirmationTime: number;
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.confirmationTime = options.confirmationTime ?? effectTime;
  }

  /** Milliseconds to wait for an earlier control of the same workers. */
  get longestLock(): number {
    return 2 * this.confirmationTime;
  }

  /** @throws BadUserInputError before any worker is asked */
  check<C extends ControlCommand>(command: C, args: ControlArguments<C>): void {
    checkArguments(command, args);
  }

  /**
   * Sends to the named workers that are known, or to all workers.
   * @throws BadUserInputError, BrokerUnavailableError, TimeoutError when no worker could be sent the command
   */
  async command<C extends ControlCommand>(
    command: C,
    args: ControlArguments<C>,
    { hostnames, onChange }: Addressed,
  ): Promise<ControlOutcome> {
    this.check(command, args);
    if (hostnames === null) {
      const outcome = await this.send(command, args, null, onChange);
      const isAnswered = outcome.replies.length + outcome.silent.length + outcome.failures.length > 0;
      return isAnswered ? outcome : combined(outcome, noAnswer(command));
    }
    const { hostnames: known, missing } = await this.#knownTargets(hostnames);
    return combined(await this.send(command, args, known, onChange), missing);
  }

  /** Sends to these workers, or to all for null. An empty list means no worker, unlike in Celery. */
  async send<C extends ControlCommand>(
    command: C,
    args: ControlArguments<C>,
    destination: readonly string[] | null,
    onChange?: () => void,
  ): Promise<ControlOutcome> {
    const checked = checkArguments(command, args);
    if (destination?.length === 0) return emptyOutcome;
    const { mailbox, state } = this.#options;
    const result = await mailbox.broadcast(command, checked, {
      destination,
      onTaken: onChange,
      kind: 'CONTROL',
    });
    onChange?.();
    await this.examine(result.silent);
    const isDeaf = (hostname: string): boolean => state.worker(hostname)?.listening === false;
    return outcomeOf(command, result, mailbox.timeout, isDeaf);
  }

  /** These did not answer: do they listen? */
  async examine(silent: readonly string[]): Promise<void> {
    const { onSilent, state } = this.#options;
    const doubtful = silent.filter((hostname) => {
      const worker = state.worker(hostname);
      return worker?.status === 'ONLINE' && worker.listening !== false;
    });
    if (doubtful.length > 0) await onSilent?.(doubtful);
  }

  /** Why a worker did not do what it was sent. */
  noReply(
    command: string,
    hostname: string,
    milliseconds: number,
    therefore: string,
  ): NoReplyError | NotListeningError {
    return this.#options.state.worker(hostname)?.listening === false
      ? new NotListeningError(command, hostname)
      : new NoReplyError(command, hostname, milliseconds, therefore);
  }

  /** The addressed workers by name. For null: the workers that answer a ping, and those that should have. */
  async resolveTargets(command: ControlCommand, hostnames: readonly string[] | null): Promise<Targets> {
    if (hostnames !== null) return this.#knownTargets(hostnames);
    const { replies, unreadable, silent } = await this.#options.mailbox.broadcast(
      'ping',
      {},
      { kind: 'CONTROL' },
    );
    const all = [...new Set([...replies.keys(), ...unreadable.keys(), ...silent])].sort();
    return { hostnames: all, missing: all.length === 0 ? noAnswer(command) : emptyOutcome };
  }

  /** Inspects workers before a command is sent; a worker without a readable reply is not sent the command. */
  async ask<C extends InspectCommand>(
    about: C,
    command: ControlCommand,
    hostnames: readonly string[],
  ): Promise<{
    readonly answers: ReadonlyMap<string, InspectValue<C>>;
    readonly unanswered: ControlOutcome;
  }> {
    const answers = new Map<string, InspectValue<C>>();
    if (hostnames.length === 0) return { answers, unanswered: emptyOutcome };
    const { replies, silent } = await this.#options.inspect.run(about, hostnames);
    await this.examine(silent);
    const { timeout } = this.#options.mailbox;
    const failures: ControlFailure[] = silent.map((hostname) => ({
      hostname,
      error: this.noReply(about, hostname, timeout, `${command} was not sent`),
    }));
    for (const [hostname, reply] of replies) {
      if (reply.ok) answers.set(hostname, reply.value);
      else if (reply.unreadable === true)
        failures.push({ hostname, error: replyError(about, hostname, reply) });
      else failures.push(rejected(command, hostname, `${about}: ${reply.error}`));
    }
    return { answers, unanswered: { replies: [], silent, failures } };
  }

  /** Polls the workers that accepted the command until each shows the effect, or `confirmationTime` has passed. */
  async confirm<C extends InspectCommand>(
    command: ControlCommand,
    outcome: ControlOutcome,
    about: C,
    holds: (hostname: string, value: InspectValue<C>) => boolean,
  ): Promise<ControlOutcome> {
    const obeyed = outcome.replies.filter(({ ok }) => ok).map(({ hostname }) => hostname);
    const { waiting, unseen } = await this.#until(about, obeyed, holds);
    return {
      ...outcome,
      replies: outcome.replies.map((reply) =>
        reply.ok && !unseen.has(reply.hostname)
          ? { ...reply, confirmed: !waiting.has(reply.hostname) }
          : reply,
      ),
      failures: [
        ...outcome.failures,
        ...[...waiting].map((hostname) => ({
          hostname,
          error: new TimeoutError(`The effect of ${command} on ${hostname}`, this.confirmationTime),
        })),
      ],
    };
  }

  /**
   * Where it has not shown, and where nothing can be seen, as the reply cannot be read. Whatever goes wrong with
   * looking, the command itself was obeyed.
   */
  async #until<C extends InspectCommand>(
    about: C,
    hostnames: readonly string[],
    holds: (hostname: string, value: InspectValue<C>) => boolean,
  ): Promise<Record<'waiting' | 'unseen', ReadonlySet<string>>> {
    const waiting = new Set(hostnames);
    const unseen = new Set<string>();
    const end = performance.now() + this.confirmationTime;
    while (waiting.size > 0) {
      const replies = await this.#look(about, [...waiting]);
      for (const [hostname, reply] of replies) {
        if (!reply.ok && reply.unreadable === true && waiting.delete(hostname)) unseen.add(hostname);
        if (reply.ok && holds(hostname, reply.value)) waiting.delete(hostname);
      }
      if (waiting.size === 0 || performance.now() > end) break;
      await delay(pause, undefined, { ref: false });
    }
    return { waiting, unseen };
  }

  async #look<C extends InspectCommand>(
    about: C,
    hostnames: readonly string[],
  ): Promise<ReadonlyMap<string, InspectReply<C>>> {
    try {
      return (await this.#options.inspect.run(about, hostnames)).replies;
    } catch {
      return new Map();
    }
  }

  /** @throws BadUserInputError for an empty list, which Celery takes for all workers, or an invalid one */
  async #knownTargets(hostnames: readonly string[]): Promise<Targets> {
    const names = [...new Set(hostnames)];
    if (names.length === 0)
      throw new BadUserInputError('hostnames must not be empty; omit it to address every worker');
    if (names.length > maxHostnames)
      throw new BadUserInputError(`hostnames must be ${maxHostnames} at most`);
    if (names.some((name) => name === '' || Buffer.byteLength(name) > maxHostnameBytes))
      throw new BadUserInputError(`a hostname must be 1 to ${maxHostnameBytes} bytes long`);
    const { state, transport } = this.#options;
    const bound = new Set((await transport.boundNodes(names)).nodes);
    const isKnown = (name: string): boolean => bound.has(name) || state.worker(name) !== null;
    const unknown = names.filter((name) => !isKnown(name)).sort();
    return {
      hostnames: names.filter(isKnown).sort(),
      missing: {
        ...emptyOutcome,
        failures: unknown.map((hostname) => ({ hostname, error: new UnknownWorkerError(hostname) })),
      },
    };
  }
}

function noAnswer(command: ControlCommand): ControlOutcome {
  return { ...emptyOutcome, failures: [{ hostname: null, error: new NoWorkersError(command) }] };
}
