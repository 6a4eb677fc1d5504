/** The inputs of the filters of tasks, for queries and for the subscription, and how the store reads them. */
import { taskFilters } from '../../celery/tasks/task-filter.js';
import type { Descriptions, FilterKind } from '../../celery/tasks/task-filter-row.js';
import type { MovingFilter } from '../../cluster/moving-filter.js';
import { BadUserInputError } from '../../errors.js';
import { builder } from '../builder.js';
import { TaskEventKindEnum } from '../enums.js';
import { parseMoment, TimeText } from '../moment.js';

const DateTimeRangeInput = builder.inputType('DateTimeRange', {
  description:
    'Range of time; an end that is omitted is open. Tasks for which the time is unknown do not match. A relative time, such as `-1h`, is ' +
    'relative to the start of each operation.',
  fields: (t) => ({
    after: t.field({ type: 'DateTime', description: 'At this time or later.' }),
    before: t.field({ type: 'DateTime', description: 'Earlier than this time.' }),
  }),
});

const FloatRangeInput = builder.inputType('FloatRange', {
  description: 'Range of numbers, both ends included; an end that is omitted is open.',
  fields: (t) => ({
    min: t.float({ description: 'Smallest number that matches.' }),
    max: t.float({ description: 'Largest number that matches.' }),
  }),
});

const IntRangeInput = builder.inputType('IntRange', {
  description: 'Range of integers, both ends included; an end that is omitted is open.',
  fields: (t) => ({
    min: t.int({ description: 'Smallest number that matches.' }),
    max: t.int({ description: 'Largest number that matches.' }),
  }),
});

type InputType =
  | 'ID'
  | 'TaskState'
  | 'String'
  | 'Boolean'
  | typeof DateTimeRangeInput
  | typeof FloatRangeInput
  | typeof IntRangeInput;

const inputTypes: Readonly<Record<FilterKind, InputType | [InputType]>> = {
  id: 'ID',
  ids: ['ID'],
  states: ['TaskState'],
  texts: ['String'],
  times: DateTimeRangeInput,
  numbers: FloatRangeInput,
  integers: IntRangeInput,
  flag: 'Boolean',
  text: 'String',
};

interface InputOptions {
  readonly type: InputType | [InputType];
  readonly description: string;
  readonly deprecationReason?: string;
}

/** One input for each name of a filter of the table that has a description here. */
function inputs<Field>(
  field: (options: InputOptions) => Field,
  describe: (row: Descriptions) => string | false,
): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(taskFilters).flatMap(([name, row]) => {
      const description = describe(row);
      if (description === false) return [];
      const options = { type: inputTypes[row.kind], description };
      const { formerName }: Descriptions = row;
      if (formerName === undefined) return [[name, field(options)] as const];
      const deprecationReason = `Use \`${name}\`.`;
      return [
        [name, field(options)] as const,
        [formerName, field({ ...options, deprecationReason })] as const,
      ];
    }),
  );
}

export const TaskFilterInput = builder.inputType('TaskFilter', {
  description:
    'All conditions must match; a list matches any of its members, an empty list matches everything.',
  fields: (t) =>
    inputs(
      (options) => t.field(options),
      ({ description }) => description,
    ),
});

export const TaskEventFilterInput = builder.inputType('TaskEventFilter', {
  description:
    'All conditions must match; a list matches any of its members, an empty list matches everything. The conditions are ' +
    'compared with the task as it is after the event.',
  fields: (t) => ({
    kinds: t.field({ type: [TaskEventKindEnum], description: 'What the events report.' }),
    types: t.stringList({ description: 'Event types, such as `task-received` or `task-failed`.' }),
    ...inputs(
      (options) => t.field(options),
      ({ description, onEvents = description }) => onEvents,
    ),
  }),
});

/** Names of filters by their former names. */
const currentNames: ReadonlyMap<string, string> = new Map(
  Object.entries<Descriptions>(taskFilters).flatMap(([name, { formerName }]) =>
    formerName === undefined ? [] : [[formerName, name] as const],
  ),
);

/**
 * The same filter reads the same however it is written, since it becomes part of a cache key.
 * @throws BadUserInputError that names the time that cannot be read, or the filter that is given under both of its names
 */
export function filterOf(input: object | null | undefined): MovingFilter {
  const filter: Record<string, unknown> = {};
  for (const [written, value] of Object.entries(input ?? {})) {
    const canonical = canonicalOf(`filter.${written}`, value);
    if (canonical === undefined) continue;
    const name = currentNames.get(written) ?? written;
    if (Object.hasOwn(filter, name))
      throw new BadUserInputError(
        `filter.${name} is given under two names: give it under this one alone`,
      );
    filter[name] = canonical;
  }
  return filter;
}

function canonicalOf(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : [...new Set<unknown>(value)].sort();
  if (value instanceof TimeText) return parseMoment(name, value);
  if (typeof value !== 'object') return value;
  const ends = Object.entries(value)
    .map(([end, bound]) => [end, canonicalOf(`${name}.${end}`, bound)] as const)
    .filter(([, bound]) => bound !== undefined);
  return ends.length === 0 ? undefined : Object.fromEntries(ends.sort(([a], [b]) => (a < b ? -1 : 1)));
}
