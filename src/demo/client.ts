/** Sends tasks the way Celery's producer does. Counterpart of `celery.app.amqp` and `Task.apply_async`. */
import { randomUUID } from 'node:crypto';
import { encodeTask } from '../celery/messages/message.js';
import { createTaskMessage } from '../celery/sending/outgoing-task.js';
import type { MemoryBus } from '../celery/transport/memory/memory-bus.js';
import { EventDispatcher } from './event-dispatcher.js';
import { LamportClock } from './lamport-clock.js';

export interface SendOptions {
  readonly queue?: string;
  /** Seconds until it may start. */
  readonly countdown?: number;
  /** Seconds until it is no longer worth doing. */
  readonly expires?: number;
  /** Given by a retry, which keeps its id. */
  readonly id?: string;
  readonly retries?: number;
  readonly rootId?: string;
  readonly parentId?: string;
}

export interface DemoClientOptions {
  readonly bus: MemoryBus;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Where a task goes that names no queue. */
  readonly defaultQueue?: string;
  /** Part of the node name after the `@`. */
  readonly host?: string;
}

export class DemoClient {
  readonly #now: () => number;
  readonly #defaultQueue: string;
  readonly #nodeName: string;
  readonly #bus: MemoryBus;
  readonly #events: EventDispatcher;

  constructor({ bus, now, defaultQueue = 'default', host = 'embedded' }: DemoClientOptions) {
    this.#now = now;
    this.#defaultQueue = defaultQueue;
    this.#nodeName = `gen${process.pid}@${host}`; // what Celery calls a process that is not a worker
    this.#bus = bus;
    this.#events = new EventDispatcher({
      bus,
      hostname: this.#nodeName,
      clock: new LamportClock(),
      now,
    });
  }

  /** Resolves to the task's id once the broker has it; rejects when its queue is full. */
  async send(
    name: string,
    args: readonly unknown[] = [],
    kwargs: Readonly<Record<string, unknown>> = {},
    options: SendOptions = {},
  ): Promise<string> {
    const { queue = this.#defaultQueue, id = randomUUID(), retries = 0 } = options;
    const { message, sent } = createTaskMessage({
      id,
      name,
      args,
      kwargs,
      queue,
      retries,
      origin: this.#nodeName,
      rootId: options.rootId,
      parentId: options.parentId,
      eta: this.#in(options.countdown),
      expires: this.#in(options.expires),
    });
    this.#bus.queue(queue).push(encodeTask(message));
    this.#events.send('task-sent', sent);
    return id;
  }

  #in(seconds: number | undefined): number | null {
    return seconds === undefined ? null : this.#now() + seconds * 1000;
  }
}
