/**
 * Which inspect commands the fields selected below a worker need. A field names its command in its extensions, so
 * that "did the worker answer" can be told of just those commands, and none is sent that nobody asked for.
 */
import { getDirectiveValues, getNamedType, isObjectType, Kind } from 'graphql';
import { GraphQLIncludeDirective, GraphQLSkipDirective } from 'graphql';
import type { GraphQLObjectType, GraphQLResolveInfo, SelectionNode, SelectionSetNode } from 'graphql';
import { inspectCommands } from '../celery/inspect.js';
import type { InspectCommand } from '../celery/inspect.js';

export function selectedCommands(info: GraphQLResolveInfo): readonly InspectCommand[] {
  const type = getNamedType(info.returnType);
  if (!isObjectType(type)) return [];
  const commands = new Set<InspectCommand>();
  for (const node of info.fieldNodes) collect(node.selectionSet, type, info, commands);
  return [...commands];
}

function collect(
  selections: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  info: GraphQLResolveInfo,
  commands: Set<InspectCommand>,
): void {
  for (const selection of selections?.selections ?? []) {
    if (!isIncluded(selection, info)) continue;
    switch (selection.kind) {
      case Kind.FIELD: {
        const command = type.getFields()[selection.name.value]?.extensions['inspect'];
        if (isCommand(command)) commands.add(command);
        break;
      }
      case Kind.INLINE_FRAGMENT:
        collect(selection.selectionSet, type, info, commands);
        break;
      case Kind.FRAGMENT_SPREAD:
        collect(info.fragments[selection.name.value]?.selectionSet, type, info, commands);
        break;
    }
  }
}

function isIncluded(selection: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
}

function isCommand(value: unknown): value is InspectCommand {
  return typeof value === 'string' && Object.hasOwn(inspectCommands, value);
}
