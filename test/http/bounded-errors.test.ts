/** Errors repeat a bounded part of what a client sent. */
import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutMessage } from '../../src/cut-message.js';
import { SideErrors } from '../../src/graphql/errors/side-errors.js';
import { newClient } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a message', () => {
  it('of 500 characters stays as it is', () => {
    expect(cutMessage('x'.repeat(500))).toBe('x'.repeat(500));
  });

  it('that is longer keeps its beginning and its end', () => {
    expect(cutMessage(`a${'x'.repeat(1_000)}z`)).toBe(`a${'x'.repeat(246)} ... ${'x'.repeat(246)}z`);
  });

  it('is not cut within a character', () => {
    const cut = cutMessage(`a${'\u{1f600}'.repeat(400)}z`);
    expect(cut).toBe(`a${'\u{1f600}'.repeat(123)} ... ${'\u{1f600}'.repeat(123)}z`);
  });

  it('of a field is cut', async () => {
    const { errors } = await server.query(
      'query ($n: String) { tasks(filter: { search: $n }) { totalCount } }',
      {
        variables: { n: `${'x'.repeat(10_000)}:a` },
      },
    );
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.message.length).toBeLessThan(501);
  });

  it('of a mutation is cut in the audit log', async () => {
    await server.query('mutation ($n: String!) { sendTask(name: $n) { __typename } }', {
      variables: { n: 'x'.repeat(10_000) },
    });
    const [record] = server.services.audit.records();
    expect(record?.message?.length).toBeLessThan(501);
  });
});

describe('a name', () => {
  it.each([
    ['alias', (name: string) => `{ ${name}: __typename }`],
    ['field', (name: string) => `{ ${name} }`],
    ['operation', (name: string) => `query ${name} { __typename }`],
    ['fragment', (name: string) => `{ ...${name} } fragment ${name} on Query { __typename }`],
    ['variable', (name: string) => `query ($${name}: Int) { tasks(first: $${name}) { totalCount } }`],
  ])('of 256 characters is refused as that of an %s', async (_kind, document) => {
    const long = await server.query(document('x'.repeat(256)));
    expect(long.errors).toEqual([
      {
        message: 'The document has a name of more than 255 characters',
        extensions: { code: 'LIMIT_EXCEEDED' },
      },
    ]);
    const { errors = [] } = await server.query(document('x'.repeat(255)));
    expect(errors.filter(({ extensions }) => extensions?.['code'] === 'LIMIT_EXCEEDED')).toEqual([]);
  });

  it('of 256 characters is refused as the id of an operation over WebSocket', async () => {
    const client = newClient(server);
    const answers: unknown[] = [];
    client.on('message', (message) => void answers.push(message));
    try {
      const socket = await new Promise<WebSocket>((resolve) => {
        client.on('connected', (connected) => resolve(connected as WebSocket));
        client.subscribe(
          { query: '{ __typename }' },
          { next: () => undefined, error: () => undefined, complete: () => undefined },
        );
      });
      const refused = new Promise((resolve) =>
        client.on('message', (message) => {
          if ('id' in message && message.id.length === 256) resolve(message);
        }),
      );
      socket.send(
        JSON.stringify({ type: 'subscribe', id: 'x'.repeat(256), payload: { query: '{ __typename }' } }),
      );
      expect(await refused).toMatchObject({
        type: 'error',
        payload: [{ message: 'An id of an operation has no more than 255 characters' }],
      });
    } finally {
      await client.dispose();
    }
  });
});

describe('the errors of an answer', () => {
  it('are 20 for a document that is not valid', async () => {
    const fields = Array.from({ length: 50 }, (_, k) => `taskz${k}`);
    const { errors } = await server.query(`{ ${fields.join(' ')} }`);
    expect(errors).toHaveLength(21);
    expect(errors?.at(-1)?.message).toBe(
      'Too many validation errors, error limit reached. Validation aborted.',
    );
  });

  it('name ten places each', async () => {
    const spreads = Array.from(
      { length: 30 },
      (_, k) => `fragment F${k} on Query { ...F${(k + 1) % 30} }`,
    );
    const { errors } = await server.query(`{ ...F0 } ${spreads.join(' ')}`);
    expect(errors?.map(({ locations }) => locations?.length)).toEqual([10]);
  });

  it('are 1,000 for fields, and one that says how many more there are', () => {
    const errors = Array.from({ length: 1_200 }, (_, k) => new GraphQLError(`error ${k}`));
    const result = new SideErrors().addTo({ data: null, errors });
    expect(result.errors).toHaveLength(1_001);
    expect(result.errors.at(999)?.message).toBe('error 999');
    expect(result.errors.at(-1)).toMatchObject({
      message: '200 further errors are not listed',
      extensions: { code: 'LIMIT_EXCEEDED' },
    });
  });
});

describe('locations', () => {
  const failing = (lines: number) => `${'\n'.repeat(lines - 1)}{ tasks(first: -1) { totalCount } }`;

  it('are named in a document of 500 lines', async () => {
    const { errors } = await server.query(failing(500));
    expect(errors).toMatchObject([{ locations: [{ line: 500, column: 3 }] }]);
  });

  it('are left out in a longer one', async () => {
    const { errors } = await server.query(failing(501));
    expect(errors).toEqual([
      {
        message: 'first must be from 0 to 1000',
        path: ['tasks'],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('are named of a syntax error in a document of any length', async () => {
    const { errors } = await server.query(`${'\n'.repeat(5_000)}{ tasks( }`);
    expect(errors).toMatchObject([{ locations: [{ line: 5_001, column: 10 }] }]);
  });
});

it('refuses fields of one name that take too long to compare', async () => {
  const { errors } = await server.query(`{ ${'me { name } '.repeat(2_000)} }`);
  expect(errors).toEqual([
    {
      message: 'The document has too many fields of one name to be compared',
      extensions: { code: 'LIMIT_EXCEEDED' },
    },
  ]);
});
