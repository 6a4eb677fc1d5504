/** Queries over a schema, and resolvers that answer them in every way in which resolvers can answer, as a seed has it. */
import {
  buildSchema,
  getNamedType,
  getNullableType,
  GraphQLEnumType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type {
  GraphQLField,
  GraphQLNamedType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  GraphQLSchema,
} from 'graphql';
import { seededRandom } from '../../../src/demo/random.js';
import type { Random } from '../../../src/demo/random.js';

/** What the resolvers of an execution do, and what they have been given. */
export interface Answers {
  readonly seed: number;
  /** How often a value is an error, null, or nothing that its type has; from 0 to 1. */
  readonly faults: number;
  /** How often a value is a promise; from 0 to 1. */
  readonly promises: number;
  /** Each call of a resolver, in their order. */
  readonly calls: string[];
}

const keysOf = (path: GraphQLResolveInfo['path'] | undefined): string =>
  path === undefined ? '' : `${keysOf(path.prev)}/${path.key}:${path.typename ?? ''}`;

const hash = (text: string, seed: number): number => {
  let value = seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value;
};

function faulty(random: Random): unknown {
  const kind = Math.floor(random() * 5);
  if (kind === 0) throw new Error('thrown');
  return [undefined, new Error('returned'), null, undefined, Symbol('of no type')][kind];
}

async function later<T>(random: Random, value: () => T): Promise<T> {
  for (let ticks = Math.floor(random() * 5); ticks > 0; ticks--) await Promise.resolve();
  return value();
}

function valueOf(type: GraphQLOutputType, random: Random, answers: Answers): unknown {
  const value = (): unknown => {
    if (random() < answers.faults) return faulty(random);
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const item: GraphQLOutputType = nullable.ofType;
      return Array.from({ length: Math.floor(random() * 4) }, () => {
        try {
          return valueOf(item, random, answers);
        } catch (error) {
          return error;
        }
      });
    }
    if (nullable instanceof GraphQLEnumType) return nullable.getValues()[0]?.value;
    return isLeafType(nullable) ? Math.floor(random() * 1_000) : { any: random() };
  };
  if (random() >= answers.promises) return value();
  const promise = later(random, value);
  promise.catch(() => undefined); // graphql-js leaves members behind one that has failed alone
  return promise;
}

/** The types of a schema, with resolvers that do what their context, `Answers`, has them do. */
export function answeringSchema(sdl: string): GraphQLSchema {
  const schema = buildSchema(sdl);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isAbstractType(type)) {
      type.resolveType = (_value, { seed, promises }: Answers, info) => {
        const random = seededRandom(hash(`${keysOf(info.path)}type`, seed));
        const possible = schema.getPossibleTypes(type);
        const name = possible[Math.floor(random() * possible.length)]?.name;
        return random() < promises ? later(random, () => name) : name;
      };
      continue;
    }
    if (!isObjectType(type)) continue;
    type.isTypeOf = (_value, { seed, promises, faults }: Answers, info) => {
      const random = seededRandom(hash(`${keysOf(info.path)}is${type.name}`, seed));
      const is = random() >= faults / 5;
      return random() < promises ? later(random, () => is) : is;
    };
    for (const field of Object.values(type.getFields()))
      field.resolve = (source, args: object, answers: Answers, info) => {
        const at = keysOf(info.path);
        answers.calls.push(
          `${at} ${JSON.stringify([source, args, info.fieldName, info.parentType.name, String(info.returnType), info.fieldNodes.length, info.variableValues, Object.keys(info.fragments), info.operation.operation])}`,
        );
        return valueOf(info.returnType, seededRandom(hash(at, answers.seed)), answers);
      };
  }
  return schema;
}

/** A query with two variables, `$yes` and `$count`; it may be invalid, since fields of one name can differ. */
export function generatedQuery(schema: GraphQLSchema, seed: number): string {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const fragments: string[] = [];

  const argument = (name: string, type: GraphQLNamedType): string | null => {
    if (name === 'first') return random() < 0.5 ? '$count' : '2';
    if (isEnumType(type)) return type.getValues()[0]?.name ?? null;
    return { Boolean: '$yes', Int: '1', Float: '1.5', String: '"text"', ID: '"id"' }[type.name] ?? null;
  };
  const argumentsOf = ({ args }: GraphQLField<unknown, unknown>): string | null => {
    const given: string[] = [];
    for (const each of args) {
      if (!isRequiredArgument(each) && random() < 0.6) continue;
      const value = isListType(getNullableType(each.type))
        ? null
        : argument(each.name, getNamedType(each.type));
      if (value !== null) given.push(`${each.name}: ${value}`);
      else if (isRequiredArgument(each)) return null;
    }
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  };
  const directive = (): string =>
    random() < 0.06
      ? ` @${pick(['skip', 'include'])}(if: ${pick(['$yes', '$yes', 'true', 'false'])})`
      : '';

  const selection = (type: GraphQLNamedType, depth: number): string => {
    if (!isCompositeType(type)) return '';
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    const parts: string[] = [];
    for (let left = 1 + Math.floor(random() * 5); left > 0; left--) {
      const kind = random();
      if (kind < 0.08 || fields.length === 0) parts.push(`__typename${directive()}`);
      else if (kind < 0.2) {
        const on = isAbstractType(type) ? (pick(schema.getPossibleTypes(type)) ?? type) : type;
        const inner = selection(on, depth);
        if (kind < 0.14) parts.push(`... ${kind < 0.1 ? '' : `on ${on.name}`}${directive()} ${inner}`);
        else {
          const name = `F${fragments.length}`;
          fragments.push(`fragment ${name} on ${on.name} ${inner}`);
          parts.push(`...${name}${directive()}`, ...(random() < 0.3 ? [`...${name}`] : []));
        }
      } else {
        const field = pick(fields);
        const given = field && argumentsOf(field);
        if (field === undefined || typeof given !== 'string') continue;
        const below = getNamedType(field.type);
        if (isCompositeType(below) && depth === 0) continue;
        const alias = random() < 0.2 ? `${pick(['a', 'b', '__proto__', 'constructor', 'then'])}: ` : '';
        parts.push(`${alias}${field.name}${given}${directive()} ${selection(below, depth - 1)}`);
      }
    }
    return `{ ${parts.length === 0 ? '__typename' : parts.join(' ')} }`;
  };
  const query = schema.getQueryType();
  const introspection =
    random() < 0.05 ? '__schema { types { name fields { name type { kind } } } }' : '';
  const set = query ? selection(query, 4).slice(1) : '}';
  return `query Generated($yes: Boolean!, $count: Int) { ${introspection} ${set} ${fragments.join(' ')}`;
}
