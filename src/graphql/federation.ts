/**
 * The schema as a subgraph of Apollo Federation 2: keys on everything that has an identity, and the two root fields that a
 * router asks. Apollo's own library needs a later Node.js than the gateway, and would mark the schema of every client.
 */
import { extendSchema, isUnionType, Kind, parse, print, printSchema, visit } from 'graphql';
import type { ConstDirectiveNode, GraphQLField, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { hasRole } from '../access/viewer.js';
import { BadUserInputError, ForbiddenError } from '../errors.js';
import type { Context } from './context.js';
import { decodeGlobalId, nodeTypes, type GlobalId, type NodeType } from './nodes/global-id.js';
import { lookupCost } from './nodes/lookup-cost.js';
import { typeOfNode } from './nodes/node-type.js';
import { nodeOf, resultOf } from './nodes/nodes.js';
import { inPieces } from './plugins/lists-plugin.js';

/** Objects of one request of a router, as many as the longest page of tasks has. */
const maxEntities = 1_000;

/** Fields that identify an object beside `id`: those of the key, and that with the name of its cluster. Null if none do. */
const otherKeys: Readonly<
  Record<NodeType, { readonly key: readonly string[]; readonly cluster: string } | null>
> = {
  Cluster: { key: [], cluster: 'name' },
  Queue: { key: ['name'], cluster: 'cluster' },
  Task: { key: ['taskId'], cluster: 'cluster' },
  TaskType: null, // each window has figures of its own
  Worker: { key: ['hostname'], cluster: 'cluster' },
};

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

/** What the specification adds to every subgraph. */
const additions = parse(`
  "What a router knows of an object: the name of its type, and the fields of one of its keys."
  scalar _Any

  "An object that other subgraphs may refer to."
  union _Entity = ${nodeTypes.join(' | ')}

  "The subgraph as a router composes it."
  type _Service {
    "The schema with the directives of Apollo Federation."
    sdl: String!
  }

  extend type Query {
    "The subgraph as a router composes it."
    _service: _Service
    "Objects to which other subgraphs refer, for routers; each is null where \`node\` would be. At most ${maxEntities}."
    _entities(
      "What the router knows of each object."
      representations: [_Any!]!
    ): [_Entity]!
  }
`);

/** @param introspection whether clients may read the schema */
export function federated(
  schema: GraphQLSchema,
  { introspection }: { readonly introspection: boolean },
): GraphQLSchema {
  const sdl = subgraphSdl(schema);
  const extended = extendSchema(schema, additions);
  const entity = extended.getType('_Entity');
  if (isUnionType(entity)) entity.resolveType = (parent: object) => typeOfNode(parent);
  const { _service: service, _entities: entities } = extended.getQueryType()?.getFields() ?? {};
  if (service === undefined || entities === undefined) throw new Error('The subgraph has no query');
  service.resolve = (_root, _args, context: Context) => {
    assertViewer(context, '_service');
    if (!introspection) throw new ForbiddenError('Introspection is disabled');
    return { sdl };
  };
  resolveEntities(entities as GraphQLField<unknown, Context>);
  return extended;
}

/** The schema as it is, with a key for each identity. */
export function subgraphSdl(schema: GraphQLSchema): string {
  const marked = visit(parse(printSchema(schema)), {
    ObjectTypeDefinition: (node) => ({ ...node, directives: directivesOf(node.name.value) }),
  });
  return `${link}\n\n${print(marked)}\n`;
}

function directivesOf(type: string): readonly ConstDirectiveNode[] {
  if (type === 'PageInfo') return directives('@shareable'); // every subgraph with connections has it
  const known = nodeTypes.find((name) => name === type);
  if (known === undefined) return [];
  const other = otherKeys[known];
  const fields = other === null ? [] : [[...other.key, other.cluster].join(' ')];
  return directives(['id', ...fields].map((key) => `@key(fields: "${key}")`).join(' '));
}

function directives(text: string): readonly ConstDirectiveNode[] {
  const [definition] = parse(`scalar Any ${text}`).definitions;
  return definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
}

/** The router's requests for objects, with the cost and the access of \`nodes\`. */
function resolveEntities(field: GraphQLField<unknown, Context>): void {
  const idsOf = ({ representations }: { representations: readonly unknown[] }) =>
    representations.slice(0, maxEntities).map(idOfRepresentation);
  field.extensions = {
    nodeIds: idsOf,
    complexity: (args: { representations: readonly unknown[] }, context: Context) => {
      const ids = idsOf(args);
      return { field: 1 + lookupCost(ids, context), multiplier: ids.length };
    },
  };
  field.resolve = async (
    _root,
    { representations }: { representations: readonly unknown[] },
    context,
    info,
  ) => {
    assertViewer(context, '_entities');
    if (representations.length > maxEntities)
      throw new BadUserInputError(
        `representations has ${representations.length} members; the maximum is ${maxEntities}`,
      );
    const found = await Promise.all(
      representations.map((one, index) => resultOf(() => entityOf(one, index, context, info))),
    );
    return inPieces(found, context.executed, info);
  };
}

function assertViewer({ viewer }: Context, field: string): void {
  if (!hasRole(viewer, 'viewer'))
    throw new ForbiddenError(`The role ${viewer.role} may not use ${field}`);
}

function entityOf(representation: unknown, index: number, context: Context, info: GraphQLResolveInfo) {
  const id = idOfRepresentation(representation);
  if (id === null) throw new BadUserInputError(`representations[${index}] has no key of an object`);
  return nodeOf(id, { field: '_entities' }, context, info);
}

/** Null for what does not identify an object. */
function idOfRepresentation(representation: unknown): GlobalId | null {
  if (typeof representation !== 'object' || representation === null) return null;
  const fields = representation as Readonly<Record<string, unknown>>;
  const type = nodeTypes.find((name) => name === fields['__typename']);
  if (type === undefined) return null;
  if (typeof fields['id'] === 'string') {
    const id = decodeGlobalId(fields['id']);
    return id?.type === type ? id : null;
  }
  const other = otherKeys[type];
  if (other === null) return null;
  const cluster = fields[other.cluster];
  const key = other.key.map((name) => fields[name]);
  return typeof cluster === 'string' && key.every((part) => typeof part === 'string')
    ? { type, cluster, key }
    : null;
}
