/** Scalars beyond GraphQL's own. */
import { GraphQLError, Kind } from 'graphql';
import { builder } from './builder.js';
import { isoText } from './iso-text.js';
import { TimeText } from './moment.js';

builder.scalarType('DateTime', {
  description:
    'A point in time in RFC 3339, UTC, with milliseconds: `2026-01-02T12:00:00.000Z`. As an argument it may have any offset (default: ' +
    'UTC), or it is relative to the start of the operation: `-15m`, `-1h`, `-7d`, `+90s` (units s, m, h, d, w).',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (milliseconds) => isoText(milliseconds),
  parseValue: (value) => {
    if (typeof value === 'string') return new TimeText(value);
    throw new GraphQLError('DateTime must be a string in RFC 3339, or relative such as -1h');
  },
});

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
});

/** Applications name states as they like; control characters are no name. */
const stateName = /^\P{Cc}{1,128}$/u;

function parseState(value: unknown): string {
  if (typeof value === 'string' && stateName.test(value)) return value.toUpperCase();
  throw new GraphQLError('TaskState must be the name of a state, such as SUCCESS');
}

builder.scalarType('TaskState', {
  description:
    'State of a task: `PENDING`, `RECEIVED`, `STARTED`, `SUCCESS`, `FAILURE`, `RETRY`, `REVOKED`, `REJECTED`, or a ' +
    'custom state of the application. It is a scalar and not an enum, because applications define their own states. ' +
    '`END_UNKNOWN` is set by the gateway: the task was started, the worker answers and no longer has it, but ' +
    'neither an event nor a result reports how it ended, as after `Ignore`. It is final until an event or a result arrives. ' +
    'As an argument, a state may be written with or without quotes.',
  specifiedByURL: 'https://docs.celeryq.dev/en/stable/userguide/tasks.html#built-in-states',
  serialize: (state) => state,
  parseValue: parseState,
  parseLiteral: (node) =>
    parseState(node.kind === Kind.STRING || node.kind === Kind.ENUM ? node.value : undefined),
});
