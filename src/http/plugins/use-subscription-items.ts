/**
 * Executes the items of a subscription. Each is an operation of its own: with a reader of its own, so that what it
 * reads is as fresh as the caches, with its own errors beside values, and with its own cache status in
 * `extensions.cache`. Subscribers of the same question share each item: it is executed once, and counts as one request in
 * the statistics of the caches. An item that only looks is left out when it shows what the subscriber's last one showed.
 */
import type { IncomingMessage } from 'node:http';
import { createSourceEventStream, GraphQLError } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { PollingIterator } from '../../cache/polling-iterator.js';
import { ClusterClosedError } from '../../errors.js';
import type { GatewayError } from '../../errors.js';
import type { Context } from '../../graphql/context.js';
import { IntervalTicks } from '../../graphql/subscriptions/interval.js';
import type { LiveSessions } from '../../access/live-sessions.js';
import { DeliveryTurns } from '../connections/delivery-turns.js';
import { asInputError } from '../input-error.js';
import { roomOf } from '../connections/socket-room.js';
import type { ServerContext } from '../server-context.js';
import { endError, SessionEnds } from '../session-ends.js';
import { noteItemId, noteStartId } from '../subscriptions/event-ids.js';
import { ItemExecutor } from '../subscriptions/item.js';
import type { Item } from '../subscriptions/item.js';
import { QuestionKeys } from '../subscriptions/question-keys.js';
import { SharedEvents } from '../subscriptions/shared-events.js';
import { Look } from '../subscriptions/shared-poll.js';
import { SharedPolls } from '../subscriptions/shared-polls.js';

interface ItemStreamOptions {
  readonly source: AsyncIterable<unknown>;
  readonly execute: (payload: unknown) => Promise<Item>;
  readonly leavesOutSame: boolean;
  readonly turns: DeliveryTurns;
  /** Of the client's connection; undefined in a test that has none. */
  readonly req: IncomingMessage | undefined;
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

/** @param maxBytes of one item */
export function useSubscriptionItems(
  maxBytes: number,
  sessions: LiveSessions,
): Plugin<Context, ServerContext> {
  const turns = new DeliveryTurns();
  const sessionEnds = new SessionEnds(sessions);
  const shared: SharedItems = {
    keys: new QuestionKeys(),
    polls: new SharedPolls<Item>(),
    events: new SharedEvents<Item>(() => performance.now()),
  };
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const source = await createSourceEventStream(args);
        if (!(Symbol.asyncIterator in source)) return { errors: source.errors?.map(asInputError) ?? [] };
        const { viewer, req, views } = args.contextValue as Context & NodeContext;
        if (req !== undefined) noteStartId(req, source);
        const closed = views.chosen?.subscriptions.signal;
        const { leave, ...items } = itemsOf(source, args, maxBytes, shared);
        return new ItemStream({
          ...items,
          turns,
          req,
          ends: (end) => {
            const forgetSession = sessionEnds.add(viewer, (why) => end(endError(why)));
            const forgetCluster = onClosed(closed, end);
            return () => {
              leave?.();
              forgetSession();
              forgetCluster();
            };
          },
        });
      });
    },
  };
}

interface SharedItems {
  readonly keys: QuestionKeys;
  readonly polls: SharedPolls<Item>;
  readonly events: SharedEvents<Item>;
}

interface Items extends Pick<ItemStreamOptions, 'source' | 'execute' | 'leavesOutSame'> {
  /** To be called when the stream has ended. */
  readonly leave?: () => void;
}

function itemsOf(
  source: AsyncIterable<unknown>,
  args: ExecutionArgs,
  maxBytes: number,
  { keys, polls, events }: SharedItems,
): Items {
  const executor = new ItemExecutor(args, maxBytes);
  const { cluster, role } = executor;
  const key = keys.keyOf({ args, cluster, role });
  const execute = (payload: unknown): Promise<Item> => executor.execute(payload);
  if (source instanceof PollingIterator)
    return {
      source: polls.join(key, source.options, execute),
      execute: readLook,
      leavesOutSame: source instanceof IntervalTicks,
    };
  const { read, leave } = events.join(key, async (payload) => {
    const item = await execute(payload);
    noteItemId(item.result, payload);
    return item;
  });
  return { source, execute: read, leavesOutSame: false, leave };
}

function readLook(payload: unknown): Promise<Item> {
  if (payload instanceof Look) return payload.read() as Promise<Item>;
  throw new TypeError('a shared poll brings looks');
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
  readonly #options: ItemStreamOptions;
  /** Stops the wait for what ends the stream. */
  readonly #forget: () => void;
  #last: string | null = null;
  /** What has ended the stream; null while it goes on, or where its source has ended it. */
  #endedBy: GatewayError | null = null;
  /** Whether that was delivered. */
  #hasSaidWhy = false;

  constructor(options: ItemStreamOptions) {
    this.#source = options.source[Symbol.asyncIterator]();
    this.#options = options;
    this.#forget = options.ends((error) => this.#end(error));
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const { execute, turns, req } = this.#options;
    for (;;) {
      // What the client does not take stays in the bounded buffer of its source, and is not executed.
      if (req !== undefined) await roomOf(req.socket);
      const item = this.#endedBy === null ? await this.#source.next() : ended;
      // Not before: a turn that was taken while nothing happened would be used when everything does.
      if (item.done !== true) await turns.take();
      const why = this.#whyEnded();
      if (why !== null && !this.#hasSaidWhy) {
        this.#hasSaidWhy = true;
        return { done: false, value: { errors: [endItem(why)] } };
      }
      if (item.done === true) {
        this.#forget();
        return ended;
      }
      const { result, shown } = await execute(item.value);
      if (this.#isNew(shown)) return { done: false, value: result };
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

  #isNew(shown: string): boolean {
    if (!this.#options.leavesOutSame) return true;
    const isNew = shown !== this.#last;
    this.#last = shown;
    return isNew;
  }
}

const ended = { done: true, value: undefined } as const;

function endItem({ code, message }: GatewayError): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
