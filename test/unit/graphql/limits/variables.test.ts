/** Values of variables are checked with one error, whose text is bounded. */
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { variableError } from '../../../../src/graphql/limits/variables.js';
import { schema } from '../../../../src/graphql/schema.js';

const ordered = 'query ($o: TaskOrder) { tasks(orderBy: $o) { totalCount } }';
const messageOf = (text: string, variableValues: Record<string, unknown>) =>
  variableError({ schema, document: parse(text), variableValues })?.message;

it('finds nothing wrong with values of their types', () => {
  expect(messageOf(ordered, { o: { field: 'NAME' } })).toBeUndefined();
  expect(messageOf('{ tasks { totalCount } }', { any: { thing: 1 } })).toBeUndefined();
});

describe('an error', () => {
  it('says which value is wrong, and why', () => {
    expect(messageOf(ordered, { o: { field: 'NAME', fields: 1 } })).toBe(
      'Variable "$o" got invalid value { field: "NAME", fields: 1 }; ' +
        'Field "fields" is not defined by type "TaskOrder". Did you mean "field"?',
    );
  });

  it('keeps its beginning and its end when it would be longer than 500 characters', () => {
    const fields = Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`f${n}`, 1]));
    const message = messageOf(ordered, { o: { field: 'NAME', ...fields } }) ?? '';
    expect(message.length).toBe(499);
    expect(message).toMatch(/^Variable "\$o" got invalid value \{ field: "NAME", f0: 1, /);
    expect(message).toMatch(/ \.\.\. .*; Field "f0" is not defined by type "TaskOrder"\.$/);
  });

  it.each([
    ['a long name of a field', ordered, { o: { ['x'.repeat(100_000)]: 1 } }],
    ['a long value of an enum', ordered, { o: { field: 'x'.repeat(100_000) } }],
    ['a long text', 'query ($n: Int) { tasks(first: $n) { totalCount } }', { n: 'x'.repeat(100_000) }],
    [
      'a list',
      'query ($ids: [ID!]) { tasks(filter: { taskIds: $ids }) { totalCount } }',
      { ids: Array.from({ length: 20_000 }, () => null) },
    ],
  ])('is no longer for %s', (_name, text, variables) => {
    const { length } = messageOf(text, variables) ?? '';
    expect(length).toBeGreaterThan(50);
    expect(length).toBeLessThan(501);
  });
});
