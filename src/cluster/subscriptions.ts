/**
 * Subscriptions to events: how many there are, what was delivered and dropped, and their end when the cluster is closed or
 * the gateway stops.
 */
import { setMaxListeners } from 'node:events';
import type { Celery } from '../celery/celery.js';
import type { TaskEventFilter, TaskNotice } from '../celery/tasks/task-feed.js';
import { BrokerUnavailableError, ClusterClosedError, EventsLostError } from '../errors.js';
import { EventHistories } from './event-histories.js';
import type { StreamRequest } from './event-histories.js';
import { SubscriberBuffer } from './subscriber-buffer.js';
import { WorkerFeed } from './worker-feed.js';
import type { WorkerEventFilter, WorkerNotice } from './worker-feed.js';

/** Of one subscriber, whatever the number of items: texts of tasks may be long. */
const maxBytes = 16 * 1024 * 1024;
/** Rough memory of a snapshot of a worker. */
const workerNoticeBytes = 1_000;

export interface SubscriptionsOptions {
  readonly celery: Celery;
  /** Items that wait for one subscriber at most. */
  readonly maxItems: number;
}

export interface SubscriptionStats {
  /** Subscribers to events at this moment. */
  readonly active: number;
  readonly delivered: number;
  /** Items that were missed by subscribers too slow for them. */
  readonly dropped: number;
}

export class Subscriptions implements Disposable {
  readonly #options: SubscriptionsOptions;
  readonly #tasks: EventHistories<TaskEventFilter, TaskNotice>;
  readonly #workers: EventHistories<WorkerEventFilter, WorkerNotice>;
  readonly #buffers = new Set<{ end(): void }>();
  readonly #disposal = new AbortController();
  readonly #stopWatching: () => void;
  #delivered = 0;
  #dropped = 0;

  constructor(options: SubscriptionsOptions) {
    const { celery } = options;
    const { transport, onListenerError } = celery;
    const workers = new WorkerFeed(celery);
    this.#options = options;
    this.#tasks = new EventHistories(
      {
        sizeOf: ({ bytes }) => bytes,
        listen: (filter, push) => celery.state.taskFeed.listen(filter, push),
      },
      onListenerError,
    );
    this.#workers = new EventHistories(
      { sizeOf: () => workerNoticeBytes, listen: (filter, push) => workers.listen(filter, push) },
      onListenerError,
    );
    setMaxListeners(0, this.signal); // one for each stream that waits
    let wasConnected = transport.connection.connected;
    this.#stopWatching = transport.onConnection(({ connected }) => {
      const isLost = wasConnected && !connected;
      wasConnected = connected;
      if (!isLost) return;
      const error = new BrokerUnavailableError(transport.address);
      for (const histories of [this.#tasks, this.#workers]) histories.interrupt(error);
    });
  }

  /** Aborted at the end: with a ClusterClosedError as the reason, unless the gateway stops. */
  get signal(): AbortSignal {
    return this.#disposal.signal;
  }

  get stats(): SubscriptionStats {
    return { active: this.#buffers.size, delivered: this.#delivered, dropped: this.#dropped };
  }

  /**
   * A stream of task events, until it is returned or the gateway stops. It reports with an error when the connection to
   * the broker is lost, or does not exist from the beginning, and goes on when the broker is back.
   * @throws BadUserInputError when the search text is too long
   */
  taskEvents(request: StreamRequest<TaskEventFilter>): SubscriberBuffer<TaskNotice> {
    return this.#open(this.#tasks, request);
  }

  /** A stream of what happens to workers, as that of task events. */
  workerEvents(request: StreamRequest<WorkerEventFilter>): SubscriberBuffer<WorkerNotice> {
    return this.#open(this.#workers, request);
  }

  /** Ends all of them with an error, since the cluster is closed and the gateway goes on. */
  close(): void {
    this.#end(new ClusterClosedError());
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #open<Filter extends object, T extends object>(
    histories: EventHistories<Filter, T>,
    request: StreamRequest<Filter>,
  ): SubscriberBuffer<T> {
    const { celery, maxItems } = this.#options;
    const stream = histories.open(request, (item) => buffer.push(item));
    const buffer = new SubscriberBuffer<T>({
      startId: stream.startId,
      maxItems,
      maxBytes,
      sizeOf: histories.sizeOf,
      onDelivered: () => this.#delivered++,
      onDropped: () => this.#dropped++,
      onEnd: () => {
        stream.close();
        this.#buffers.delete(buffer);
      },
    });
    this.#buffers.add(buffer);
    for (const item of stream.missed ?? [new EventsLostError()]) buffer.push(item);
    const { connection, address } = celery.transport;
    if (!connection.connected) buffer.push(new BrokerUnavailableError(address));
    if (this.signal.aborted) buffer.end();
    return buffer;
  }

  #end(reason?: ClusterClosedError): void {
    this.#stopWatching();
    this.#disposal.abort(reason);
    for (const buffer of this.#buffers) buffer.end();
    this.#tasks[Symbol.dispose]();
    this.#workers[Symbol.dispose]();
  }
}
