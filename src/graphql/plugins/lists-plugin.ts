/**
 * Executes long lists in slices: graphql-js executes what hangs below a list in one piece, unless its members come as
 * promises. What lists really hold is counted too, since they may hold more than the cost of the operation has assumed.
 */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { Kind, OperationTypeNode } from 'graphql';
import type { GraphQLFieldResolver, GraphQLResolveInfo, SelectionNode, SelectionSetNode } from 'graphql';
import { slices } from '../../slices.js';
import type { Context, ExecutedFields } from '../context.js';
import { limitError } from '../limits/limit-error.js';

export const listsPlugin = 'celeryqlLists';

/** Milliseconds that a field takes. */
const msPerField = 0.001;
/** Fields that are executed in one piece, and up to which a list is not cut while its turn has time left. */
const fieldsPerPiece = 2_000;
const fewFields = 500;

export class ListsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { type, parentType }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const isOfObjects =
      type.kind === 'List' && ['Object', 'Interface', 'Union'].includes(type.type.kind);
    if (!isOfObjects || parentType === 'Subscription') return resolve;
    return (parent, args, context, info) => {
      const members: unknown = resolve(parent, args, context, info);
      // The builder has one context, which the plugin's own type parameter does not know.
      const { executed } = context as unknown as Context;
      if (!(members instanceof Promise)) return inPieces(members, executed, info);
      return members.then((found: unknown) => inPieces(found, executed, info));
    };
  }
}

SchemaBuilder.registerPlugin(listsPlugin, ListsPlugin);

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Pothos learns of plugins
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [listsPlugin]: ListsPlugin<Types>;
    }
  }
}

/** The members when it is their turn: all of them at once, or, of several pieces, a promise for each. */
export function inPieces(members: unknown, executed: ExecutedFields, info: GraphQLResolveInfo): unknown {
  if (!Array.isArray(members) || members.length === 0) return members;
  const [node] = info.fieldNodes;
  const weight = node?.selectionSet === undefined ? 1 : fieldsIn(node.selectionSet, info);
  const fields = members.length * weight;
  if (executed.count + fields > executed.max && info.operation.operation !== OperationTypeNode.MUTATION)
    throw limitError(
      `The lists of this operation contain more fields than ${executed.max}, the maximum`,
    );
  executed.count += fields;
  if (fields <= fewFields && slices.spend(fields * msPerField)) return members;
  const perPiece = Math.max(1, Math.floor(fieldsPerPiece / weight));
  // One promise, where graphql-js would wait for as many as there are members.
  if (members.length <= perPiece)
    return slices.reserve(fields * msPerField).then((): unknown => members);
  const promised: Promise<unknown>[] = [];
  for (let start = 0; start < members.length; start += perPiece) {
    const piece: readonly unknown[] = members.slice(start, start + perPiece);
    const turn = slices.reserve(piece.length * weight * msPerField);
    for (const member of piece) promised.push(turn.then(() => member));
  }
  return promised;
}

const known = new WeakMap<SelectionSetNode, number>();

/** Fields that are selected, on all levels below: one for each member of a list below. */
function fieldsIn(selections: SelectionSetNode, info: GraphQLResolveInfo): number {
  const before = known.get(selections);
  if (before !== undefined) return before;
  let count = 0;
  for (const selection of selections.selections) count += fieldsOf(selection, info);
  known.set(selections, count);
  return count;
}

function fieldsOf(selection: SelectionNode, info: GraphQLResolveInfo): number {
  switch (selection.kind) {
    case Kind.FIELD:
      return 1 + (selection.selectionSet === undefined ? 0 : fieldsIn(selection.selectionSet, info));
    case Kind.INLINE_FRAGMENT:
      return fieldsIn(selection.selectionSet, info);
    case Kind.FRAGMENT_SPREAD: {
      const fragment = info.fragments[selection.name.value];
      return fragment === undefined ? 0 : fieldsIn(fragment.selectionSet, info);
    }
  }
}
