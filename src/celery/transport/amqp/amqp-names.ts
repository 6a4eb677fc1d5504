/** Exchanges and queues of a Celery cluster on RabbitMQ. Counterpart of the naming in `kombu.pidbox` and `celery.events`. */
import type { ManagementAddress } from '../address/rabbitmq-address.js';
import type { TransportOptions, WireNames } from '../transport.js';

export interface AmqpOptions extends TransportOptions {
  /** Where the management API is; null to look for it beside the broker, false to do without. */
  readonly managementUrl: ManagementAddress | false | null;
  /** Whether messages may be taken and given back to look at them. */
  readonly amqpPeek: boolean;
}

/** Begins the names of everything that is ours. */
const ours = 'celeryql.';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Where tasks wait for their ETA since Celery 5.5: a queue for each bit of the delay. Kombu can set a prefix before it. */
const delayed = /(?:^|_)celery_delayed_\d+$/;

export class AmqpNames {
  readonly controlExchange: string;
  readonly eventExchange: string;

  constructor({ controlExchange, eventExchange }: WireNames) {
    this.controlExchange = `${controlExchange}.pidbox`;
    this.eventExchange = eventExchange;
  }

  /** A queue of ours; a new name for each connection, since a lost one may hold its queues for a while. */
  own(purpose: 'events' | 'replies', id: string): string {
    return `${ours}${purpose}.${id}`;
  }

  pidboxOf(node: string): string {
    return `${node}.${this.controlExchange}`;
  }

  /** The node of a worker's pidbox queue, or null for anything else. */
  nodeOf(queue: string): string | null {
    const suffix = `.${this.controlExchange}`;
    return queue.endsWith(suffix) && queue.length > suffix.length
      ? queue.slice(0, -suffix.length)
      : null;
  }

  isDelayed(queue: string): boolean {
    return delayed.test(queue);
  }

  /** Whether a queue is Celery's own or a monitor's, and holds no tasks that a worker would take. */
  isInternal(queue: string): boolean {
    return (
      queue.startsWith(ours) ||
      queue.startsWith('amq.gen-') ||
      queue.startsWith(`${this.eventExchange}.`) ||
      queue.endsWith('.pidbox') ||
      queue.includes('.reply.') ||
      delayed.test(queue) ||
      uuid.test(queue) // results of the rpc:// backend
    );
  }
}
