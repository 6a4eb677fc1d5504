/** Refuses a filter by a state that no task can have: a mistyped name would match nothing in silence. */
import type { Celery } from '../../celery/celery.js';
import { statesInSearch } from '../../celery/tasks/task-search.js';
import type { TaskFilter } from '../../celery/tasks/task-filter.js';
import { endUnknown, isCustom, taskStates } from '../../celery/states.js';
import { BadUserInputError } from '../../errors.js';

/** Named in an error at most. */
const maxNamed = 20;

/**
 * Celery's own states are known, and those of the application that a task has had. Before the workers have reported what
 * they have, any name may be right.
 * @param celeryNow asked for if the filter names a state that is not one of Celery's
 * @throws BadUserInputError that names the state
 */
export function assertKnownStates(
  { states, search }: Pick<TaskFilter, 'states' | 'search'>,
  celeryNow: () => Pick<Celery, 'metrics' | 'isSynced'>,
): void {
  const searched = search === undefined ? [] : statesInSearch(search);
  const custom = [...(states ?? []), ...searched].filter((state) => isCustom(state.toUpperCase()));
  if (custom.length === 0) return;
  const { metrics, isSynced } = celeryNow();
  const unknown = custom.find((state) => !metrics.customStates.has(state.toUpperCase()));
  if (unknown === undefined || !isSynced) return;
  const known = [...taskStates, endUnknown, ...[...metrics.customStates].slice(0, maxNamed)];
  throw new BadUserInputError(
    `No task has had the state ${unknown.slice(0, 60)} since the gateway began to monitor the cluster; states are ${known.join(', ')}`,
  );
}
