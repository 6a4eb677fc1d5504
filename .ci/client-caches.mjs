/** A plugin of graphql-codegen: what normalised caches of clients have to know of the types without an `id`. */
import { isAbstractType, isObjectType } from 'graphql';

export function plugin(schema) {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const names = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type))
    .filter((type) => !('id' in type.getFields()))
    .map(({ name }) => name)
    .sort();
  const abstract = Object.values(schema.getTypeMap())
    .filter((type) => isAbstractType(type) && !type.name.startsWith('__'))
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]);
  const members = abstract.map(
    ([name, types]) => `  ${name}: [${types.map((type) => `'${type}'`).join(', ')}],`,
  );
  const rows = (value) => names.map((name) => `  ${name}: ${value},`).join('\n');
  return `/**
 * Settings for the normalised caches of clients: objects without an identity are kept inside their parents. All others have
 * an \`id\`. Published as \`celeryql/client-caches\`.
 */

/**
 * For urql's graphcache, which warns of objects without a key.
 *
 * @example
 * import { keys } from 'celeryql/client-caches';
 * const cache = cacheExchange({ keys });
 */
export const keys = {
${rows('inParent')}
} as const;

/**
 * For Apollo Client, which warns where two operations select different fields of such an object: it keeps the fields of
 * both.
 *
 * @example
 * import { possibleTypes, typePolicies } from 'celeryql/client-caches';
 * const cache = new InMemoryCache({ possibleTypes, typePolicies });
 */
export const typePolicies = {
${rows('{ merge: true }')}
} as const;

/** For Apollo Client, which has to know the types of an interface to read a fragment on it. Its types demand lists that can be changed. */
export const possibleTypes: Record<string, string[]> = {
${members.join('\n')}
};

function inParent(): null {
  return null;
}
`;
}
