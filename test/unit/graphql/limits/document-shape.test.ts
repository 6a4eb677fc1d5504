/** The size of a document, read from its text. */
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { documentShape } from '../../../../src/graphql/limits/document-shape.js';

const shape = (text: string) => documentShape(parse(text));

it.each([
  ['one field', '{ a }', 1],
  ['fields side by side', '{ a { b } c { d { e } } }', 3],
  ['inline fragments, which are no level', '{ a { ... { ... on T { b } } } }', 2],
  ['a fragment below its place', '{ a { ...F } } fragment F on T { b { c } }', 3],
  ['the deepest of several operations', 'query A { a } query B { a { b } }', 2],
  ['a cycle, which validation refuses', '{ a { ...F } } fragment F on T { b { ...F } }', 2],
])('counts the levels of %s', (_name, text, depth) => {
  expect(shape(text).depth).toBe(depth);
});

it('counts an alias as often as its fragment is used', () => {
  const fragments = 'fragment F on T { x: y ...G } fragment G on T { z: y }';
  expect(shape(`{ a { ...F } b { ...F } c: a }  ${fragments}`).aliases).toBe(5);
});

it('counts what a tower of fragments doubles sixty times without walking it', () => {
  const tower = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on T { a { ...F${n + 1} } b { ...F${n + 1} } }`,
  );
  const { aliases, depth } = shape(`{ ...F0 } ${tower.join(' ')} fragment F60 on T { c: d }`);
  expect([aliases, depth]).toEqual([2 ** 60, 61]);
});
