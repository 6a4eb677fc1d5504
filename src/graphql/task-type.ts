/** The Task type, and the workflow around a task as links. */
import type { Task, TaskText } from '../celery/events/task.js';
import { isFinal, isWaiting } from '../celery/states.js';
import { BadUserInputError } from '../errors.js';
import { builder, clusterField } from './builder.js';
import { TaskSourceEnum } from './enums.js';
import { TaskAttemptType } from './task-attempt-type.js';
import { selectedCommands } from './selected-commands.js';
import type { InspectAsk } from './loaders.js';
import { WorkerType } from './worker-type.js';
import type { WorkerParent } from './worker-type.js';

/** A task, and how its operation asked for it: what hangs below is asked for in the same way. */
export interface TaskParent {
  readonly task: Task;
  readonly path: string;
  readonly useCache: boolean;
}

export const TaskType = builder.objectRef<TaskParent>('Task');

/** Links lead back and forth: a query of few lines would walk through everything, many times. */
const maxChildren = 100;

const textDescriptions: Readonly<Record<TaskText, string>> = {
  args: 'Positional arguments in the notation of Python, as Celery sends them; null when nobody told.',
  kwargs: 'Keyword arguments in the notation of Python; null when nobody told.',
  result:
    'What it returned, in the notation of Python; null until it has succeeded, or when nothing was returned.',
  exception: "What it raised, such as `ValueError('boom')`; null unless it failed or is retried.",
  traceback: 'Where it was raised; null unless it failed or is retried.',
};

