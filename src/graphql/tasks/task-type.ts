/** The Task type, and the workflow around a task as links. */
import type { Task, TaskText } from '../../celery/tasks/task.js';
import { isFinal, isWaiting, phaseOf } from '../../celery/states.js';
import { CursorExpiredError } from '../../errors.js';
import { clusterField } from '../builder.js';
import { TaskPhaseEnum, TaskSourceEnum } from '../enums.js';
import { shownJson } from '../../celery/python/shown-json.js';
import { jsonOfPython } from '../json-of-python.js';
import { identity, NodeInterface } from '../nodes/node-type.js';
import { listConnection, pageArgs, pageLength, type PageLimits, type Place } from '../connection.js';
import type { CursorArgument } from '../cursor.js';
import { TaskConnectionType } from './task-connection.js';
import { TaskAttemptType } from './task-attempt-type.js';
import { selectedCommands } from '../workers/selected-commands.js';
import { TaskType, WorkerType } from '../type-refs.js';
import type { TaskParent, WorkerParent } from '../type-refs.js';

/** Links lead back and forth: a query of few lines would walk through everything, many times. */
const childPages: PageLimits = { usual: 100, max: 100 };

const textDescriptions: Readonly<Record<TaskText, string>> = {
  args: 'Positional arguments in Python notation, as Celery sends them; null if not reported.',
  kwargs: 'Keyword arguments in Python notation; null if not reported.',
  result:
    'Return value in Python notation; null until the task has succeeded, or if it returned nothing.',
  exception:
    "The raised exception, such as `ValueError('boom')`; null unless the task failed or is retried.",
  traceback: 'Traceback of the exception; null unless the task failed or is retried.',
};

