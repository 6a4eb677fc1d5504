/** The schema as clients hold it in their hands: the committed files say what is served. */
import { readFileSync, readdirSync } from 'node:fs';
import {
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import * as operations from '../../../src/generated/operations.js';
import { schema } from '../../../src/graphql/schema.js';
import { scalars } from '../../../src/scalars.js';
import { schemaElements } from '../../support/schema-elements.js';

const root = new URL('../../../', import.meta.url);
const ownTypes = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const elements = schemaElements(schema);
const fields = ownTypes.filter(isObjectType).flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({
    path: `${type.name}.${field.name}`,
    field,
  })),
);

describe('schema', () => {
  it('is the committed contract; npm run codegen prints it anew', async () => {
    const printed = printSchema(lexicographicSortSchema(schema));
    await expect(printed).toMatchFileSnapshot('../../../schema/schema.graphql');
  });

  it('says of every field that can be null what null means', () => {
    const silent = fields.filter(
      ({ field }) => !isNonNullType(field.type) && !/\bnull\b/i.test(field.description ?? ''),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('can be null wherever a field can fail, so that a failure hides nothing else', () => {
    /** The only root field of a subscription: its item is null as a whole. */
    const exceptions = [
      'Subscription.cacheStats',
      'Subscription.metricsSummary',
      'Subscription.queues',
      'Subscription.taskEvents',
      'Subscription.workerEvents',
    ];
    const canFail = fields.filter(
      ({ path, field }) =>
        /^(Query|Mutation)\./.test(path) || field.args.length > 0 || 'inspect' in field.extensions,
    );
    const hiding = canFail.filter(({ field }) => isNonNullType(field.type));
    expect(hiding.map(({ path }) => path).sort()).toEqual(exceptions);
  });

  it('describes every type', () => {
    const silent = ownTypes.filter(({ description }) => !description);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('introduces the product', () => {
    expect(schema.description).toMatch(/^celeryql is a GraphQL gateway that monitors Celery clusters/);
    expect(schema.description).toContain('useCache: false');
  });

  it('describes every field, argument, input field and enum value', () => {
    expect(elements.filter(({ description }) => !description?.trim()).map(({ path }) => path)).toEqual(
      [],
    );
  });

  it('says where each scalar of its own is specified', () => {
    const unspecified = ownTypes
      .filter(isScalarType)
      .filter((type) => !isSpecifiedScalarType(type) && !type.specifiedByURL);
    expect(unspecified.map(({ name }) => name)).toEqual([]);
  });

  it('has a TypeScript type for each scalar that GraphQL Code Generator does not know', () => {
    const own = ownTypes.filter(isScalarType).filter((type) => !isSpecifiedScalarType(type));
    expect(Object.keys(scalars).sort()).toEqual(['ID', ...own.map(({ name }) => name)].sort());
  });

  it('holds no list with null members but that of objects by their ids', () => {
    const holed = fields.filter(({ field }) => /[^!]\]/.test(String(field.type)));
    expect(holed.map(({ path }) => path)).toEqual(['Query.nodes']);
  });

  it('takes useCache, true by default, on every root field that reads the cluster', () => {
    const cached = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ args }) =>
      args.some(({ name, defaultValue }) => name === 'useCache' && defaultValue === true),
    );
    expect(cached.map(({ name }) => name).sort()).toEqual([
      'health',
      'metricsSummary',
      'node',
      'nodes',
      'queue',
      'queues',
      'task',
      'taskStatus',
      'taskTypes',
      'tasks',
      'worker',
      'workerCount',
      'workers',
    ]);
  });

  it('names fields, arguments and input fields in camelCase', () => {
    const inputs = ownTypes.filter(isInputObjectType).flatMap((type) => Object.keys(type.getFields()));
    const names = fields.flatMap(({ field }) => [field.name, ...field.args.map(({ name }) => name)]);
    expect([...names, ...inputs].filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
  });
});

describe('operation documents', () => {
  const folder = new URL('schema/operations/', root);
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));

  it.each(files)('%s is valid', (name) => {
    expect(validate(schema, parse(readFileSync(new URL(name, folder), 'utf8')))).toEqual([]);
  });

  it.each(Object.entries(operations).filter(([name]) => name.endsWith('Document')))(
    '%s, as it was generated, is valid',
    (_name, document) => {
      expect(validate(schema, document)).toEqual([]);
    },
  );
});
