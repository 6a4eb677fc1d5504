import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../../src/slices.js';
import { entityTag, namesTag, questionDigest } from '../../../../src/http/conditional/entity-tag.js';
import type { Question } from '../../../../src/http/conditional/entity-tag.js';

const question: Question = {
  path: '/graphql',
  query: '{ a }',
  operationName: 'Q',
  variables: { first: 1 },
  viewer: { method: 'basic', name: 'ann', role: 'viewer' },
};
const data = { a: 1 };
const tag = (changed: Partial<Question> = {}, answer: object = { data }) =>
  atOnce(entityTag(questionDigest({ ...question, ...changed }), answer));

describe('an entity tag', () => {
  it('is weak, and the same for the same answer', () => {
    expect(tag()).toMatch(/^W\/"[\w-]{43}"$/);
    expect(tag()).toBe(tag());
  });

  it('does not depend on extensions', () => {
    expect(tag({}, { data, extensions: { cache: { age: 1 } } })).toBe(tag());
  });

  it.each<[string, Partial<Question>]>([
    ['path', { path: '/api/v1/celery/queues/status' }],
    ['query', { query: '{ b }' }],
    ['operation', { operationName: 'R' }],
    ['variable', { variables: { first: 2 } }],
    ['viewer', { viewer: { method: 'basic', name: 'bob', role: 'viewer' } }],
    ['method', { viewer: { method: 'jwt', name: 'ann', role: 'viewer' } }],
    ['role', { viewer: { method: 'basic', name: 'ann', role: 'admin' } }],
  ])('is another for another %s with the same answer', (_name, changed) => {
    expect(tag(changed)).not.toBe(tag());
  });

  it.each<[string, object]>([
    ['data', { data: { a: 2 } }],
    ['no data', { data: null }],
    ['errors', { data, errors: [{ message: 'no' }] }],
  ])('is another for other %s', (_name, answer) => {
    expect(tag({}, answer)).not.toBe(tag());
  });
});

describe('If-None-Match', () => {
  it.each(['W/"a"', '"a"', 'W/"x", W/"a"', '"x","a"', ' "a" ,', '*', ' * ', 'W/"b,c", "a"'])(
    '%s names it',
    (header) => {
      expect(namesTag(header, 'W/"a"')).toBe(true);
    },
  );

  it.each(['', 'a', 'W/a', '"b"', 'W/"A"', '"a', '"b*"', '"*"', 'x*'])('%s does not', (header) => {
    expect(namesTag(header, 'W/"a"')).toBe(false);
  });

  it('takes a comma within a tag for a part of it', () => {
    expect(namesTag('"a,b"', 'W/"a,b"')).toBe(true);
    expect(namesTag('"a,b"', 'W/"a"')).toBe(false);
  });
});
