/** The schema as clients hold it in their hands: the committed files say what is served. */
import { readFileSync, readdirSync } from 'node:fs';
import {
  isInputObjectType,
  isNonNullType,
  isObjectType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import * as operations from '../../../src/generated/operations.js';
import { schema } from '../../../src/graphql/schema.js';

const root = new URL('../../../', import.meta.url);
const ownTypes = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
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

  it('describes every type', () => {
    const silent = ownTypes.filter(({ description }) => !description);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('holds no list with null members, so that a list is all there or not at all', () => {
    const holed = fields.filter(({ field }) => /[^!]\]/.test(String(field.type)));
    expect(holed.map(({ path }) => path)).toEqual([]);
  });

  it('takes useCache, true by default, on every root field that reads the cluster', () => {
    const cached = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ args }) =>
      args.some(({ name, defaultValue }) => name === 'useCache' && defaultValue === true),
    );
    expect(cached.map(({ name }) => name).sort()).toEqual([
      'health',
      'metricsSummary',
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
