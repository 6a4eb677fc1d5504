/** Small count types that several nouns share. */
import { builder } from './builder.js';

export interface NamedCount {
  readonly name: string;
  readonly count: number;
}

export const StateCount = builder
  .objectRef<{ state: string; count: number }>('TaskStateCount')
  .implement({
    description: 'How many tasks are in a state.',
    fields: (t) => ({
      state: t.expose('state', { type: 'TaskState' }),
      count: t.exposeInt('count'),
    }),
  });

export const TaskNameCount = builder.objectRef<NamedCount>('TaskNameCount').implement({
  description: 'How many tasks have a name.',
  fields: (t) => ({ name: t.exposeString('name'), count: t.exposeInt('count') }),
});

export const HostnameCount = builder.objectRef<NamedCount>('WorkerCount').implement({
  description: 'How many tasks a worker holds.',
  fields: (t) => ({
    hostname: t.exposeID('name', { description: 'Node name, such as `celery@host1`.' }),
    count: t.exposeInt('count'),
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
