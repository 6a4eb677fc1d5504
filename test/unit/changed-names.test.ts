/** CHANGELOG names every change that breaks a document written for the schema before. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, findBreakingChanges } from 'graphql';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const breaking = findBreakingChanges(
  buildSchema(read('test/fixtures/schema-before.graphql')),
  buildSchema(read('schema/schema.graphql')),
);

/** The first column of the table of changed names: each cell has one coordinate or several. */
const before = new Set(
  read('CHANGELOG.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    ),
);

/** `Query.workers` of a description such as "Query.workers changed type from [Worker!] to WorkerConnection.". */
function coordinate(description: string): string {
  const enumValue = /^(\w+) was removed from enum type (\w+)\./.exec(description);
  if (enumValue) return `${enumValue[2]}.${enumValue[1]}`;
  const argument = /arg (\w+)/.exec(description)?.[1];
  const field = /\w+\.\w+/.exec(description)?.[0] ?? /^\w+/.exec(description)?.[0] ?? description;
  return argument === undefined ? field : `${field}(${argument}:)`;
}

describe('the table of changed names', () => {
  it('has every breaking change of the schema', () => {
    const missing = breaking
      .filter(({ description }) => {
        const name = coordinate(description);
        return !before.has(name) && !before.has(name.replace(/\(.*/, ''));
      })
      .map(({ description }) => description);
    expect(missing).toEqual([]);
  });
});
