/**
 * Executes the items of a subscription. Each is an operation of its own: with a reader of its own, so that what it
 * reads is as fresh as the caches, with its own errors beside values, and with its own cache status in
 * `extensions.cache`. An item that only looks is
 * left out when it shows what the last one showed.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createSourceEventStream, execute, GraphQLError } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { CacheStatus } from '../../cache/cache-status.js';
import { ClusterClosedError } from '../../errors.js';
import type { GatewayError } from '../../errors.js';
import { createContext } from '../../graphql/context.js';
import type { Context } from '../../graphql/context.js';
import { IntervalTicks } from '../../graphql/subscriptions/interval.js';
import type { LiveSessions } from '../../access/live-sessions.js';
import { slices } from '../../slices.js';
import { boundedAnswer } from '../answer-size.js';
import { DeliveryTurns } from '../connections/delivery-turns.js';
import { asInputError } from '../input-error.js';
import { jsonText } from '../json-text.js';
import { roomOf } from '../connections/socket-room.js';
import type { ServerContext } from '../server-context.js';
import { endError, SessionEnds } from '../session-ends.js';

interface ItemStreamOptions {
  readonly execute: (payload: unknown) => Promise<ExecutionResult>;
  /** Resolves when an item may be delivered. */
  readonly turn: () => Promise<void>;
  /** Resolves when the client's socket takes more; null while it does. */
  readonly room: () => Promise<void> | null;
  /**
   * Calls back when the stream has to end before its source does, with the last item's error, until the function that it
   * returns is called.
   */
  readonly ends: (end: (error: GatewayError) => void) => () => void;
}

/** The request that opened the subscription or its WebSocket; undefined in a test that sends none. */
interface NodeContext {
  readonly req?: IncomingMessage;
}

/** Characters of an item up to which it is kept whole, to be compared with the next one. */
const longestKept = 1_024;

/** @param maxBytes of one item */
export function useSubscriptionItems(
  maxBytes: number,
  sessions: LiveSessions,
): Plugin<Context, ServerContext> {
  const turns = new DeliveryTurns();
  const sessionEnds = new SessionEnds(sessions);
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const source = await createSourceEventStream(args);
        if (!(Symbol.asyncIterator in source)) return { errors: source.errors?.map(asInputError) ?? [] };
        const context = args.contextValue as Context & NodeContext;
        const { viewer, req } = context;
        const closed = context.views.chosen?.subscriptions.signal;
        return new ItemStream(source, {
          execute: (payload) => executeItem(args, payload, maxBytes),
          turn: () => turns.take(),
          room: () => (req === undefined ? null : roomOf(req.socket)),
          ends: (end) => {
            const forgetSession = sessionEnds.add(viewer, (why) => end(endError(why)));
            const forgetCluster = onClosed(closed, end);
            return () => {
              forgetSession();
              forgetCluster();
            };
          },
        });
      });
    },
  };
}

async function executeItem(
  args: ExecutionArgs,
  payload: unknown,
  maxBytes: number,
): Promise<ExecutionResult> {
  // Not the status of the operation: its `Cache-Control: no-cache`, which browsers send with every EventSource,
  // would let each subscriber ask the cluster at each interval.
  const status = new CacheStatus();
  const operation = args.contextValue as Context;
  const services = operation.live();
  const cluster = operation.views.chosen ?? services.clusters.only;
  const caller = { viewer: operation.viewer, clientAddress: services.clientAddress };
  const context = createContext(services, caller, status, operation.executed.max, cluster);
  const executed = await execute({ ...args, rootValue: payload, contextValue: context });
  const bounded = await boundedAnswer(executed, maxBytes);
  const result = context.sideErrors.addTo(bounded);
  const cache = status.summary();
  status.count();
  return cache === null ? result : { ...result, extensions: { ...result.extensions, cache } };
}

/** Calls `end` when the cluster was closed, also where that is so already; returns what stops it. */
function onClosed(signal: AbortSignal | undefined, end: (error: GatewayError) => void): () => void {
  const aborted = (): void => {
    const reason: unknown = signal?.reason;
    if (reason instanceof ClusterClosedError) end(reason);
  };
  if (signal?.aborted) aborted();
  signal?.addEventListener('abort', aborted, { once: true });
  return () => signal?.removeEventListener('abort', aborted);
}

/** No generator: whose return would wait for the next item before it ends the source. */
class ItemStream implements AsyncIterableIterator<ExecutionResult> {
  readonly #source: AsyncIterator<unknown>;
  readonly #leavesOutSame: boolean;
  readonly #options: ItemStreamOptions;
  /** Stops the wait for what ends the stream. */
  readonly #forget: () => void;
  #last: string | null = null;
  /** What has ended the stream; null while it goes on, or where its source has ended it. */
  #endedBy: GatewayError | null = null;
  /** Whether that was delivered. */
  #hasSaidWhy = false;

  constructor(source: AsyncIterable<unknown>, options: ItemStreamOptions) {
    this.#source = source[Symbol.asyncIterator]();
    this.#leavesOutSame = source instanceof IntervalTicks;
    this.#options = options;
    this.#forget = options.ends((error) => this.#end(error));
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const { execute, turn, room } = this.#options;
    for (;;) {
      // What the client does not take stays in the bounded buffer of its source, and is not executed.
      await room();
      const item = this.#endedBy === null ? await this.#source.next() : ended;
      // Not before: a turn that was taken while nothing happened would be used when everything does.
      if (item.done !== true) await turn();
      const why = this.#whyEnded();
      if (why !== null && !this.#hasSaidWhy) {
        this.#hasSaidWhy = true;
        return { done: false, value: { errors: [endItem(why)] } };
      }
      if (item.done === true) {
        this.#forget();
        return ended;
      }
      const value = await execute(item.value);
      if (!this.#leavesOutSame || (await this.#isNew(value))) return { done: false, value };
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#forget();
    await this.#source.return?.();
    return ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** It may have ended while an item was waited for. */
  #whyEnded(): GatewayError | null {
    return this.#endedBy;
  }

  #end(error: GatewayError): void {
    this.#endedBy ??= error;
    // A pending read of the next item ends now.
    this.#source.return?.().catch(() => undefined);
  }

  async #isNew({ data, errors }: ExecutionResult): Promise<boolean> {
    const text = await slices.run(jsonText([data, errors]));
    const isShort = text.length <= longestKept;
    const shown = isShort ? text : createHash('sha256').update(text).digest('base64');
    const isNew = shown !== this.#last;
    this.#last = shown;
    return isNew;
  }
}

const ended = { done: true, value: undefined } as const;

function endItem({ code, message }: GatewayError): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