TaskType.implement({
  interfaces: [NodeInterface],
  description:
    'A task that was sent to the cluster. A field is null if neither an event, a worker nor the result backend reported its value.',
  fields: (t) => {
    const text = (name: TaskText) =>
      t.string({
        nullable: true,
        description: textDescriptions[name],
        resolve: ({ task }) => task[name],
      });
    const json = (name: 'args' | 'kwargs' | 'result') =>
      t.field({
        ...jsonOfPython(name),
        resolve: ({ task }) => shownJson(task[name], task.truncated.includes(name)),
      });
    const truncated = (name: TaskText) =>
      t.boolean({
        description:
          name === 'traceback'
            ? 'Whether the middle of `traceback` is left out.'
            : `Whether \`${name}\` is cut.`,
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
        resolve: (parent) => {
          const linked = parent.task[id];
          const task = linked === null ? null : parent.view.cluster.celery.state.task(linked);
          return task && { ...parent, task };
        },
      });
    return {
      id: t.id(identity<TaskParent>('Task', ({ task }) => [task.id])),
      taskId: t.id({
        description: 'Id of the task in Celery, unique in its cluster.',
        resolve: ({ task }) => task.id,
      }),
      cluster: t.id(clusterField),
      name: string(
        'name',
        'Name of the task that the worker runs; null if only the end of the task was seen. If only task-received is known and the sender ' +
          'has set a shadow name, this is the shadow name.',
      ),
      shadow: string(
        'shadow',
        'Shadow name: the name that the sender chose for logs and monitors; null if it is the task name, or if unknown.',
      ),
      state: t.field({
        type: 'TaskState',
        description: 'The latest state of the task.',
        resolve: ({ task }) => task.state,
      }),
      phase: t.field({
        type: TaskPhaseEnum,
        description: 'The state as an enum.',
        resolve: ({ task }) => phaseOf(task.state),
      }),
      args: text('args'),
      argsJson: json('args'),
      argsTruncated: truncated('args'),
      kwargs: text('kwargs'),
      kwargsJson: json('kwargs'),
      kwargsTruncated: truncated('kwargs'),
      result: text('result'),
      resultJson: json('result'),
      resultTruncated: truncated('result'),
      exception: text('exception'),
      exceptionTruncated: truncated('exception'),
      traceback: text('traceback'),
      tracebackTruncated: truncated('traceback'),
      progress: t.field({
        type: 'JSON',
        nullable: true,
        description:
          'What the task stored with `update_state(meta=...)` in a custom state such as PROGRESS, or in a FAILURE without an ' +
          'exception, as JSON. `task(taskId)` and the periodic reconciliation read it from the result backend; null in all ' +
          'other states, and if longer than 10,000 characters.',
        resolve: ({ task }) => task.progress ?? null,
      }),
      worker: t.field({
        type: WorkerType,
        nullable: true,
        description:
          'The worker that last had the task; null if no worker has had it, or if the worker is no longer known.',
        resolve: ({ task, view }, _args, _context, info): WorkerParent | null => {
          const worker = task.worker === null ? null : view.cluster.celery.state.worker(task.worker);
          if (worker === null) return null;
          const scope = { hostname: worker.hostname };
          const commands = selectedCommands(info);
          return { worker, view: view.below('worker'), scope, commands };
        },
      }),
      hostname: t.string({
        nullable: true,
        description:
          'Node name of the worker that last had the task, even if that worker is no longer known; null if no worker has had the task.',
        resolve: ({ task }) => task.worker,
      }),
      queue: string(
        'queue',
        'Name of the queue; null unless the sender publishes task-sent events or a worker reported the queue.',
      ),
      exchange: string(
        'exchange',
        'Name of the exchange, empty for the default exchange; null if not reported.',
      ),
      routingKey: string('routingKey', 'Routing key; null if not reported.'),
      client: string(
        'client',
        'Node name of the sender; null unless the sender publishes task-sent events.',
      ),
      retries: t.int({
        description: 'Number of retries.',
        resolve: ({ task }) => task.retries,
      }),
      eta: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Earliest start; null if the task may start immediately.',
        resolve: ({ task }) => task.eta,
      }),
      expires: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Latest start; null if the task does not expire.',
        resolve: ({ task }) => task.expires,
      }),
      clock: t.float({
        nullable: true,
        description:
          'Logical clock of the last event of the task; null if the task is not known from events.',
        resolve: ({ task }) => task.clock,
      }),
      sentAt: moment(
        'sentAt',
        'When the task was sent; null unless the sender publishes task-sent events.',
      ),
      receivedAt: moment('receivedAt', 'When a worker took the task from the queue; null before.'),
      startedAt: moment('startedAt', 'When the latest run started; null before.'),
      succeededAt: moment('succeededAt', 'When the task succeeded; null unless it did.'),
      failedAt: moment('failedAt', 'When the task failed; null unless it did.'),
      retriedAt: moment('retriedAt', 'When the task last requested a retry; null if it never did.'),
      revokedAt: moment('revokedAt', 'When the task was revoked or found expired; null unless it was.'),
      rejectedAt: moment('rejectedAt', 'When a worker rejected the task; null unless one did.'),
      finishedAt: moment('finishedAt', 'When the task reached a final state; null before.'),
      runtimeSeconds: t.float({
        nullable: true,
        description:
          'Run time in seconds, as measured by the worker if the task succeeded, or else from the start to the end; null before ' +
          'the end, or if the start is unknown.',
        resolve: ({ task }) => task.runtimeSeconds,
      }),
      elapsedSeconds: t.float({
        nullable: true,
        description:
          'Seconds since the start of a running task; null if the task does not run, or if the start is unknown.',
        resolve: ({ task, view }) =>
          task.isRunning && task.orphanedAt === null && task.startedAt !== null
            ? Math.max(0, (view.cluster.celery.clock() - task.startedAt) / 1000)
            : null,
      }),
      queueWaitSeconds: t.float({
        nullable: true,
        description:
          'Seconds from the sending (or receiving, if the sending is unknown) to the start, or from the ETA if it ' +
          'is later: the task was not due before. Null before the start.',
        resolve: ({ task }) => task.queueWaitSeconds,
      }),
      attempts: t.field({
        type: [TaskAttemptType],
        description:
          'Earlier runs of the task, the earliest first; of more than ten, the first two and the last eight. All other ' +
          'fields describe the latest run, which is not in this list.',
        resolve: ({ task }) => task.attempts,
      }),
      attemptsOmitted: t.int({
        description: 'Number of runs omitted from `attempts`.',
        resolve: ({ task }) => task.attemptsOmitted,
      }),
      finished: t.boolean({
        description: 'Whether the state is final.',
        resolve: ({ task }) => isFinal(task.state),
      }),
      expired: t.boolean({
        description:
          'Whether `expires` has passed and no worker has started the task: the broker or a worker drops it. A worker that drops ' +
          'it sets the state REVOKED.',
        resolve: ({ task: { state, expires }, view }) =>
          isWaiting(state) && expires !== null && expires <= view.cluster.celery.clock(),
      }),
      orphaned: t.boolean({
        description:
          'Whether the worker disappeared while it ran the task, or was replaced by another process, so that no worker will finish it. False again ' +
          'if the worker is active again, another worker takes the task, or a result is found. A worker that reported its ' +
          'shutdown finishes its tasks first, so these count only after the worker is forgotten (10 minutes) or replaced.',
        resolve: ({ task }) => task.orphanedAt !== null,
      }),
      orphanedAt: moment(
        'orphanedAt',
        'When the gateway noticed that the worker disappeared, by its own clock; null unless the task is orphaned.',
      ),
      source: t.field({
        type: TaskSourceEnum,
        description: 'The source of the state.',
        resolve: ({ task }) => task.source,
      }),
      rootId: t.id({
        nullable: true,
        description: 'Id of the first task of the workflow; null if not reported.',
        resolve: ({ task }) => task.rootId,
      }),
      parentId: t.id({
        nullable: true,
        description: 'Id of the task that sent this task; null if no task sent it, or if not reported.',
        resolve: ({ task }) => task.parentId,
      }),
      root: link('rootId', 'First task of the workflow; null if the gateway does not know it.'),
      parent: link(
        'parentId',
        'The task that sent this task; null if no task sent it, or if the gateway does not know it.',
      ),
      children: t.field({
        type: TaskConnectionType,
        nullable: true,
        description:
          'The tasks that this task sent, as far as the gateway knows them, in the order in which it first saw them; at most the ' +
          'first 1,000. Null, with an error, if an argument is refused.',
        args: pageArgs(t.arg, 'tasks', childPages),
        complexity: (page) => ({ field: 1, multiplier: pageLength(page, childPages) }),
        resolve: ({ task: { childIds }, view }, args) => {
          const { state } = view.cluster.celery;
          const placeOf = (id: string, argument: CursorArgument): Place => {
            const start = known.indexOf(id);
            if (start === -1) throw new CursorExpiredError(argument);
            return { start, end: start + 1 };
          };
          const known = childIds.filter((id) => state.known(id) !== null);
          return listConnection(known, args, {
            list: 'children',
            epoch: state.epoch,
            limits: childPages,
            keyOf: (id) => id,
            placeOf,
            nodeOf: (id) => {
              const task = state.task(id);
              if (task === null) throw new RangeError(`The task ${id} was known a moment ago`);
              return () => ({ task, view });
            },
          });
        },
      }),
    };
  },
});
