/** What a list of tasks can be narrowed to and sorted by, and how that reads as the store's own filter and slice. */
import type { TaskFilter, TaskOrder, TaskSlice, TimeRange } from '../celery/events/task.js';
import { newestFirst, taskOrderFields, type TaskOrderField } from '../celery/events/task.js';
import { BadUserInputError } from '../errors.js';
import { builder } from './builder.js';
import { decodeCursor } from './cursor.js';
import { momentAt, parseMoment, TimeText, type Moment } from './moment.js';

export const defaultPageSize = 50;
export const maxPageSize = 1_000;

const DateTimeRangeInput = builder.inputType('DateTimeRange', {
  description:
    'Moments; without an end it is open there. Tasks without the time are in no range. A relative time, such as `-1h`, is ' +
    'counted from the start of each operation.',
  fields: (t) => ({
    after: t.field({ type: 'DateTime', description: 'At this moment or later.' }),
    before: t.field({ type: 'DateTime', description: 'Earlier than this moment.' }),
  }),
});

const FloatRangeInput = builder.inputType('FloatRange', {
  description: 'Numbers; both ends belong to it, and without an end it is open there.',
  fields: (t) => ({ min: t.float({}), max: t.float({}) }),
});

const IntRangeInput = builder.inputType('IntRange', {
  description: 'Whole numbers; both ends belong to it, and without an end it is open there.',
  fields: (t) => ({ min: t.int({}), max: t.int({}) }),
});

export const TaskFilterInput = builder.inputType('TaskFilter', {
  description:
    'All conditions must hold; a list is satisfied by any of its members, an empty one by everything.',
  fields: (t) => ({
    ids: t.idList({}),
    states: t.field({
      type: ['TaskState'],
      description: 'A name that is neither a state of Celery nor one that a task has had is refused.',
    }),
    names: t.stringList({}),
    workers: t.idList({ description: 'Node names.' }),
    queues: t.stringList({ description: 'Known of tasks whose senders publish task-sent events.' }),
    rootId: t.id({ description: 'The tasks of this workflow, the root among them.' }),
    parentId: t.id({ description: 'The tasks that this one sent.' }),
    received: t.field({ type: DateTimeRangeInput }),
    started: t.field({ type: DateTimeRangeInput }),
    finished: t.field({ type: DateTimeRangeInput }),
    runtimeSeconds: t.field({
      type: FloatRangeInput,
      description: 'As the worker measured it; tasks that have not succeeded are in no range.',
    }),
    retries: t.field({ type: IntRangeInput, description: 'How often it was tried again.' }),
    orphaned: t.boolean({
      description:
        'Whether the worker went away while it ran the task, and nothing was heard or found of it since.',
    }),
    search: t.string({
      description:
        'Free text over id, name, args, kwargs, result and exception. All terms must occur; `OR` separates alternatives, ' +
        '"quotes" make a phrase, `-` excludes, and `name:`, `state:`, `worker:`, `queue:`, `args:`, `kwargs:`, `result:`, ' +
        '`exception:` narrow a term to one field; `kwargs:key=value` is one whole keyword argument. Other prefixes are ' +
        'refused with BAD_USER_INPUT; a text with a colon is put in quotes.',
    }),
  }),
});

const orderDescriptions: Readonly<Record<TaskOrderField, string>> = {
  SEEN: 'When the gateway first heard of it: never changes, so pages never shift.',
  RECEIVED: 'When a worker took it from the queue.',
  STARTED: 'When it began to run, the last time.',
  FINISHED: 'When it reached a final state.',
  RUNTIME: 'How long it ran, as the worker measured it.',
  QUEUE_WAIT: 'How long it waited for its start.',
  NAME: 'By the codes of the characters.',
  STATE: 'By the name of the state.',
};

const TaskOrderFieldEnum = builder.enumType('TaskOrderField', {
  description: 'What tasks can be sorted by.',
  values: Object.fromEntries(
    taskOrderFields.map((field) => [field, { value: field, description: orderDescriptions[field] }]),
  ) as { [K in TaskOrderField]: { value: K; description: string } },
});

