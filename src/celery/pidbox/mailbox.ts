/**
 * Remote control client: broadcasts one command to the workers' pidboxes and gathers the replies that carry its
 * ticket. Counterpart of `kombu.pidbox.Mailbox`, except that it stops at the last reply: Celery's own client
 * waits out its timeout at every broadcast, since it does not know how many replies to expect.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { startDeadline } from '../../timers.js';
import { BrokerUnavailableError, MalformedMessageError, TimeoutError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { ThrottledLog } from '../../throttled-log.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import { CommandTurns, type CommandKind } from './command-turns.js';
import { decodeExactBody } from '../messages/message-body.js';
import type { RawMessage } from '../messages/message.js';
import { standardRedactor, type Redaction } from '../redaction/redactor.js';
import { ReplyGathering, type UnreadableAnswer, type UnreadableReply } from './reply-gathering.js';
import type { Transport } from '../transport/transport.js';
import { unreadableDetails, type Unreadable } from '../messages/unreadable.js';

export interface BroadcastResult {
  /** What each node said, by node name. */
  readonly replies: ReadonlyMap<string, unknown>;
  /** Nodes that answered, or may have answered, in a way that cannot be read, and why. */
  readonly unreadable: ReadonlyMap<string, UnreadableAnswer>;
  /** Why replies of nodes whose names are unknown cannot be read; null when there are none. */
  readonly unnamed: UnreadableReply | null;
  /** Nodes that should have answered and did not, sorted. */
  readonly silent: readonly string[];
  /** Epoch milliseconds of the last reply, or of the end of the wait. */
  readonly at: number;
  /** Pidboxes that took the request; null when the broker does not count them. */
  readonly receivers: number | null;
}

export interface BroadcastOptions {
  /** Exact node names; null asks every worker. */
  readonly destination?: readonly string[] | null;
  /** Total deadline in milliseconds, however many replies come. */
  readonly timeout?: number;
  /** Called when the broker has taken the request: workers may act from now on. */
  readonly onTaken?: (() => void) | undefined;
  /** When it is sent, beside others: see CommandTurns; READ when left out. Waiting for that is not part of `timeout`. */
  readonly kind?: CommandKind | undefined;
}

export interface MailboxOptions {
  readonly transport: Transport;
  readonly log: Logger;
  /** Total deadline in milliseconds. */
  readonly timeout: number;
  /** Names of the workers that are alive by their heartbeats. */
  readonly alive: () => readonly string[];
  /** Names of the workers that live and do not listen: they are silent, and not waited for. */
  readonly notListening?: () => readonly string[];
  /** Called with each node that replies, which is a sign of life, and the content type of the reply; null if unknown. */
  readonly onReply?: (hostname: string, contentType: string | null) => void;
  readonly redaction?: Redaction | undefined;
  readonly unreadable?: Unreadable | undefined;
  readonly onListenerError?: OnListenerError;
}

/** Milliseconds without another reply that end the wait when only doubtful nodes have not answered. */
const quietWindow = 100;

/** More are not remembered. */
const maxUnreadableNodes = 1_000;

const replyHeaders = z.object({ ticket: z.string() });
const replyBody = z.record(z.string(), z.unknown());
const replyWords = z.union([z.strictObject({ ok: z.string() }), z.strictObject({ error: z.string() })]);

interface Pending {
  readonly gathering: ReplyGathering;
  /** Re-examines whether the wait is over. */
  readonly check: () => void;
  readonly fail: (error: Error) => void;
}

export class Mailbox implements Disposable {
  readonly #options: MailboxOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #receiverListeners: Listeners<[number]>;
  readonly #malformedLog: ThrottledLog;
  readonly #turns = new CommandTurns();
  /** Nodes whose last reply could not be read. */
  readonly #unreadableNodes = new Set<string>();

  constructor(options: MailboxOptions) {
    this.#options = options;
    this.#receiverListeners = new Listeners(
      'receivers of requests',
      options.onListenerError ?? ignoreListenerErrors,
    );
    const message = 'skipped malformed remote control replies';
    this.#malformedLog = new ThrottledLog({ log: options.log, message });
    options.transport.subscribeReplies(
      (message) => this.#receive(message),
      () => this.#pending.size > 0,
    );
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

