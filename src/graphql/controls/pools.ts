/** Controls of what runs the tasks: how much of it there is, and which queues it serves. */
import { builder } from '../builder.js';
import { controlled, hostnamesArg, WorkerControlPayload } from './payload.js';

const stepArg = {
  defaultValue: 1,
  description: 'By how many processes, or threads, or greenlets.',
} as const;

builder.mutationFields((t) => ({
  growPool: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description: 'Enlarges pools. Pools of one process or of threads, and those that autoscale, refuse.',
    args: { n: t.arg.int(stepArg), hostnames: t.arg.idList(hostnamesArg) },
    resolve: (_root, { n, hostnames }, context) =>
      controlled(context, 'pool_grow', (onChange) =>
        context.celery.control.pool.grow(n ?? 1, { hostnames: hostnames ?? null, onChange }),
      ),
  }),
  shrinkPool: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Makes pools smaller. Each worker is asked for the size of its pool first, and none is emptied: Celery would do ' +
      'that, and the worker would take tasks for ever after without running one.',
    args: { n: t.arg.int(stepArg), hostnames: t.arg.idList(hostnamesArg) },
    resolve: (_root, { n, hostnames }, context) =>
      controlled(context, 'pool_shrink', (onChange) =>
        context.celery.control.pool.shrink(n ?? 1, { hostnames: hostnames ?? null, onChange }),
      ),
  }),
  restartPool: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Replaces the processes of pools, each when it has ended its next task, where `worker_pool_restarts` allows it.',
    args: { hostnames: t.arg.idList(hostnamesArg) },
    resolve: (_root, { hostnames }, context) =>
      controlled(context, 'pool_restart', (onChange) =>
        context.celery.control.pool.restart({ hostnames: hostnames ?? null, onChange }),
      ),
  }),
  setAutoscale: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description: 'Sets the bounds of pools that were started with `--autoscale`; the others refuse.',
    args: {
      max: t.arg.int({ required: true, description: 'At least 1.' }),
      min: t.arg.int({ required: true, description: 'At least 0, and no more than `max`.' }),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: (_root, { max, min, hostnames }, context) =>
      controlled(context, 'autoscale', (onChange) =>
        context.celery.control.autoscale({ max, min }, { hostnames: hostnames ?? null, onChange }),
      ),
  }),
  addConsumer: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Lets workers consume from one more queue, which is made when there is none. A queue in their own configuration is ' +
      'taken from there, whatever is said here. On RabbitMQ take care that a queue or an exchange that exists already ' +
      'is as it is said here: a worker that finds it otherwise loses its connection, again and again.',
    args: {
      queue: t.arg.string({ required: true }),
      exchange: t.arg.string({ description: 'The name of the queue by default.' }),
      exchangeType: t.arg.string({ description: '`direct`, the default, or `topic`, or `fanout`.' }),
      routingKey: t.arg.string({ description: 'The name of the queue by default.' }),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: (_root, { queue, exchange, exchangeType, routingKey, hostnames }, context) =>
      controlled(context, 'add_consumer', (onChange) =>
        context.celery.control.consumers.add(
          { queue, exchange, exchangeType, routingKey },
          { hostnames: hostnames ?? null, onChange },
        ),
      ),
  }),
  cancelConsumer: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Stops workers from consuming from a queue. One that does not is told apart, though Celery itself says ok.',
    args: { queue: t.arg.string({ required: true }), hostnames: t.arg.idList(hostnamesArg) },
    resolve: (_root, { queue, hostnames }, context) =>
      controlled(context, 'cancel_consumer', (onChange) =>
        context.celery.control.consumers.cancel(queue, { hostnames: hostnames ?? null, onChange }),
      ),
  }),
}));
