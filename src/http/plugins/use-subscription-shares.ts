/** Holds every client to its share of subscriptions, over all its connections. Goes around what opens the streams. */
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
import type { ClientShares } from '../client-shares.js';
import type { ServerContext } from '../server-context.js';

export function useSubscriptionShares(shares: ClientShares): Plugin<Context, ServerContext> {
  return {
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      const open = subscribeFn as (args: ExecutionArgs) => Promise<Stream | ExecutionResult>;
      setSubscribeFn(async (args: ExecutionArgs) => {
        let release;
        try {
          const { viewer, live } = args.contextValue as Context;
          release = shares.subscribe({ viewer, clientAddress: live().clientAddress });
        } catch (error) {
          return { errors: [error] };
        }
        try {
          const stream = await open(args);
          if (Symbol.asyncIterator in stream) return new CountedStream(stream, release);
          release();
          return stream;
        } catch (error) {
          release();
          throw error;
        }
      });
    },
  };
}

type Stream = AsyncIterable<ExecutionResult>;

/** A stream that gives its share back when it ends, however it ends. */
class CountedStream implements AsyncIterableIterator<ExecutionResult> {
  readonly #stream: AsyncIterator<ExecutionResult>;
  readonly #release: () => void;
  /** It has failed: what iterates it further gets no more items, since they would not be counted. */
  #hasFailed = false;

  constructor(stream: Stream, release: () => void) {
    this.#stream = stream[Symbol.asyncIterator]();
    this.#release = release;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.#hasFailed) return { done: true, value: undefined };
    try {
      const item = await this.#stream.next();
      if (item.done !== true) return item;
    } catch (error) {
      this.#hasFailed = true;
      this.#release();
      throw error;
    }
    this.#release();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#release();
    await this.#stream.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