TaskType.implement({
  description: 'A task that was sent to the cluster. Null fields were told by nobody.',
  fields: (t) => {
    const text = (name: TaskText) =>
      t.string({
        nullable: true,
        description: textDescriptions[name],
        resolve: ({ task }) => task[name],
      });
    const truncated = (name: TaskText) =>
      t.boolean({
        description:
          name === 'traceback'
            ? 'Whether the middle of `traceback` is left out.'
            : `Whether \`${name}\` is only the beginning.`,
        resolve: ({ task }) => task.truncated.includes(name),
      });
    const moment = (name: keyof Task & `${string}At`, description: string) =>
      t.field({
        type: 'DateTime',
        nullable: true,
        description,
        resolve: ({ task }) => task[name],
      });
    const string = (
      name: 'name' | 'shadow' | 'queue' | 'exchange' | 'routingKey' | 'client',
      description: string,
    ) => t.string({ nullable: true, description, resolve: ({ task }) => task[name] });
    const link = (id: 'rootId' | 'parentId', description: string) =>
      t.field({
        type: TaskType,
        nullable: true,
        description,
        resolve: (parent, _args, { celery }) => {
          const linked = parent.task[id];
          const task = linked === null ? null : celery.state.task(linked);
          return task && { ...parent, task };
        },
      });
    return {
      id: t.id({ description: "Celery's own id.", resolve: ({ task }) => task.id }),
      cluster: t.id(clusterField),
      name: string(
        'name',
        'What the worker runs; null when only its end was seen. Where task-received is all that shows it, and the sender ' +
          'has given a shadow name, it is that.',
      ),
      shadow: string(
        'shadow',
        'What its sender has it shown as in logs and monitors; null if that is its name, or if unknown.',
      ),
      state: t.field({ type: 'TaskState', resolve: ({ task }) => task.state }),
      args: text('args'),
      argsTruncated: truncated('args'),
      kwargs: text('kwargs'),
      kwargsTruncated: truncated('kwargs'),
      result: text('result'),
      resultTruncated: truncated('result'),
      exception: text('exception'),
      exceptionTruncated: truncated('exception'),
      traceback: text('traceback'),
      tracebackTruncated: truncated('traceback'),
      progress: t.field({
        type: 'JSON',
        nullable: true,
        description:
          'What it stored with `update_state(meta=...)` in a custom state such as PROGRESS, or as a FAILURE that is no ' +
          'exception, as JSON. It is read from the result backend, by `task(id)` and by the slow reconciliation; null in all ' +
          'other states, and above 10,000 characters.',
        resolve: ({ task }) => task.progress ?? null,
      }),
      worker: t.field({
        type: WorkerType,
        nullable: true,
        description: 'The worker that had it last; null while none has.',
        resolve: ({ task, path, useCache }, _args, { celery }, info): WorkerParent | null => {
          const worker = task.worker === null ? null : celery.state.worker(task.worker);
          if (worker === null) return null;
          const scope = { hostname: worker.hostname };
          const ask: InspectAsk = { path: `${path}.worker`, useCache, cache: 'worker_status', scope };
          return { worker, ask, commands: selectedCommands(info) };
        },
      }),
      hostname: t.string({
        nullable: true,
        description:
          'Node name of that worker, also when the worker is no longer known; null while none has.',
        resolve: ({ task }) => task.worker,
      }),
      queue: string('queue', 'Null unless senders publish task-sent events or a worker was asked.'),
      exchange: string('exchange', 'Empty for the default exchange; null when nobody told.'),
      routingKey: string('routingKey', 'Null when nobody told.'),
      client: string('client', 'Node name of the sender; null unless it publishes task-sent events.'),
      retries: t.int({
        description: 'How often it was tried again.',
        resolve: ({ task }) => task.retries,
      }),
      eta: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Not to be run before; null when it may run at once.',
        resolve: ({ task }) => task.eta,
      }),
      expires: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Not to be run after; null when it never expires.',
        resolve: ({ task }) => task.expires,
      }),
      clock: t.float({
        nullable: true,
        description: 'Logical clock of its last event; null when it was learned in another way.',
        resolve: ({ task }) => task.clock,
      }),
      sentAt: moment('sentAt', 'Null unless the sender publishes task-sent events.'),
      receivedAt: moment('receivedAt', 'When a worker took it from the queue; null before.'),
      startedAt: moment('startedAt', 'When it began to run, the last time; null before.'),
      succeededAt: moment('succeededAt', 'Null unless it succeeded.'),
      failedAt: moment('failedAt', 'Null unless it failed.'),
      retriedAt: moment('retriedAt', 'When it last asked to be tried again; null when it never did.'),
      revokedAt: moment('revokedAt', 'Null unless it was revoked or expired.'),
      rejectedAt: moment('rejectedAt', 'Null unless a worker rejected it.'),
      finishedAt: moment('finishedAt', 'When it reached a final state; null before.'),
      runtimeSeconds: t.float({
        nullable: true,
        description:
          'As the worker measured it, which it does when a task succeeds, or else from the start to the end; null before ' +
          'the end, and if the start is unknown.',
        resolve: ({ task }) => task.runtimeSeconds,
      }),
      elapsedSeconds: t.float({
        nullable: true,
        description:
          'Since its start, while it runs; null if it does not run, or if the start is unknown.',
        resolve: ({ task }, _args, { celery }) =>
          task.isRunning && task.orphanedAt === null && task.startedAt !== null
            ? Math.max(0, (celery.clock() - task.startedAt) / 1000)
            : null,
      }),
      queueWaitSeconds: t.float({
        nullable: true,
        description:
          'From sending (or receiving, when the sending is unknown) to the start, or from the ETA where there is one that ' +
          'is later: until then the task was not due. Null before the start.',
        resolve: ({ task }) => task.queueWaitSeconds,
      }),
      attempts: t.field({
        type: [TaskAttemptType],
        description:
          'Its runs before the latest one, the earliest first; of many the first two and the last eight. All other ' +
          'fields are about the latest run, which is not among them.',
        resolve: ({ task }) => task.attempts,
      }),
      attemptsOmitted: t.int({
        description: 'How many runs are left out of `attempts`.',
        resolve: ({ task }) => task.attemptsOmitted,
      }),
      finished: t.boolean({
        description: 'Whether its state is final.',
        resolve: ({ task }) => isFinal(task.state),
      }),
      expired: t.boolean({
        description:
          'Whether `expires` has passed and no worker has started it: the broker or a worker drops it. A worker that does ' +
          'so makes it REVOKED.',
        resolve: ({ task: { state, expires } }, _args, { celery }) =>
          isWaiting(state) && expires !== null && expires <= celery.clock(),
      }),
      orphaned: t.boolean({
        description:
          'Its worker went away while it ran, or was replaced by another process: nobody will finish it. Taken back ' +
          'when the worker is heard again, another one takes the task, or a result is found. A worker that said ' +
          'goodbye finishes its tasks first, so those count only when it is forgotten (10 minutes) or replaced.',
        resolve: ({ task }) => task.orphanedAt !== null,
      }),
      orphanedAt: moment(
        'orphanedAt',
        'When its worker was found to be gone, by the clock of the gateway; null unless it is orphaned.',
      ),
      source: t.field({ type: TaskSourceEnum, resolve: ({ task }) => task.source }),
      rootId: t.id({
        nullable: true,
        description: 'First task of its workflow; null when nobody told.',
        resolve: ({ task }) => task.rootId,
      }),
      parentId: t.id({
        nullable: true,
        description: 'The task that sent it; null when none did.',
        resolve: ({ task }) => task.parentId,
      }),
      root: link('rootId', 'First task of its workflow; null when it is not known here.'),
      parent: link(
        'parentId',
        'The task that sent it; null when there is none or it is not known here.',
      ),
      children: t.field({
        type: [TaskType],
        description: 'The tasks that it sent, as far as they are known here.',
        args: { first: t.arg.int({ defaultValue: 20, description: `0 to ${maxChildren}.` }) },
        complexity: ({ first }) => ({ field: 1, multiplier: Math.min(first ?? 20, maxChildren) }),
        resolve: (parent, { first }, { celery }) => {
          const count = first ?? 20;
          if (count < 0 || count > maxChildren)
            throw new BadUserInputError(`first must be from 0 to ${maxChildren}`);
          return parent.task.childIds.slice(0, count).flatMap((id) => {
            const task = celery.state.task(id);
            return task === null ? [] : [{ ...parent, task }];
          });
        },
      }),
    };
  },
});
