/** Sends tasks the way Celery's producer does. Counterpart of `celery.app.amqp` and `Task.apply_async`. */
import { randomUUID } from 'node:crypto';
import { argsRepr, pythonRepr } from '../celery/python-repr.js';
import type { MemoryBus } from '../celery/transport/memory-bus.js';
import { EventDispatcher } from './event-dispatcher.js';
import { LamportClock } from './lamport-clock.js';
import { memoryClient, MemoryBackend, MemoryBroker, type CeleryClient } from './memory-celery.js';

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
  readonly #celery: CeleryClient;
  readonly #events: EventDispatcher;

  constructor({ bus, now, defaultQueue = 'default', host = 'embedded' }: DemoClientOptions) {
    this.#now = now;
    this.#defaultQueue = defaultQueue;
    this.#nodeName = `gen${process.pid}@${host}`; // what Celery calls a process that is not a worker
    this.#celery = memoryClient(new MemoryBroker(bus), new MemoryBackend(bus, now));
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
    const message = this.#celery.createTaskMessage(id, name, args, kwargs);
    const shared = {
      root_id: options.rootId ?? id,
      parent_id: options.parentId ?? null,
      retries,
      eta: this.#isoIn(options.countdown),
      expires: this.#isoIn(options.expires),
    };
    const [argsText, kwargsText] = [argsRepr(args), pythonRepr(kwargs)];
    const headers = {
      ...message.headers,
      ...shared,
      shadow: null,
      group: null,
      timelimit: [null, null],
      argsrepr: argsText,
      kwargsrepr: kwargsText,
      origin: this.#nodeName,
    };
    const properties = { ...message.properties, correlation_id: id };
    await this.#celery.broker.publish(message.body, '', queue, headers, properties);
    const route = { queue, exchange: '', routing_key: queue };
    this.#events.send('task-sent', {
      uuid: id,
      name,
      args: argsText,
      kwargs: kwargsText,
      ...shared,
      ...route,
    });
    return id;
  }

  #isoIn(seconds: number | undefined): string | null {
    if (seconds === undefined) return null;
    return new Date(this.#now() + seconds * 1000).toISOString().replace('Z', '+00:00'); // Python's isoformat
  }
}
