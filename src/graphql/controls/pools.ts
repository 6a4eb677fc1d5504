/** Controls of what runs the tasks: how much of it there is, and which queues it serves. */
import { builder } from '../builder.js';
import { ExchangeTypeEnum } from '../enums.js';
import { formerArgs, formerTexts } from '../plugins/input-plugin.js';
import { controlled, hostnamesArg, WorkerControlPayload } from './payload.js';

const stepArg = {
  defaultValue: 1,
  description: 'Number of processes, threads or greenlets.',
} as const;

const queueArg = { required: true, description: 'Name of the queue.' } as const;

builder.mutationFields((t) => ({
  growPool: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Enlarges pools. Solo pools, thread pools and pools with autoscaling reject the command.',
    extensions: formerArgs({ count: 'n' }),
    args: { count: t.arg.int(stepArg), hostnames: t.arg.idList(hostnamesArg) },
    resolve: ({ cluster }, { count, hostnames }, context) =>
      controlled(cluster, context, 'pool_grow', (onChange) =>
        cluster.celery.control.pool.grow(count ?? 1, { hostnames: hostnames ?? null, onChange }),
      ),
  }),
  shrinkPool: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Shrinks pools. The gateway first asks each worker for the size of its pool, and never empties a pool: Celery would allow ' +
      'that, and the worker would then keep taking tasks without ever running one.',
    extensions: formerArgs({ count: 'n' }),
    args: { count: t.arg.int(stepArg), hostnames: t.arg.idList(hostnamesArg) },
    resolve: ({ cluster }, { count, hostnames }, context) =>
      controlled(cluster, context, 'pool_shrink', (onChange) =>
        cluster.celery.control.pool.shrink(count ?? 1, { hostnames: hostnames ?? null, onChange }),
      ),
  }),
  restartPool: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Replaces the processes of pools, each after it has finished its next task. Requires `worker_pool_restarts`.',
    args: { hostnames: t.arg.idList(hostnamesArg) },
    resolve: ({ cluster }, { hostnames }, context) =>
      controlled(cluster, context, 'pool_restart', (onChange) =>
        cluster.celery.control.pool.restart({ hostnames: hostnames ?? null, onChange }),
      ),
  }),
  setAutoscale: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Sets the bounds of pools that were started with `--autoscale`; other pools reject the command.',
    args: {
      max: t.arg.int({ required: true, description: 'Maximum pool size; at least 1.' }),
      min: t.arg.int({ required: true, description: 'Minimum pool size; from 0 to `max`.' }),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: ({ cluster }, { max, min, hostnames }, context) =>
      controlled(cluster, context, 'autoscale', (onChange) =>
        cluster.celery.control.autoscale({ max, min }, { hostnames: hostnames ?? null, onChange }),
      ),
  }),
  addConsumer: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Makes workers consume from an additional queue, which is created if it does not exist. If the workers have the queue in their own configuration, that ' +
      'configuration is used and the arguments here are ignored. On RabbitMQ, the arguments must match a queue or exchange that already ' +
      'exists: otherwise the worker loses its connection again and again.',
    extensions: formerTexts('exchangeType'),
    args: {
      queue: t.arg.string(queueArg),
      exchange: t.arg.string({ description: 'Default: the name of the queue.' }),
      exchangeType: t.arg({ type: ExchangeTypeEnum, description: 'Default: `DIRECT`.' }),
      routingKey: t.arg.string({ description: 'Default: the name of the queue.' }),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: ({ cluster }, { queue, exchange, exchangeType, routingKey, hostnames }, context) =>
      controlled(cluster, context, 'add_consumer', (onChange) =>
        cluster.celery.control.consumers.add(
          { queue, exchange, exchangeType, routingKey },
          { hostnames: hostnames ?? null, onChange },
        ),
      ),
  }),
  cancelConsumer: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Makes workers stop consuming from a queue. A worker that did not consume from it is reported as such, although Celery itself replies ok.',
    args: { queue: t.arg.string(queueArg), hostnames: t.arg.idList(hostnamesArg) },
    resolve: ({ cluster }, { queue, hostnames }, context) =>
      controlled(cluster, context, 'cancel_consumer', (onChange) =>
        cluster.celery.control.consumers.cancel(queue, { hostnames: hostnames ?? null, onChange }),
      ),
  }),
}));
