/** Controls of workers as a whole: whether they are there, go, and tell of their tasks. */
import { builder } from '../builder.js';
import { controlled, hostnamesArg, WorkerControlPayload } from './payload.js';

const hostnames = hostnamesArg;

builder.mutationFields((t) => ({
  pingWorkers: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description: 'Asks workers for a sign of life.',
    args: { hostnames: t.arg.idList(hostnames) },
    resolve: (_root, { hostnames }, context) =>
      controlled(context, 'ping', (onChange) =>
        context.celery.control.ping({ hostnames: hostnames ?? null, onChange }),
      ),
  }),
  shutdownWorkers: t.field({
    type: WorkerControlPayload,
    authScopes: { admin: true },
    description:
      'Shuts workers down warmly: they end the tasks that run and take no more. No worker replies to that, so its reply ' +
      'here is that it went offline. Nothing starts them again but what runs them.',
    args: { hostnames: t.arg.idList(hostnames) },
    resolve: async (_root, { hostnames }, context) => {
      const payload = await controlled(context, 'shutdown', (onChange) =>
        context.celery.control.shutdown({ hostnames: hostnames ?? null, onChange }),
      );
      context.lateEffects.goodbyes('shutdown', payload.silent);
      return payload;
    },
  }),
  enableEvents: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description: 'Lets workers tell of their tasks. Without that nothing is known of tasks here.',
    args: { hostnames: t.arg.idList(hostnames) },
    resolve: (_root, { hostnames }, context) =>
      controlled(context, 'enable_events', (onChange) =>
        context.celery.control.events.enable({ hostnames: hostnames ?? null, onChange }),
      ),
  }),
  disableEvents: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Stops workers from telling of their tasks. One that was started with `-E` cannot be stopped, and is told apart ' +
      'here, though it says itself that it is disabled already.',
    args: { hostnames: t.arg.idList(hostnames) },
    resolve: (_root, { hostnames }, context) =>
      controlled(context, 'disable_events', (onChange) =>
        context.celery.control.events.disable({ hostnames: hostnames ?? null, onChange }),
      ),
  }),
}));
