/**
 * Which inspect commands the fields selected below a worker need. A field names its command in its extensions, so
 * that "did the worker answer" can be told of just those commands, and none is sent that nobody asked for.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { inspectCommands } from '../celery/inspect.js';
import type { InspectCommand } from '../celery/inspect.js';
import { selectedFields } from './selected-fields.js';

export function selectedCommands(info: GraphQLResolveInfo): readonly InspectCommand[] {
  const commands = [...selectedFields(info)].map(({ extensions }) => extensions['inspect']);
  return [...new Set(commands.filter(isCommand))];
}

function isCommand(value: unknown): value is InspectCommand {
  return typeof value === 'string' && Object.hasOwn(inspectCommands, value);
}
