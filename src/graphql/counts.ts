/** Small count types that several nouns share. */
import { phaseOf } from '../celery/states.js';
import { builder } from './builder.js';
import { TaskPhaseEnum } from './enums.js';

export interface NamedCount {
  readonly name: string;
  readonly count: number;
}

export const StateCount = builder
  .objectRef<{ state: string; count: number }>('TaskStateCount')
  .implement({
    description: 'Number of tasks in a state.',
    fields: (t) => ({
      state: t.expose('state', { type: 'TaskState', description: 'The state.' }),
      phase: t.field({
        type: TaskPhaseEnum,
        description: 'The state as an enum.',
        resolve: ({ state }) => phaseOf(state),
      }),
      count: t.exposeFloat('count', { description: 'Number of tasks.' }),
    }),
  });

export const TaskNameCount = builder.objectRef<NamedCount>('TaskNameCount').implement({
  description: 'Number of tasks with a name.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the tasks.' }),
    count: t.exposeFloat('count', { description: 'Number of tasks.' }),
  }),
});

export const HostnameCount = builder.objectRef<NamedCount>('WorkerCount').implement({
  description: 'Number of tasks that a worker holds.',
  fields: (t) => ({
    hostname: t.exposeID('name', { description: 'Node name, such as `celery@host1`.' }),
    count: t.exposeInt('count', { description: 'Number of tasks.' }),
  }),
});

/** Largest first. */
export function namedCounts(names: Iterable<string>): readonly NamedCount[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** States in Celery's order, then custom ones. */
export function stateCounts(
  counts: Readonly<Record<string, number>>,
): { state: string; count: number }[] {
  return Object.entries(counts).map(([state, count]) => ({ state, count }));
}
