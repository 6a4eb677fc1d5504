/** Which fields an operation selects below a field, whether by name, in fragments or conditionally. */
import { getDirectiveValues, getNamedType, isObjectType, Kind } from 'graphql';
import { GraphQLIncludeDirective, GraphQLSkipDirective } from 'graphql';
import type {
  GraphQLField,
  GraphQLObjectType,
  GraphQLResolveInfo,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';

/** Directly below the field that is being resolved. */
export function selectedFields(info: GraphQLResolveInfo): ReadonlySet<GraphQLField<unknown, unknown>> {
  const type = getNamedType(info.returnType);
  const fields = new Set<GraphQLField<unknown, unknown>>();
  if (!isObjectType(type)) return fields;
  for (const node of info.fieldNodes) collect(node.selectionSet, type, info, fields);
  return fields;
}

function collect(
  selections: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  info: GraphQLResolveInfo,
  fields: Set<GraphQLField<unknown, unknown>>,
): void {
  for (const selection of selections?.selections ?? []) {
    if (!isIncluded(selection, info)) continue;
    switch (selection.kind) {
      case Kind.FIELD: {
        const field = type.getFields()[selection.name.value];
        if (field !== undefined) fields.add(field);
        break;
      }
      case Kind.INLINE_FRAGMENT:
        collect(selection.selectionSet, type, info, fields);
        break;
      case Kind.FRAGMENT_SPREAD:
        collect(info.fragments[selection.name.value]?.selectionSet, type, info, fields);
        break;
    }
  }
}

function isIncluded(selection: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
}
