/** Which fields an operation selects below a field, whether by name, in fragments or conditionally. */
import { getDirectiveValues, getNamedType, isAbstractType, isObjectType, Kind } from 'graphql';
import { GraphQLIncludeDirective, GraphQLSkipDirective } from 'graphql';
import type {
  GraphQLField,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  NamedTypeNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';

/**
 * Directly below the field that is being resolved.
 * @param type of the object, where the schema allows several
 */
export function selectedFields(
  info: GraphQLResolveInfo,
  type: GraphQLOutputType = getNamedType(info.returnType),
): ReadonlySet<GraphQLField<unknown, unknown>> {
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
        if (applies(selection.typeCondition, type, info))
          collect(selection.selectionSet, type, info, fields);
        break;
      case Kind.FRAGMENT_SPREAD: {
        const fragment = info.fragments[selection.name.value];
        if (applies(fragment?.typeCondition, type, info))
          collect(fragment?.selectionSet, type, info, fields);
        break;
      }
    }
  }
}

/** Whether a fragment on a type is about objects of this one. */
function applies(
  condition: NamedTypeNode | undefined,
  type: GraphQLObjectType,
  { schema }: GraphQLResolveInfo,
): boolean {
  if (condition === undefined || condition.name.value === type.name) return true;
  const on = schema.getType(condition.name.value);
  return isAbstractType(on) && schema.isSubType(on, type);
}

function isIncluded(selection: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
}
