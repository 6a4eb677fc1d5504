/**
 * Remote control client: broadcasts one command to the workers' pidboxes and gathers the replies that carry its
 * ticket. Counterpart of `kombu.pidbox.Mailbox`, except that it stops at the last reply: Celery's own client
 * waits out its timeout at every broadcast, since it does not know how many replies to expect.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { startDeadline } from '../deadline.js';
import { BrokerUnavailableError, TimeoutError } from '../errors.js';
import type { Logger } from '../log.js';
import { LogThrottle } from '../log-throttle.js';
import { CommandTurns } from './command-turns.js';
import { decodeBody } from './message.js';
import type { RawMessage } from './message.js';
import { standardRedactor, type Redaction } from './redaction/redactor.js';
import { ReplyGathering } from './reply-gathering.js';
import type { Transport } from './transport/transport.js';
import { unreadableDetails, type Unreadable } from './unreadable.js';

export interface BroadcastResult {
  /** What each node said, by node name. */
  readonly replies: ReadonlyMap<string, unknown>;
  /** Nodes that should have answered and did not, sorted. */
  readonly silent: readonly string[];
  /** Epoch milliseconds of the last reply, or of the end of the wait. */
  readonly at: number;
}

export interface BroadcastOptions {
  /** Exact node names; null asks every worker. */
  readonly destination?: readonly string[] | null;
  /** Total deadline in milliseconds, however many replies come. */
  readonly timeout?: number;
  /** Called when the broker has taken the request: workers may act from now on. */
  readonly onTaken?: (() => void) | undefined;
  /** Whether nothing else may be under way to the workers: see CommandTurns. Waiting for that is not part of `timeout`. */
  readonly alone?: boolean | undefined;
}

export interface MailboxOptions {
  readonly transport: Transport;
  readonly log: Logger;
  /** Total deadline in milliseconds. */
  readonly timeout: number;
  /** Names of the workers that are alive by their heartbeats. */
  readonly alive: () => readonly string[];
  /** Called with the name of each node that replies: a sign of life. */
  readonly onReply?: (hostname: string) => void;
  readonly redaction?: Redaction | undefined;
  readonly unreadable?: Unreadable | undefined;
}

/** Milliseconds without another reply that end the wait when only doubtful nodes have not answered. */
const quietWindow = 100;

const replyHeaders = z.object({ ticket: z.string() });
const replyBody = z.record(z.string(), z.unknown());
const replyWords = z.union([z.strictObject({ ok: z.string() }), z.strictObject({ error: z.string() })]);

interface Pending {
  readonly gathering: ReplyGathering;
  /** Re-examines whether the wait is over. */
  readonly check: () => void;
  readonly fail: (error: Error) => void;
}

