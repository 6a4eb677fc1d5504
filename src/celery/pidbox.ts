/**
 * Remote control client: broadcasts one command to the workers' pidboxes and gathers the replies that carry its
 * ticket. Counterpart of `kombu.pidbox.Mailbox`, except that it stops at the last reply: Celery's own client
 * waits out its timeout at every broadcast, since it does not know how many replies to expect.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { BrokerUnavailableError } from '../errors.js';
import type { Logger } from '../log.js';
import { decodeBody } from './message.js';
import type { RawMessage } from './message.js';
import type { Transport } from './transport/transport.js';

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
}

/**
 * When all but doubtful nodes have answered, this many milliseconds without another reply end the wait. Doubtful
 * are receivers that nobody knows by name, and nodes that are known but do not listen.
 */
const quietWindow = 100;
/** More replies of one node name than this, or more nodes than this, are not a cluster but an accident. */
const maxReplies = 10_000;

const replyHeaders = z.object({ ticket: z.string() });
const replyBody = z.record(z.string(), z.unknown());

interface Pending {
  readonly replies: Map<string, unknown>;
  /** Re-examines whether the wait is over. */
  readonly check: () => void;
  readonly fail: (error: Error) => void;
}

export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #pending = new Map<string, Pending>();

  constructor(options: MailboxOptions) {
    this.#options = options;
    options.transport.subscribeReplies((message) => this.#receive(message));
    options.transport.onConnection(({ connected }) => {
      if (connected) return;
      for (const { fail } of this.#pending.values())
        fail(new BrokerUnavailableError(options.transport.address));
    });
  }

  /** Sends a command that nobody replies to. */
  async cast(method: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#options.transport.publishRequest({
      method,
      arguments: args,
      destination: null,
      ticket: null,
    });
  }

  /**
   * Resolves at the last expected reply, or at the deadline with those that have come.
   * @throws BrokerUnavailableError when the broker is away, or goes away meanwhile.
   */
  async broadcast(
    method: string,
    args: Readonly<Record<string, unknown>> = {},
    { destination = null, timeout = this.#options.timeout }: BroadcastOptions = {},
  ): Promise<BroadcastResult> {
    const { transport, alive } = this.#options;
    const ticket = randomUUID();
    const replies = new Map<string, unknown>();
    let receivers: number | null = null;
    let bound: readonly string[] | null = null;
    let published = false;

    const missing = (names: readonly string[]): readonly string[] =>
      names.filter((name) => !replies.has(name));
    /** Whether the wait is over: for certain, in all likelihood, or not. */
    const progress = (): 'done' | 'nearly' | 'waiting' => {
      if (!published) return 'waiting';
      if (destination) {
        const unheard = missing(destination);
        if (unheard.length === 0) return 'done';
        // A node that neither listens nor lives cannot answer: do not wait for it as long as for the others.
        const living = new Set([...alive(), ...(bound ?? unheard)]);
        return unheard.some((name) => living.has(name)) ? 'waiting' : 'nearly';
      }
      const living = alive();
      const allListeners = receivers !== null && replies.size >= receivers;
      const allLiving = missing(living).length === 0;
      const allBound = bound !== null && missing(bound).length === 0 && replies.size > 0;
      if (allLiving && (allListeners || allBound)) return 'done';
      if (allListeners || (allLiving && living.length > 0)) return 'nearly';
      return 'waiting';
    };
    const silent = (): readonly string[] => {
      if (destination) return [...missing(destination)].sort();
      // Names linger in the bindings when a worker was killed; they count while more pidboxes listen than replied.
      const listening = receivers === null || receivers > replies.size ? (bound ?? []) : [];
      return [...new Set(missing([...alive(), ...listening]))].sort();
    };

    return new Promise<BroadcastResult>((resolve, reject) => {
      let quiet: NodeJS.Timeout | undefined;
      const deadline = setTimeout(() => finish(), timeout);
      const stop = (): void => {
        clearTimeout(deadline);
        clearTimeout(quiet);
        this.#pending.delete(ticket);
      };
      const finish = (): void => {
        stop();
        resolve({ replies, silent: silent(), at: Date.now() });
      };
      const fail = (error: Error): void => {
        stop();
        reject(error);
      };
      const check = (): void => {
        const state = progress();
        clearTimeout(quiet);
        if (state === 'done') finish();
        else if (state === 'nearly') quiet = setTimeout(finish, quietWindow);
      };
      this.#pending.set(ticket, { replies, check, fail });
      transport.boundNodes().then((names) => {
        bound = names;
        if (this.#pending.has(ticket)) check();
      }, fail);
      transport.publishRequest({ method, arguments: args, destination, ticket }).then((count) => {
        receivers = count;
        published = true;
        if (this.#pending.has(ticket)) check();
      }, fail);
    });
  }

  #receive(message: RawMessage): void {
    try {
      const decoded = message.read();
      const { ticket } = replyHeaders.parse(decoded.headers);
      const pending = this.#pending.get(ticket);
      if (!pending) return; // late: its deadline has passed
      const body = replyBody.parse(decodeBody(decoded));
      for (const [hostname, value] of Object.entries(body)) {
        if (pending.replies.size < maxReplies) pending.replies.set(hostname, value);
        this.#options.onReply?.(hostname);
      }
      pending.check();
    } catch (error) {
      this.#options.log.warn('skipped a malformed remote control reply', { error });
    }
  }
}
