/** Names that every object of JavaScript inherits, wherever a client may give a name: refused or ignored, as any other. */
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectTcp } from '../support/connect-tcp.js';
import { WebSocket } from '../support/web-socket.js';
import { webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const inherited = Object.getOwnPropertyNames(Object.prototype);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(inherited);
  expect('polluted' in {}).toBe(false);
});

interface Answered {
  readonly status: number;
  /** Codes of the errors, without repetition. */
  readonly codes: readonly unknown[];
}

interface Answer {
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
  readonly error?: { readonly code: unknown };
}

async function answered(response: Response): Promise<Answered> {
  const { errors = [], error } = (await response.json()) as Answer;
  const codes = [...errors.map(({ extensions }) => extensions?.code), ...(error ? [error.code] : [])];
  return { status: response.status, codes: [...new Set(codes)] };
}

/** @param body as text: a literal with `__proto__` would set the prototype */
async function post(body: string, path = '/graphql'): Promise<Answered> {
  const headers = { 'content-type': 'application/json' };
  return answered(await server.fetch(path, { method: 'POST', headers, body }));
}

const pollution = '{"polluted":true}';
const tasks = '"query":"query ($f: TaskFilter) { tasks(filter: $f) { totalCount } }"';
const rest = '/api/v1/celery';
const ok = { status: 200, codes: [] };
const refused = (status: number, code: string) => ({ status, codes: [code] });

const places: Record<string, [(name: string) => Promise<Answered>, Answered]> = {
  'a variable that the document declares': [
    (name) =>
      post(
        `{"query":"query ($${name}: Int) { tasks(first: $${name}) { totalCount } }","variables":{"${name}":1}}`,
      ),
    ok,
  ],
  'a variable without a value': [
    (name) => post(`{"query":"query ($${name}: Int!) { tasks(first: $${name}) { totalCount } }"}`),
    refused(400, 'BAD_USER_INPUT'),
  ],
  'a variable that the document does not declare': [
    (name) => post(`{"query":"{ me { name } }","variables":{"${name}":${pollution}}}`),
    ok,
  ],
  'an input field in a variable': [
    (name) => post(`{${tasks},"variables":{"f":{"${name}":${pollution}}}}`),
    refused(400, 'BAD_USER_INPUT'),
  ],
  'an input field in the document': [
    (name) => post(`{"query":"{ tasks(filter: { ${name}: 1 }) { totalCount } }"}`),
    refused(200, 'GRAPHQL_VALIDATION_FAILED'),
  ],
  'an argument': [
    (name) => post(`{"query":"{ tasks(${name}: 1) { totalCount } }"}`),
    refused(200, 'GRAPHQL_VALIDATION_FAILED'),
  ],
  'a field': [(name) => post(`{"query":"{ ${name} }"}`), refused(200, 'GRAPHQL_VALIDATION_FAILED')],
  'an alias': [(name) => post(`{"query":"{ ${name}: me { ${name}: name } }"}`), ok],
  'a fragment': [
    (name) => post(`{"query":"{ ...${name} } fragment ${name} on Query { me { name } }"}`),
    ok,
  ],
  'an unknown fragment': [
    (name) => post(`{"query":"{ ...${name} }"}`),
    refused(200, 'GRAPHQL_VALIDATION_FAILED'),
  ],
  'a directive': [
    (name) => post(`{"query":"{ me @${name} { name } }"}`),
    refused(200, 'GRAPHQL_VALIDATION_FAILED'),
  ],
  'an enum value': [
    (name) => post(`{"query":"{ cacheStats(names: [${name}]) { timestamp } }"}`),
    refused(200, 'GRAPHQL_VALIDATION_FAILED'),
  ],
  'an operation': [
    (name) => post(`{"query":"query ${name} { me { name } }","operationName":"${name}"}`),
    ok,
  ],
  'an operation that there is not': [
    (name) => post(`{"query":"query A { me { name } }","operationName":"${name}"}`),
    refused(400, 'OPERATION_RESOLUTION_FAILURE'),
  ],
  'a persisted operation': [(name) => post(`{"documentId":"${name}"}`), refused(400, 'BAD_USER_INPUT')],
  'a parameter of the request': [
    (name) => post(`{"query":"{ me { name } }","${name}":${pollution}}`),
    refused(400, 'BAD_REQUEST'),
  ],
  'an extension': [
    (name) => post(`{"query":"{ me { name } }","extensions":{"${name}":${pollution}}}`),
    ok,
  ],
  'a cluster': [
    (name) => post(`{"query":"{ taskStatus(cluster: \\"${name}\\") { total } }"}`),
    refused(200, 'UNKNOWN_CLUSTER'),
  ],
  'a header': [(name) => withHeader(name), ok],
  'a parameter in the URL': [
    async (name) => answered(await server.fetch(`/graphql?query={__typename}&${name}=1`)),
    ok,
  ],
  'a REST path': [
    async (name) => answered(await server.fetch(`${rest}/${name}`)),
    refused(404, 'NOT_FOUND'),
  ],
  'a REST parameter': [
    async (name) => answered(await server.fetch(`${rest}/tasks/status?${name}=1`)),
    refused(400, 'BAD_USER_INPUT'),
  ],
  'what a REST route includes': [
    async (name) => answered(await server.fetch(`${rest}/tasks/status?include=${name}`)),
    refused(400, 'BAD_USER_INPUT'),
  ],
  'a cache of a REST route': [
    (name) => post('', `${rest}/cache/invalidate?cache_name=${name}`),
    refused(400, 'BAD_USER_INPUT'),
  ],
  'a cluster of a REST route': [
    async (name) => answered(await server.fetch(`${rest}/tasks/status?cluster=${name}`)),
    refused(404, 'UNKNOWN_CLUSTER'),
  ],
  'a parameter of a WebSocket connection': [
    (name) => overWebSocket(`{"${name}":${pollution}}`, '{"query":"{ me { name } }"}'),
    ok,
  ],
  'a variable over WebSocket': [
    (name) => overWebSocket('{}', `{${tasks},"variables":{"f":{"${name}":${pollution}}}}`),
    refused(200, 'BAD_USER_INPUT'),
  ],
  'a parameter of an operation over WebSocket': [
    (name) => overWebSocket('{}', `{"query":"{ me { name } }","${name}":${pollution}}`),
    ok,
  ],
};

describe.each(Object.entries(places))('%s', (_place, [send, expected]) => {
  it.each(names)('may be called %s', async (name) => {
    expect(await send(name)).toEqual(expected);
  });
});

/** Over a plain socket: fetch keeps some of these names in objects of its own. */
async function withHeader(name: string): Promise<Answered> {
  const socket = connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
  socket.write(
    `GET /graphql?query={__typename} HTTP/1.1\r\nHost: test\r\nAccept: application/json\r\n${name}: polluted\r\nConnection: close\r\n\r\n`,
  );
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return answered(new Response(body, { status: Number(head.split(' ')[1]) }));
}

/** What comes for one operation, as if with status 200. */
async function overWebSocket(params: string, payload: string): Promise<Answered> {
  const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
  try {
    return await new Promise<Answered>((resolve, reject) => {
      socket.once('open', () => socket.send(`{"type":"connection_init","payload":${params}}`));
      socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString('utf8')) as { type: string; payload?: unknown };
        if (message.type === 'connection_ack')
          socket.send(`{"type":"subscribe","id":"1","payload":${payload}}`);
        if (message.type === 'next') void answered(Response.json(message.payload)).then(resolve);
        if (message.type === 'error')
          void answered(Response.json({ errors: message.payload })).then(resolve);
      });
    });
  } finally {
    socket.terminate();
  }
}
