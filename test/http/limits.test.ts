/** Requests are bounded, and errors do not repeat the input that caused them. */
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BadUserInputError } from '../../src/errors.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const json = { 'content-type': 'application/json' };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

const post = (body: string, headers: Record<string, string> = json) =>
  server.fetch('/graphql', { method: 'POST', headers, body });

/** A body of exactly so many bytes. */
function bodyOf(bytes: number): string {
  const body = '{"query":"{__typename}#"}';
  return body.replace('#', `#${'x'.repeat(bytes - body.length)}`);
}

describe('a request', () => {
  it('may have a body of 256 KiB', async () => {
    const response = await post(bodyOf(262_144));
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('with one byte more is refused with 413 and a code', async () => {
    const response = await post(bodyOf(262_145));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({
      errors: [
        { message: 'The body is larger than 262144 bytes', extensions: { code: 'LIMIT_EXCEEDED' } },
      ],
    });
  });

  it('is refused as soon as a body of unknown length has grown too large', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const client = request(`${server.origin}/graphql`, { method: 'POST', headers: json });
      client.on('response', (response) => resolve(response.resume().statusCode));
      client.on('error', reject);
      client.write('x'.repeat(262_144));
      client.write('x'); // and no end
    });
    expect(status).toBe(413);
  });

  it.each(['{', '', 'null', '"text"', '{"query":1}'])(
    'whose body is %s is refused with 400',
    async (body) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{}] });
    },
  );

  it('with a document that nests too deep to be walked answers with an error, and the next one is answered', async () => {
    const depth = 20_000;
    const response = await post(JSON.stringify({ query: `${'{a'.repeat(depth)}${'}'.repeat(depth)}` }));
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'The document is nested too deeply to be read',
          extensions: { code: 'LIMIT_EXCEEDED' },
        },
      ],
    });
    expect((await server.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  it('for the root leads to GraphiQL', async () => {
    const response = await server.fetch('/', { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql']);
  });

  it('for a path that there is not is answered with 404', async () => {
    expect((await server.fetch('/nothing')).status).toBe(404);
    expect((await server.fetch('/nothing', { headers: { accept: 'text/html' } })).status).toBe(404);
  });

  it('from a page of another origin gets no leave to read the answer', async () => {
    const response = await post('{"query":"{__typename}"}', { ...json, origin: 'https://evil.example' });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])(
    'of type %s, which any page may send, runs no mutation',
    async (type) => {
      await server.query('{ taskStatus { total } }');
      const bodies: Record<string, string> = {
        'application/x-www-form-urlencoded': 'query=mutation{invalidateCache{invalidated}}',
        'multipart/form-data; boundary=x':
          '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' +
          '{"query":"mutation{invalidateCache{invalidated}}"}\r\n--x\r\n' +
          'Content-Disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n',
        'text/plain': '{"query":"mutation{invalidateCache{invalidated}}"}',
      };
      const response = await post(bodies[type] ?? '', { 'content-type': type });
      expect(response.status).toBe(415);
      expect(server.services.caches.get('task_status').getStats().invalidations).toBe(0);
    },
  );
});

describe('a form', () => {
  it.each(['/graphql/', '/any/graphql', '/any?/graphql'])('is not taken at %s either', async (path) => {
    const response = await server.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query=mutation{invalidateCache{invalidated}}',
    });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }],
    });
  });
});

describe('an error', () => {
  const failWith = (error: Error) =>
    vi.spyOn(server.services.celery.state, 'counts').mockImplementation(() => {
      throw error;
    });

  it('that is unexpected is masked, with an id that is in the log beside its message', async () => {
    failWith(new TypeError('secret of the machine'));
    const { data, errors } = await server.query('{ taskStatus { total } gateway { embedded } }');

    expect(data).toEqual({ taskStatus: null, gateway: { embedded: true } });
    expect(errors).toEqual([
      {
        message: 'Unexpected error',
        path: ['taskStatus'],
        locations: [{ line: 1, column: 3 }],
        extensions: {
          code: 'INTERNAL_SERVER_ERROR',
          id: expect.stringMatching(uuid) as string,
        },
      },
    ]);
    const id = String(errors?.[0]?.extensions?.['id']);
    const lines = server.log
      .filter((line) => line.includes(id))
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toMatchObject([
      {
        level: 'error',
        message: 'unexpected error',
        error: { name: 'TypeError', message: 'secret of the machine' },
        path: ['taskStatus'],
      },
    ]);
  });

  it('that callers can act on keeps its message and has its code', async () => {
    failWith(new BadUserInputError('the window is too wide'));
    const { errors } = await server.query('{ taskStatus { total } }');
    expect(errors).toMatchObject([
      { message: 'the window is too wide', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(server.log.filter((line) => line.includes('unexpected'))).toEqual([]);
  });

  it('of the document says where it is', async () => {
    const { status, errors } = await server.query('{ taskStatus { nothing } }');
    expect(status).toBe(200);
    expect(errors).toMatchObject([{ locations: [{ line: 1, column: 16 }] }]);
  });

  it('of an argument names the argument', async () => {
    const { errors } = await server.query(
      'query Q($n: CacheName!) { cacheStats(names: [$n]) { timestamp } }',
      {
        variables: { n: 'NOTHING' },
      },
    );
    expect(errors?.[0]?.message).toContain('$n');
  });

  it('that is unexpected on a REST route is a 500 without its message', async () => {
    failWith(new TypeError('secret of the machine'));
    const response = await server.fetch('/api/v1/celery/tasks/status');
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(text).not.toContain('secret');
  });
});
