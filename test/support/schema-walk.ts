/**
 * Operations that together ask for every field of the schema: one for each root field, with all that it leads to, and
 * with the arguments that it needs. Answers are compared by paths without list indices.
 */
import { getNamedType, isCompositeType, isRequiredArgument, isUnionType } from 'graphql';
import type { GraphQLField, GraphQLNamedOutputType, GraphQLObjectType } from 'graphql';
import { schema } from '../../src/graphql/schema.js';

/** Arguments by the names of root fields, or by their own wherever they are, in GraphQL's notation. */
export interface WalkArguments {
  readonly roots?: Readonly<Record<string, string>>;
  readonly required?: Readonly<Record<string, string>>;
}

export interface WalkedOperation {
  readonly name: string;
  readonly document: string;
}

/** Objects within objects; a type is not entered again below itself. */
const maxDepth = 5;

export function queries(given: WalkArguments): readonly WalkedOperation[] {
  return operations('query', schema.getQueryType(), given);
}

export function mutations(given: WalkArguments): readonly WalkedOperation[] {
  return operations('mutation', schema.getMutationType(), given);
}

export function subscriptions(given: WalkArguments): readonly WalkedOperation[] {
  return operations('subscription', schema.getSubscriptionType(), given);
}

function operations(
  kind: string,
  root: GraphQLObjectType | null | undefined,
  given: WalkArguments,
): readonly WalkedOperation[] {
  return Object.values(root?.getFields() ?? {}).map((field) => {
    const own = given.roots?.[field.name];
    const call = own === undefined ? withArguments(field, given) : `${field.name}(${own})`;
    const type = getNamedType(field.type);
    const document = `${kind} { ${call}${selection(type, given, [])} }`;
    return { name: field.name, document };
  });
}

function selection(
  type: GraphQLNamedOutputType,
  given: WalkArguments,
  above: readonly string[],
): string {
  if (!isCompositeType(type)) return '';
  if (isUnionType(type)) return ' { __typename }';
  const path = [...above, type.name];
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const isTooDeep = isCompositeType(inner) && (path.includes(inner.name) || path.length >= maxDepth);
    return isTooDeep ? [] : [withArguments(field, given) + selection(inner, given, path)];
  });
  return fields.length === 0 ? ' { __typename }' : ` { ${fields.join(' ')} }`;
}

/** The cluster is asked rather than the cache. */
function withArguments(field: GraphQLField<unknown, unknown>, given: WalkArguments): string {
  const texts = field.args.flatMap((argument) => {
    if (argument.name === 'useCache') return ['useCache: false'];
    const isDeprecated = typeof argument.deprecationReason === 'string';
    const value = isDeprecated ? undefined : given.required?.[argument.name];
    if (value === undefined && !isRequiredArgument(argument)) return [];
    if (value === undefined) throw new Error(`${field.name} needs a value of ${argument.name}`);
    return [`${argument.name}: ${value}`];
  });
  return texts.length === 0 ? field.name : `${field.name}(${texts.join(', ')})`;
}

/** Paths of the answer, such as `queues.peek.id`, at which something is that is not null. */
export function knownPaths(data: unknown, path = ''): ReadonlySet<string> {
  const known = new Set<string>();
  if (data === null || data === undefined) return known;
  if (Array.isArray(data)) {
    for (const item of data) for (const found of knownPaths(item, path)) known.add(found);
    return known;
  }
  known.add(path);
  if (typeof data === 'object')
    for (const [name, value] of Object.entries(data))
      for (const found of knownPaths(value, path === '' ? name : `${path}.${name}`)) known.add(found);
  return known;
}
