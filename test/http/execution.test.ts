/** What clients see of the executor: the order of fields, and what it refuses before it executes. */
import { expect, it } from 'vitest';
import { startTestServer } from './test-server.js';

/** The response type of GraphQL over HTTP, and that of older clients. */
const accepts = ['application/graphql-response+json', 'application/json'];

it('writes fields in the order of the selection, not in that in which they resolve', async () => {
  await using server = await startTestServer();

  const { data } = await server.query<{ workers: { nodes: object[] } }>(
    '{ workers { nodes { registeredTasks hostname } } viewer: me { name } __typename }',
  );

  expect(Object.keys(data ?? {})).toEqual(['workers', 'viewer', '__typename']);
  const [worker] = data?.workers.nodes ?? [];
  expect(Object.keys(worker ?? {})).toEqual(['registeredTasks', 'hostname']);
});

it.each(accepts)('refuses a wrong variable with 400 in %s', async (accept) => {
  await using server = await startTestServer();

  const response = await server.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({
      query: 'query ($first: Int) { tasks(first: $first) { totalCount } }',
      variables: { first: 'many' },
    }),
  });

  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    errors: [
      {
        message:
          'Variable "$first" got invalid value "many"; Int cannot represent non-integer value: "many"',
        locations: [{ line: 1, column: 8 }],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ],
  });
});

it('names the first of many wrong variables and no other', async () => {
  await using server = await startTestServer();

  const { data, errors } = await server.query(
    'mutation ($hostnames: [ID!]) { pingWorkers(hostnames: $hostnames) { __typename } }',
    { variables: { hostnames: Array.from({ length: 60 }, () => null) } },
  );

  expect(data).toBeUndefined();
  expect(errors).toEqual([
    {
      message:
        'Variable "$hostnames" got invalid value null at "hostnames[0]"; Expected non-nullable type "ID!" not to be null.',
      locations: [{ line: 1, column: 11 }],
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});
