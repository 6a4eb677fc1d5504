/** Which subscribers share a poll: those of the same question about the same cluster, with the same rights. */
import type { DocumentNode, ExecutionArgs } from 'graphql';
import type { PollingOptions } from '../../cache/polling-iterator.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { Role } from '../../access/viewer.js';
import { SharedPoll } from './shared-poll.js';
import type { PollSubscriber } from './shared-poll.js';

export interface Question {
  readonly args: Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>;
  /** Null where the items are about none. */
  readonly cluster: Cluster | null;
  /** What a viewer may read of a cluster depends on the role alone. */
  readonly role: Role;
}

export class SharedPolls<T> {
  readonly #polls = new Map<string, SharedPoll<unknown, T>>();
  readonly #ids = new WeakMap<DocumentNode | Cluster, number>();
  #lastId = 0;

  /** Polls that have subscribers. */
  get size(): number {
    return this.#polls.size;
  }

  /**
   * @param polled what the question asks for; not used where there are subscribers of the question already
   * @param make what each look is made into, once for all of them
   */
  join<R>(
    question: Question,
    polled: PollingOptions<R>,
    make: (report: R) => Promise<T>,
  ): PollSubscriber<unknown, T> {
    const key = this.#keyOf(question);
    const known = this.#polls.get(key);
    if (known !== undefined) return known.join();
    const { report, version, intervalMs, signals } = polled;
    const onEmpty = (): void => {
      if (this.#polls.get(key) === poll) this.#polls.delete(key);
    };
    const poll: SharedPoll<unknown, T> = new SharedPoll<unknown, T>({
      polled: { report, version, intervalMs, signals },
      make: (seen) => make(seen as R), // reported by `polled`
      onEmpty,
    });
    this.#polls.set(key, poll);
    return poll.join();
  }

  /** Documents with the same text are one object as long as the cache of documents knows the text. */
  #keyOf({ args, cluster, role }: Question): string {
    const { document, operationName, variableValues } = args;
    const ids = [this.#idOf(document), cluster && this.#idOf(cluster)];
    return JSON.stringify([...ids, role, operationName ?? null, variableValues ?? null]);
  }

  #idOf(object: DocumentNode | Cluster): number {
    const known = this.#ids.get(object);
    if (known !== undefined) return known;
    this.#ids.set(object, ++this.#lastId);
    return this.#lastId;
  }
}
