/** Runs of a task before its latest one. */
import { endedAtOf, runSecondsOf, type TaskRun } from '../../celery/tasks/task-run.js';
import { phaseOf } from '../../celery/states.js';
import { builder } from '../builder.js';
import { TaskPhaseEnum } from '../enums.js';

export const TaskAttemptType = builder.objectRef<TaskRun>('TaskAttempt').implement({
  description:
    'An earlier run of a task that was retried, delivered again, or sent again with the same id. Times are ' +
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
        'How the run ended: RETRY if the task was to run again. STARTED and other states that are not final mean that the ' +
        'end was not reported, for example because the worker died.',
      resolve: ({ state }) => state,
    }),
    phase: t.field({
      type: TaskPhaseEnum,
      description: 'The state as an enum.',
      resolve: ({ state }) => phaseOf(state),
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the run started; null if it did not start, or if the start was not reported.',
      resolve: ({ startedAt }) => startedAt,
    }),
    endedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the run ended; null if not reported.',
      resolve: (run) => endedAtOf(run),
    }),
    exception: t.string({
      nullable: true,
      description: "The raised exception, such as `ValueError('boom')`; null if not reported.",
      resolve: ({ exception }) => exception,
    }),
    runtimeSeconds: t.float({
      nullable: true,
      description:
        'Seconds, as measured by the worker, or else from the start to the end; null if either is unknown.',
      resolve: (run) => runSecondsOf(run),
    }),
  }),
});