  /** Sends a command that workers do not reply to. */
  async cast(
    method: string,
    args: Readonly<Record<string, unknown>> = {},
    destination: readonly string[] | null = null,
    kind: CommandKind = 'READ',
  ): Promise<void> {
    const { transport } = this.#options;
    const { turn, end } = this.#turns.take(kind);
    await turn;
    try {
      this.#taken(
        await transport.publishRequest({ method, arguments: args, destination, ticket: null }),
      );
    } finally {
      end();
    }
  }

  /** Calls back with the number of pidboxes that took a request, where the broker counts them. */
  onReceivers(listener: (receivers: number) => void): () => void {
    return this.#receiverListeners.add(listener);
  }

  #taken(receivers: number | null): void {
    if (receivers !== null) this.#receiverListeners.notify(receivers);
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
    const { turn, end } = this.#turns.take(options.kind ?? 'READ');
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
    const gathering = new ReplyGathering(
      destination,
      living,
      this.#unreadableNodes,
      this.#options.notListening?.(),
    );
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
        this.#sawUnreadable(gathering);
        const { replies, unreadable, unnamed, silent, receivers } = gathering;
        resolve({ replies, unreadable, unnamed, silent, receivers, at: Date.now() });
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
        this.#taken(receivers);
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
    let pending: Pending | undefined;
    let contentType: string | null = null;
    try {
      const decoded = message.read();
      contentType = decoded.contentType;
      const { ticket } = replyHeaders.parse(decoded.headers);
      pending = this.#pending.get(ticket);
      if (!pending) return; // late: its deadline has passed
      this.#take(pending, replyBody.parse(decodeExactBody(decoded)), contentType);
    } catch (error) {
      this.#skip(pending, contentType, error);
    }
    pending?.check();
  }

  #take(
    { gathering }: Pending,
    body: Readonly<Record<string, unknown>>,
    contentType: string | null,
  ): void {
    const entries = Object.entries(body);
    if (entries.length === 0) throw new MalformedMessageError('the reply names no worker');
    for (const [hostname, value] of entries) {
      gathering.add(hostname, this.#withoutSecrets(value));
      this.#unreadableNodes.delete(hostname);
      this.#options.onReply?.(hostname, contentType);
    }
  }

  /** It is an answer all the same: nothing waits for another one of its sender. */
  #skip(pending: Pending | undefined, contentType: string | null, error: unknown): void {
    const { unreadable } = this.#options;
    const details = { contentType, ...unreadableDetails(error) };
    pending?.gathering.addUnreadable({ ...details, contentType });
    const [hostname, ...others] = pending?.gathering.certainUnreadable ?? [];
    unreadable?.count('reply', {
      reason: details.reason,
      contentType,
      hostname: others.length === 0 ? (hostname ?? null) : null,
    });
    this.#malformedLog.add('reply', { error });
  }

  /** Fails what waits for replies, and writes to the log what was only counted until now. */
  [Symbol.dispose](): void {
    for (const { fail } of this.#pending.values())
      fail(new BrokerUnavailableError(this.#options.transport.address));
    this.#malformedLog[Symbol.dispose]();
  }

  #sawUnreadable({ certainUnreadable, unreadable }: ReplyGathering): void {
    for (const hostname of certainUnreadable) {
      if (this.#unreadableNodes.size < maxUnreadableNodes) this.#unreadableNodes.add(hostname);
      this.#options.onReply?.(hostname, unreadable.get(hostname)?.contentType ?? null);
    }
  }

  /** Masks error texts, which may quote arguments; values are masked by the reader of the command. */
  #withoutSecrets(reply: unknown): unknown {
    const words = replyWords.safeParse(reply);
    if (!words.success) return reply;
    const { redaction = standardRedactor } = this.#options;
    return Object.fromEntries(
      Object.entries(words.data).map(([name, said]) => [name, redaction.text(said)]),
    );
  }
}
