/** Runs of a task before its latest one. */
import { endedAtOf, runSecondsOf, type TaskRun } from '../celery/events/task-run.js';
import { builder } from './builder.js';

export const TaskAttemptType = builder.objectRef<TaskRun>('TaskAttempt').implement({
  description:
    'A run of a task before its latest one: it was retried, delivered again, or sent again under the same id. Times are ' +
    'by the clock of the worker.',
  fields: (t) => ({
    hostname: t.string({
      nullable: true,
      description: 'Node name of the worker; null if unknown.',
      resolve: ({ hostname }) => hostname,
    }),
    state: t.field({
      type: 'TaskState',
      description:
        'How it ended: RETRY if the task was to be run again. STARTED and other states that are no end say that the ' +
        'end was not reported, as of a worker that died.',
      resolve: ({ state }) => state,
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it began to run; null if it did not, or if that was not reported.',
      resolve: ({ startedAt }) => startedAt,
    }),
    endedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null if that was not reported.',
      resolve: (run) => endedAtOf(run),
    }),
    exception: t.string({
      nullable: true,
      description: "What it raised, such as `ValueError('boom')`; null if nothing was reported.",
      resolve: ({ exception }) => exception,
    }),
    runtimeSeconds: t.float({
      nullable: true,
      description:
        'As the worker measured it, or else from the start to the end; null if either is unknown.',
      resolve: (run) => runSecondsOf(run),
    }),
  }),
});
