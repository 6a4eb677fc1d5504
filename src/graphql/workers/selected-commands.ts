/**
 * Which inspect commands the fields selected below a worker need. A field names its command in its extensions, so
 * that "did the worker answer" is known of just those commands, and no other command is sent.
 */
import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { inspectCommands } from '../../celery/inspect/inspect.js';
import type { InspectCommand } from '../../celery/inspect/inspect.js';
import { selectedFields } from '../selected-fields.js';

/** @param type of the object, where the schema allows several */
export function selectedCommands(
  info: GraphQLResolveInfo,
  type?: GraphQLObjectType,
): readonly InspectCommand[] {
  const commands = [...selectedFields(info, type)].map(({ extensions }) => extensions['inspect']);
  return [...new Set(commands.filter(isCommand))];
}

function isCommand(value: unknown): value is InspectCommand {
  return typeof value === 'string' && Object.hasOwn(inspectCommands, value);
}
