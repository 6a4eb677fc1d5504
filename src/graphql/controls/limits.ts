/** Controls of how often, and how long, tasks of a name may run. */
import { builder } from '../builder.js';
import { controlled, hostnamesArg, WorkerControlPayload } from './payload.js';

const taskName = { required: true, description: 'As workers register it.' } as const;

builder.mutationFields((t) => ({
  setRateLimit: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description: 'Limits how often each worker starts tasks of a name, until it is started again.',
    args: {
      taskName: t.arg.string(taskName),
      rateLimit: t.arg.string({
        required: true,
        description: 'Such as `10/s`, `10/m` or `10/h`; `0` is no limit.',
      }),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: (_root, { taskName, rateLimit, hostnames }, context) =>
      controlled(context, 'rate_limit', (onChange) =>
        context.celery.control.rateLimit(
          { task_name: taskName, rate_limit: rateLimit },
          { hostnames: hostnames ?? null, onChange },
        ),
      ),
  }),
  setTimeLimits: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Limits how long tasks of a name may run. Celery stores the new limits and goes on with those that it had, until ' +
      'the worker connects to the broker again: `confirmed` is false. After a restart they are gone. Pools of threads, ' +
      'and of one process, never keep to them. For one task give `timeLimitSeconds` to `sendTask`.',
    args: {
      taskName: t.arg.string(taskName),
      softSeconds: t.arg.float({
        description: 'After that SoftTimeLimitExceeded is raised in the task; no limit without it.',
      }),
      hardSeconds: t.arg.float({
        description: 'After that its process is ended; no limit without it.',
      }),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: (_root, { taskName, softSeconds, hardSeconds, hostnames }, context) =>
      controlled(context, 'time_limit', (onChange) =>
        context.celery.control.timeLimit(
          { task_name: taskName, soft: softSeconds ?? null, hard: hardSeconds ?? null },
          { hostnames: hostnames ?? null, onChange },
        ),
      ),
  }),
}));