export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #malformedLog = new LogThrottle(Date.now);
  readonly #turns = new CommandTurns();

  constructor(options: MailboxOptions) {
    this.#options = options;
    options.transport.subscribeReplies((message) => this.#receive(message));
    options.transport.onConnection(({ connected }) => {
      if (connected) return;
      for (const { fail } of this.#pending.values())
        fail(new BrokerUnavailableError(options.transport.address));
    });
    options.transport.onImpairment(() => {
      const error = this.#unreadableReplies();
      if (error !== null) for (const { fail } of this.#pending.values()) fail(error);
    });
  }

  /** Sends a command that nobody replies to. */
  async cast(
    method: string,
    args: Readonly<Record<string, unknown>> = {},
    destination: readonly string[] | null = null,
  ): Promise<void> {
    const { transport } = this.#options;
    const { turn, end } = this.#turns.take(false);
    await turn;
    try {
      await transport.publishRequest({ method, arguments: args, destination, ticket: null });
    } finally {
      end();
    }
  }

  /** Milliseconds that a broadcast takes at most, unless it says otherwise. */
  get timeout(): number {
    return this.#options.timeout;
  }

  /**
   * Resolves at the last expected reply, or at the deadline with those that have come.
   * @throws BrokerUnavailableError when the broker is away, or goes away meanwhile.
   * @throws TimeoutError when the broker itself has not taken the request by then: no worker is to blame.
   */
  async broadcast(
    method: string,
    args: Readonly<Record<string, unknown>> = {},
    options: BroadcastOptions = {},
  ): Promise<BroadcastResult> {
    const { turn, end } = this.#turns.take(options.alone === true);
    if (turn !== null) await turn;
    try {
      return await this.#broadcast(method, args, options);
    } finally {
      end();
    }
  }

  #broadcast(
    method: string,
    args: Readonly<Record<string, unknown>>,
    { destination = null, timeout = this.#options.timeout, onTaken }: BroadcastOptions,
  ): Promise<BroadcastResult> {
    const { transport, alive } = this.#options;
    const refused = this.#unreadableReplies();
    if (refused !== null) throw refused;
    const ticket = randomUUID();
    const living = alive();
    const gathering = new ReplyGathering(destination, living);
    return new Promise<BroadcastResult>((resolve, reject) => {
      let stopQuiet: (() => void) | undefined;
      const stopDeadline = startDeadline(timeout, () => {
        if (gathering.isPublished) finish();
        else fail(new TimeoutError(`The broker at ${transport.address}`, timeout));
      });
      const stop = (): void => {
        stopDeadline();
        stopQuiet?.();
        this.#pending.delete(ticket);
      };
      const finish = (): void => {
        stop();
        resolve({ replies: gathering.replies, silent: gathering.silent, at: Date.now() });
      };
      const fail = (error: Error): void => {
        stop();
        reject(error);
      };
      const check = (): void => {
        if (!this.#pending.has(ticket)) return;
        const { progress } = gathering;
        stopQuiet?.();
        if (progress === 'done') finish();
        else if (progress === 'nearly') stopQuiet = startDeadline(quietWindow, finish);
      };
      this.#pending.set(ticket, { gathering, check, fail });
      transport.boundNodes([...new Set([...living, ...(destination ?? [])])]).then((bound) => {
        gathering.bound(bound);
        check();
      }, fail);
      transport.publishRequest({ method, arguments: args, destination, ticket }).then((receivers) => {
        gathering.published(receivers);
        onTaken?.();
        check();
      }, fail);
    });
  }

  /** Where replies cannot be read, no request is sent: its silence would look like that of the workers. */
  #unreadableReplies(): BrokerUnavailableError | null {
    const { address, impairments } = this.#options.transport;
    const refused = impairments.find(({ part }) => part === 'replies');
    if (refused === undefined) return null;
    return new BrokerUnavailableError(address, { reason: refused.reason });
  }

  #receive(message: RawMessage): void {
    try {
      const decoded = message.read();
      const { ticket } = replyHeaders.parse(decoded.headers);
      const pending = this.#pending.get(ticket);
      if (!pending) return; // late: its deadline has passed
      const body = replyBody.parse(decodeBody(decoded));
      for (const [hostname, value] of Object.entries(body)) {
        pending.gathering.add(hostname, this.#withoutSecrets(value));
        this.#options.onReply?.(hostname);
      }
      pending.check();
    } catch (error) {
      this.#options.unreadable?.count('reply', unreadableDetails(error));
      const skipped = this.#malformedLog.due();
      if (skipped === 0) return;
      this.#options.log.warn('skipped malformed remote control replies', { replies: skipped, error });
    }
  }

  /** What a worker says in words may quote arguments; what it tells in values, the reader of the command masks. */
  #withoutSecrets(reply: unknown): unknown {
    const words = replyWords.safeParse(reply);
    if (!words.success) return reply;
    const { redaction = standardRedactor } = this.#options;
    return Object.fromEntries(
      Object.entries(words.data).map(([name, said]) => [name, redaction.text(said)]),
    );
  }
}
