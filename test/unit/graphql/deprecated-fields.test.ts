/** A deprecated field has the value of the field that its reason names. */
import { defaultFieldResolver, isObjectType } from 'graphql';
import type { GraphQLField, GraphQLResolveInfo } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../../src/graphql/schema.js';

type Field = GraphQLField<unknown, unknown>;

/** Another meaning, not another name: the text of a broker's kind beside its enum. */
const otherValue = new Set(['GatewayBroker.kind']);

const pairs = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) => {
      const name = /^Use `(\w+)`\.$/.exec(field.deprecationReason ?? '')?.[1];
      const path = `${type.name}.${field.name}`;
      const current = name === undefined ? undefined : type.getFields()[name];
      return current && !otherValue.has(path) ? [{ path, field, current }] : [];
    }),
  );

const places = new Map<string, unknown>();

/** Stands for what is read at that place of the parent, and for all that is read or called below it. */
function place(path: string): unknown {
  const known = places.get(path);
  if (known !== undefined) return known;
  const made: unknown = new Proxy(() => undefined, {
    get: (_target, key) => (key === 'then' ? undefined : place(`${path}.${String(key)}`)),
    apply: () => place(`${path}()`),
  });
  places.set(path, made);
  return made;
}

/** The place of the parent whose value the field has. */
async function sourceOf(field: Field): Promise<unknown> {
  const { name, resolve = defaultFieldResolver } = field;
  if (resolve === defaultFieldResolver) return place(`parent.${name}`); // it would call what is a function
  return await resolve(place('parent'), {}, {}, { fieldName: name } as GraphQLResolveInfo);
}

describe('a deprecated field', () => {
  it('is one of these', () => {
    expect(pairs.map(({ path }) => path).sort()).toEqual([
      'AuditRecord.at',
      'CacheBreaker.since',
      'CacheStatsReport.timestamp',
      'EventGap.from',
      'EventGap.to',
      'GatewayBroker.since',
      'TaskEvent.timestamp',
      'WorkerAutoscaler.qty',
      'WorkerEvent.at',
    ]);
  });

  it.each(pairs)('$path has the value of its new name', async ({ field, current }) => {
    expect((await sourceOf(field)) === (await sourceOf(current))).toBe(true);
    expect(String(field.type)).toBe(String(current.type));
  });
});
