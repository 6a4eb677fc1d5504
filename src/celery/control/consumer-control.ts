/** Which queues workers consume. They say yes at once and act later, so what they consume is looked at again. */
import type { InspectValue } from '../inspect/inspect.js';
import type { ExchangeType } from './commands.js';
import { refused, combined, type ControlOutcome } from './control-outcome.js';
import type { Addressed, ControlSender } from './control-sender.js';

type Consumed = InspectValue<'active_queues'>;

/** What is left out is as Celery has it by default. */
export interface Consumer {
  readonly queue: string;
  readonly exchange?: string | null | undefined;
  readonly exchangeType?: ExchangeType | null | undefined;
  readonly routingKey?: string | null | undefined;
}

export class ConsumerControl {
  readonly #sender: ControlSender;

  constructor(sender: ControlSender) {
    this.#sender = sender;
  }

  async add(consumer: Consumer, addressed: Addressed): Promise<ControlOutcome> {
    const { queue: name, exchange, exchangeType, routingKey } = consumer;
    // Python's defaults are for what is left out, and null is a value.
    const args = {
      queue: name,
      ...(exchange != null && { exchange }),
      ...(exchangeType != null && { exchange_type: exchangeType }),
      ...(routingKey != null && { routing_key: routingKey }),
    };
    const sent = await this.#sender.command('add_consumer', args, addressed);
    const exchanges = new Map<string, string>();
    const outcome = await this.#sender.confirm(
      'add_consumer',
      sent,
      'active_queues',
      (hostname, queues) => {
        const queue = queues.find((one) => one.name === name);
        if (queue !== undefined) exchanges.set(hostname, queue.exchange?.name ?? '');
        return queue !== undefined;
      },
    );
    addressed.onChange?.();
    return {
      ...outcome,
      replies: outcome.replies.map((reply) => withExchange(reply, consumer, exchanges)),
    };
  }

  /** Celery says that it consumes no longer also from what it never consumed. */
  async cancel(queue: string, { hostnames, onChange }: Addressed): Promise<ControlOutcome> {
    const sender = this.#sender;
    sender.check('cancel_consumer', { queue });
    const targets = await sender.resolveTargets('cancel_consumer', hostnames);
    const { answers, unanswered } = await sender.ask(
      'active_queues',
      'cancel_consumer',
      targets.hostnames,
    );
    const consumers = [...answers].filter(([, queues]) => consumes(queues, queue)).map(([name]) => name);
    const others = [...answers.keys()].filter((hostname) => !consumers.includes(hostname));
    const sent = await sender.send('cancel_consumer', { queue }, consumers, onChange);
    const outcome = await sender.confirm(
      'cancel_consumer',
      sent,
      'active_queues',
      (_hostname, queues) => !consumes(queues, queue),
    );
    onChange?.();
    const refusals = others.map((hostname) =>
      refused('cancel_consumer', hostname, `it does not consume from ${queue}`),
    );
    return combined(outcome, ...refusals, unanswered, targets.missing);
  }
}

function consumes(queues: Consumed, queue: string): boolean {
  return queues.some(({ name }) => name === queue);
}

/** A queue that is in the worker's own configuration is taken from there, whatever the command says. */
function withExchange<R extends { readonly hostname: string; readonly message: string }>(
  reply: R,
  { exchange, queue }: Consumer,
  exchanges: ReadonlyMap<string, string>,
): R {
  const used = exchanges.get(reply.hostname);
  if (used === undefined || exchange == null || used === exchange) return reply;
  const note = `${queue} was known to it, by exchange "${used}", and is consumed so`;
  return { ...reply, message: `${reply.message} (${note})` };
}
