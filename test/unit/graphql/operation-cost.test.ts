/** What an operation costs, by the numbers that it asks for. */
import { getIntrospectionQuery, parse } from 'graphql';
import { expect, it } from 'vitest';
import { operationCost } from '../../../src/graphql/limits/operation-cost.js';
import { schema } from '../../../src/graphql/schema.js';

const cost = (text: string, variableValues?: Record<string, unknown>, operationName?: string) =>
  operationCost({ schema, document: parse(text), variableValues, operationName });

it.each([
  ['a field', '{ gateway { version } }', 2],
  ['the same field by two names', '{ a: gateway { version } b: gateway { version } }', 4],
  ['a list, which counts ten', '{ workers { hostname status } }', 21],
  ['a page', '{ tasks(first: 3) { nodes { id name } } }', 10],
  ['a page from the end', '{ tasks(last: 3) { nodes { id name } } }', 10],
  ['a page of the default size', '{ tasks { nodes { id } } }', 101],
  ['a page no larger than pages get', '{ tasks(first: 1000000) { nodes { id } } }', 2_001],
  ['lists in a list', '{ tasks(first: 3) { nodes { children(first: 2) { id } } } }', 13],
  ['what waits in a queue', '{ queue(name: "q") { peek(first: 5) { id } } }', 7],
  ['a fragment', '{ ...F } fragment F on Query { gateway { version } }', 2],
])('counts %s', (_name, text, expected) => {
  expect(cost(text)).toBe(expected);
});

it('counts by the values of variables and by their defaults', () => {
  const query = 'query ($n: Int = 7) { tasks(first: $n) { nodes { id } } }';
  expect([cost(query, { n: 100 }), cost(query)]).toEqual([201, 15]);
});

it('counts the operation that is asked for and no other', () => {
  const both = 'query A { gateway { version } } query B { workers { hostname } }';
  expect([cost(both, {}, 'A'), cost(both, {}, 'B'), cost(both, {}, 'C')]).toEqual([2, 11, 0]);
});

it('leaves a variable of the wrong type to the execution, which says what is wrong with it', () => {
  expect(cost('query ($n: Int!) { tasks(first: $n) { totalCount } }', { n: 'many' })).toBe(0);
});

it('counts nothing as free because of an argument that is wrong', () => {
  const query =
    'query ($state: TaskState = "SUCCESS") { tasks(filter: { states: [$state] }) { totalCount } }';
  expect(() => cost(query, { state: null })).toThrow(
    'Argument "filter" has invalid value {states: [$state]}.',
  );
});

it('counts what introspection brings', () => {
  expect(cost(getIntrospectionQuery())).toBeGreaterThan(20_000);
  expect(cost('{ a: __type(name: "Task") { name } b: __type(name: "Task") { name } }')).toBe(1_002);
});

it('counts a tower of fragments that doubles without walking it', () => {
  const levels = Array.from(
    { length: 40 },
    (_, n) => `fragment F${n} on Task { a: root { ...F${n + 1} } b: parent { ...F${n + 1} } }`,
  );
  const tower = `{ task(id: "x") { ...F0 } } ${levels.join(' ')} fragment F40 on Task { id }`;
  expect(cost(tower)).toBeGreaterThan(2 ** 40);
});