const OrderDirectionEnum = builder.enumType('OrderDirection', {
  description: 'Which end comes first.',
  values: {
    ASC: { description: 'The smallest, the earliest, the first in the alphabet.' },
    DESC: { description: 'The largest, the latest, the last in the alphabet.' },
  } as const,
});

export const TaskOrderInput = builder.inputType('TaskOrder', {
  description:
    'Tasks without the value come last in either direction; those with the same value are listed as they were first ' +
    'seen, in the same direction. Pages neither repeat nor skip a task whose value stays as it is; one whose value ' +
    'changes while the pages are read moves to its new place, and may be met twice or not at all.',
  fields: (t) => ({
    field: t.field({ type: TaskOrderFieldEnum, required: true }),
    direction: t.field({ type: OrderDirectionEnum, required: true, defaultValue: 'DESC' }),
  }),
});

type TimeField = 'received' | 'started' | 'finished';

interface MomentRange {
  readonly after?: Moment | undefined;
  readonly before?: Moment | undefined;
}

/** A filter whose times may be relative: what it selects follows the clock. */
export type MovingFilter = Omit<TaskFilter, TimeField> & {
  readonly [field in TimeField]?: MomentRange | undefined;
};

/** As GraphQL has it: what is left out may be null, and times are texts. */
type Written<T> = T extends Moment
  ? TimeText
  : T extends string | boolean | readonly string[]
    ? T
    : { readonly [K in keyof T]?: Written<NonNullable<T[K]>> | null | undefined };
type NumberRanges = 'runtimeSeconds' | 'retries';
type WrittenRange = { readonly [end in 'min' | 'max']?: number | null | undefined };
type TaskFilterArgs = Written<Omit<MovingFilter, NumberRanges>> & {
  readonly [field in NumberRanges]?: WrittenRange | null | undefined;
};

/**
 * The same filter reads the same however it is written, since it becomes part of a cache key.
 * @throws BadUserInputError that names the time that cannot be read
 */
export function filterOf(input: TaskFilterArgs | null | undefined): MovingFilter {
  return Object.fromEntries(
    Object.entries(input ?? {}).flatMap(([name, value]) => {
      const canonical = canonicalOf(`filter.${name}`, value);
      return canonical === undefined ? [] : [[name, canonical]];
    }),
  );
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

/** @param now epoch milliseconds that relative times are counted from */
export function filterAt(filter: MovingFilter, now: number): TaskFilter {
  const { received, started, finished, ...others } = filter;
  return {
    ...others,
    ...(received && { received: rangeAt(received, now) }),
    ...(started && { started: rangeAt(started, now) }),
    ...(finished && { finished: rangeAt(finished, now) }),
  };
}

function rangeAt({ after, before }: MomentRange, now: number): TimeRange {
  return {
    ...(after !== undefined && { after: momentAt(after, now) }),
    ...(before !== undefined && { before: momentAt(before, now) }),
  };
}

interface PageArgs {
  readonly orderBy?: TaskOrder | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

type OrderedSlice = TaskSlice & { readonly order: TaskOrder };

/** @throws BadUserInputError for a page of no size, or a cursor of something else */
export function sliceOf({ orderBy, first, after, last, before }: PageArgs): OrderedSlice {
  for (const [name, size] of Object.entries({ first, last })) {
    if (typeof size === 'number' && size < 0)
      throw new BadUserInputError(`${name} must not be negative`);
  }
  if (typeof first === 'number' && typeof last === 'number')
    throw new BadUserInputError('give first or last, not both');
  const { field, direction } = orderBy ?? newestFirst;
  const order = { field, direction };
  const places = {
    order,
    after: decodeCursor('after', after, order),
    before: decodeCursor('before', before, order),
  };
  if (typeof last === 'number') return { ...places, last: Math.min(last, maxPageSize) };
  return { ...places, first: Math.min(first ?? defaultPageSize, maxPageSize) };
}
