/** Sends the events of one node. Counterpart of `celery.events.EventDispatcher`. */
import type { MemoryBus } from '../celery/transport/memory/memory-bus.js';
import type { LamportClock } from './lamport-clock.js';

export interface EventDispatcherOptions {
  readonly bus: MemoryBus;
  readonly hostname: string;
  readonly clock: LamportClock;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export class EventDispatcher {
  /** What `enable_events` and `disable_events` switch; worker events are always sent, as in Celery. */
  taskEvents = true;
  readonly #options: EventDispatcherOptions;

  constructor(options: EventDispatcherOptions) {
    this.#options = options;
  }

  send(type: `${'task' | 'worker'}-${string}`, fields: Readonly<Record<string, unknown>>): void {
    if (type.startsWith('task-') && !this.taskEvents) return;
    const { bus, hostname, clock, now } = this.#options;
    const timestamp = now() / 1000;
    bus.publishEvent({
      exchange: 'celeryev',
      routingKey: type.replaceAll('-', '.'),
      deliveryMode: 1,
      headers: { hostname },
      body: {
        hostname,
        // Hours west of UTC, of no use (`timestamp` is UTC already), but every event has it.
        utcoffset: Math.trunc(new Date(timestamp * 1000).getTimezoneOffset() / 60),
        pid: process.pid,
        clock: clock.forward(),
        ...fields,
        timestamp,
        type,
      },
    });
  }
}
