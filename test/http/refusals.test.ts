/** What is refused before any field is asked for: an error that says why, and has a code. */
import { expect, it } from 'vitest';
import { startTestServer } from './test-server.js';

it.each([
  ['Int', 'first: $value', 'many', 'Int cannot represent non-integer value: "many"'],
  ['DateTime', 'filter: { received: { after: $value } }', 5, 'DateTime must be a string in RFC 3339'],
])('a value that is no %s is refused as bad input', async (type, argument, value, complaint) => {
  await using server = await startTestServer();

  const { data, errors } = await server.query(
    `query ($value: ${type}) { tasks(${argument}) { totalCount } }`,
    { variables: { value } },
  );
  expect(data).toBeUndefined();
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(errors?.[0]?.message).toContain(complaint);
});

it('a document that is no GraphQL is refused with its own code', async () => {
  await using server = await startTestServer();

  const { errors } = await server.query('tasks {');
  expect(errors).toMatchObject([
    {
      message: 'Syntax Error: Unexpected Name "tasks".',
      locations: [{ line: 1, column: 1 }],
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    },
  ]);
});

it.each([
  ['a field', 'query ($value: ID = "x") { worker(hostname: $value) { pid } }', { worker: null }],
  ['a directive', 'query ($value: Boolean = true) { me { name @skip(if: $value) } }', { me: null }],
])('null for an argument of %s that takes none is refused as bad input', async (_, query, expected) => {
  await using server = await startTestServer();

  const { data, errors } = await server.query(query, { variables: { value: null } });
  expect(data).toEqual(expected);
  expect(errors).toMatchObject([
    {
      message: expect.stringContaining('must not be null') as string,
      path: Object.keys(expected),
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});
