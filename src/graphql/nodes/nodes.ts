/** Objects by their ids: `node`, `nodes`, and the reads behind them, which are those of each type's own root field. */
import { isObjectType } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { BadUserInputError } from '../../errors.js';
import { builder, useCacheArg } from '../builder.js';
import type { Context } from '../context.js';
import { ofGateway } from '../plugins/cluster-plugin.js';
import { readQueue } from '../queues.js';
import { readTask } from '../tasks/tasks.js';
import { readTaskType, windowOf } from '../tasks/task-types.js';
import { readWorker } from '../workers/workers.js';
import { selectedCommands } from '../workers/selected-commands.js';
import { decodeGlobalId, type GlobalId, type NodeType } from './global-id.js';
import { lookupCost } from './lookup-cost.js';
import { asNode, NodeInterface } from './node-type.js';

export const maxNodes = 100;

type ReadNode = (
  view: ClusterView,
  key: readonly [first: string, second: string | undefined],
  info: GraphQLResolveInfo,
) => object | null | Promise<object | null>;

const readNode: Readonly<Record<NodeType, ReadNode>> = {
  Cluster: (view) => view,
  Queue: (view, [name]) => readQueue(view, name),
  Task: (view, [taskId]) => readTask(view, taskId),
  TaskType: (view, [name, window]) => readTaskType(view, name, windowOf(window)),
  Worker: (view, [hostname], info) =>
    readWorker(view, hostname, selectedCommands(info, typeNamed('Worker', info))),
};

function typeNamed(name: NodeType, { schema }: GraphQLResolveInfo) {
  const type = schema.getType(name);
  return isObjectType(type) ? type : undefined;
}

/** How objects are read for a root field. */
export interface NodeRequest {
  readonly field: string;
  readonly useCache?: boolean | null | undefined;
}

/**
 * Null if there is none, or if the viewer may not see its cluster: no caller learns of a cluster that is not for them.
 */
export async function nodeOf(
  { type, cluster, key }: GlobalId,
  { field, useCache }: NodeRequest,
  { views }: Context,
  info: GraphQLResolveInfo,
): Promise<object | null> {
  const view = views.find(cluster)?.at(field, useCache);
  if (view === undefined) return null;
  const [first = '', second] = key;
  const node = await view.whileOpen(readNode[type](view, [first, second], info));
  return node && asNode(type, node);
}

/** @throws BadUserInputError that names the argument */
function parsedId(id: string, argument: string): GlobalId {
  const parsed = decodeGlobalId(id);
  if (parsed === null) throw new BadUserInputError(`${argument} is not the id of a node`);
  return parsed;
}

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    nullable: true,
    description:
      'One object by its `id`, as the root field of its type reads it; null if it is not known any more, or if the caller may not see its cluster.',
    args: {
      id: t.arg.id({ required: true, description: '`id` of the object.' }),
      useCache: t.arg.boolean(useCacheArg),
    },
    extensions: { ...ofGateway, nodeIds: ({ id }: { id: string }) => [decodeGlobalId(id)] },
    complexity: ({ id }, context) => 1 + lookupCost([decodeGlobalId(id)], context),
    resolve: (_root, { id, useCache }, context, info) =>
      nodeOf(parsedId(id, 'id'), { field: 'node', useCache }, context, info),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: true, items: true },
    description: `Objects by their \`id\`s, in the order of the ids; each is null where \`node\` would be. At most ${maxNodes}.`,
    args: {
      ids: t.arg.idList({ required: true, description: `\`id\`s of objects, at most ${maxNodes}.` }),
      useCache: t.arg.boolean(useCacheArg),
    },
    extensions: {
      ...ofGateway,
      nodeIds: ({ ids }: { ids: readonly string[] }) => ids.slice(0, maxNodes).map(decodeGlobalId),
    },
    complexity: ({ ids }, context) => {
      const known = ids.slice(0, maxNodes);
      const field = 1 + lookupCost(known.map(decodeGlobalId), context);
      return { field, multiplier: known.length };
    },
    resolve: (_root, { ids, useCache }, context, info) => {
      if (ids.length > maxNodes)
        throw new BadUserInputError(`ids has ${ids.length} members; the maximum is ${maxNodes}`);
      return Promise.all(
        ids.map((id, index) =>
          resultOf(() =>
            nodeOf(parsedId(id, `ids[${index}]`), { field: 'nodes', useCache }, context, info),
          ),
        ),
      );
    },
  }),
}));

/** The value of a member of a list, or its error, which takes the place of this member alone. */
export async function resultOf<T>(read: () => T | Promise<T>): Promise<T | Error> {
  try {
    return await read();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
