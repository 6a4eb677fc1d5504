/** Controls of workers as a whole: ping, shutdown, and events on or off. */
import { builder } from '../builder.js';
import { controlled, hostnamesArg, WorkerControlPayload } from './payload.js';

const hostnames = hostnamesArg;

builder.mutationFields((t) => ({
  pingWorkers: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description: 'Pings workers.',
    args: { hostnames: t.arg.idList(hostnames) },
    resolve: ({ cluster }, { hostnames }, context) =>
      controlled(cluster, context, 'ping', (onChange) =>
        cluster.celery.control.ping({ hostnames: hostnames ?? null, onChange }),
      ),
  }),
  shutdownWorkers: t.field({
    type: WorkerControlPayload,
    authScopes: { admin: true },
    description:
      'Starts a warm shutdown of workers: they finish their running tasks and take no more. Workers do not reply to this command, so the reply ' +
      'here reports that the worker went offline. Only the process manager of the workers can start them again.',
    args: { hostnames: t.arg.idList(hostnames) },
    resolve: async ({ cluster }, { hostnames }, context) => {
      const payload = await controlled(cluster, context, 'shutdown', (onChange) =>
        cluster.celery.control.shutdown({ hostnames: hostnames ?? null, onChange }),
      );
      cluster.delayedInvalidations.goodbyes('shutdown', payload.silent);
      return payload;
    },
  }),
  enableEvents: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Makes workers send task events. Without task events the gateway knows nothing about the tasks.',
    args: { hostnames: t.arg.idList(hostnames) },
    resolve: ({ cluster }, { hostnames }, context) =>
      controlled(cluster, context, 'enable_events', (onChange) =>
        cluster.celery.control.events.enable({ hostnames: hostnames ?? null, onChange }),
      ),
  }),
  disableEvents: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Makes workers stop sending task events. A worker that was started with `-E` cannot be stopped, and is reported as such ' +
      'here, although it replies itself that events are already disabled.',
    args: { hostnames: t.arg.idList(hostnames) },
    resolve: ({ cluster }, { hostnames }, context) =>
      controlled(cluster, context, 'disable_events', (onChange) =>
        cluster.celery.control.events.disable({ hostnames: hostnames ?? null, onChange }),
      ),
  }),
}));
