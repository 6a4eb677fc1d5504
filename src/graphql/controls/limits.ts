/** Controls of how often, and how long, tasks of a name may run. */
import { builder } from '../builder.js';
import { controlled, hostnamesArg, WorkerControlPayload } from './payload.js';

const taskName = {
  required: true,
  description: 'Name of the task, as registered by the workers.',
} as const;

builder.mutationFields((t) => ({
  setRateLimit: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Limits how often each worker starts tasks of a name. The limit is lost when the worker restarts.',
    args: {
      taskName: t.arg.string(taskName),
      rateLimit: t.arg.string({
        required: true,
        description: 'Rate such as `10/s`, `10/m` or `10/h`; `0` removes the limit.',
      }),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: ({ cluster }, { taskName, rateLimit, hostnames }, context) =>
      controlled(cluster, context, 'rate_limit', (onChange) =>
        cluster.celery.control.rateLimit(
          { task_name: taskName, rate_limit: rateLimit },
          { hostnames: hostnames ?? null, onChange },
        ),
      ),
  }),
  setTimeLimits: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Limits how long tasks of a name may run. Celery stores the new limits but keeps using the old ones until ' +
      'the worker reconnects to the broker: `confirmed` is false. The limits are lost when the worker restarts. Thread pools ' +
      'and solo pools never enforce them. To limit a single task, pass `timeLimitSeconds` to `sendTask`.',
    args: {
      taskName: t.arg.string(taskName),
      softSeconds: t.arg.float({
        description:
          'Seconds after which SoftTimeLimitExceeded is raised in the task; no limit if omitted.',
      }),
      hardSeconds: t.arg.float({
        description:
          'Seconds after which the process that runs the task is killed; no limit if omitted.',
      }),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: ({ cluster }, { taskName, softSeconds, hardSeconds, hostnames }, context) =>
      controlled(cluster, context, 'time_limit', (onChange) =>
        cluster.celery.control.timeLimit(
          { task_name: taskName, soft: softSeconds ?? null, hard: hardSeconds ?? null },
          { hostnames: hostnames ?? null, onChange },
        ),
      ),
  }),
}));
