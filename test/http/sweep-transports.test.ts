/**
 * Doubles the dimensions of a request that are those of its transport: URLs, REST routes and messages over WebSocket. What
 * is expected is the same as in sweep.test.ts, which has the dimensions of documents and variables.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkCounter } from '../support/counted-work.js';
import { WebSocket } from '../support/web-socket.js';
import { expectLinear } from './linear-work.js';
import type { Measure } from './linear-work.js';
import type { TestServer } from './test-server.js';

let work: WorkCounter;
let server: TestServer;
let webSocketUrl: string;
beforeAll(async () => {
  work = await WorkCounter.start();
  const { startTestServer } = await import('./test-server.js');
  server = await startTestServer();
  webSocketUrl = `${server.origin.replace('http', 'ws')}/graphql`;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await work[Symbol.asyncDispose]();
});

const record = (n: number, value: unknown): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: n }, (_, k) => [`name${k}`, value]));
const list = (n: number, text: (k: number) => string): string[] =>
  Array.from({ length: n }, (_, k) => text(k));
const times = (n: number, text: (k: number) => string): string => list(n, text).join(' ');
const nested = (n: number): string => '{"a":'.repeat(n) + '1' + '}'.repeat(n);

/** A document that no request before it had is parsed and validated anew. */
let salt = 100_000;
const salted = (query: string): string => `${query} #${salt++}`;
const filtered = 'query ($f: TaskFilter) { tasks(filter: $f) { totalCount } }';

/** A path and query string of `n` times as much. Node takes 16 kB of it. */
type Target = (n: number) => string;

const inUrl = (query: string, others: Readonly<Record<string, string>> = {}): string =>
  `/graphql?${new URLSearchParams({ query: salted(query), ...others }).toString()}`;

const urls: Record<string, [number, Target]> = {
  'fields of one name': [400, (n) => inUrl(`{ ${times(n, () => '__typename')} }`)],
  'unknown fields': [400, (n) => inUrl(`{ ${times(n, (k) => `taskz${k}`)} }`)],
  aliases: [100, (n) => inUrl(`{ ${times(n, (k) => `a${k}: me { name }`)} }`)],
  'fragments in a chain': [
    80,
    (n) =>
      inUrl(
        `{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { ...F${k + 1} }`)} fragment F${n} on Query { me { name } }`,
      ),
  ],
  'the length of a comment': [7_000, (n) => inUrl(`{ me { name } } #${'x'.repeat(n)}`)],
  'unknown input fields in a variable': [
    300,
    (n) => inUrl(filtered, { variables: JSON.stringify({ f: record(n, 1) }) }),
  ],
  'levels of a variable': [500, (n) => inUrl(filtered, { variables: `{"f":${nested(n)}}` })],
  'variables that are no JSON': [5_000, (n) => inUrl(filtered, { variables: '['.repeat(n) })],
  extensions: [300, (n) => inUrl('{ me { name } }', { extensions: JSON.stringify(record(n, 1)) })],
  'levels of the extensions': [500, (n) => inUrl('{ me { name } }', { extensions: nested(n) })],
  'the name of the operation': [
    5_000,
    (n) => inUrl('{ me { name } }', { operationName: 'x'.repeat(n) }),
  ],
  'unknown parameters': [
    800,
    (n) => `${inUrl('{ me { name } }')}${times(n, (k) => `&a${k}=1`).replaceAll(' ', '')}`,
  ],
  'documents in one URL': [300, (n) => `/graphql?${'query={me{name}}&'.repeat(n)}`],
  'parts of a path': [3_000, (n) => `/graphql${'/a'.repeat(n)}`],
  'percents that encode nothing': [5_000, (n) => `/graphql?query=${'%'.repeat(n)}`],
};

const rest = '/api/v1/celery';
const routes: Record<string, [number, Target]> = {
  'the name of a route': [6_000, (n) => `${rest}/${'x'.repeat(n)}`],
  'slashes behind a route': [6_000, (n) => `${rest}/queues/status${'/'.repeat(n)}`],
  'parts of a route': [3_000, (n) => `${rest}${'/tasks'.repeat(n / 3)}`],
  'names that are included': [1_500, (n) => `${rest}/tasks/status?include=${'a,'.repeat(n)}`],
  'commas of what is included': [6_000, (n) => `${rest}/tasks/status?include=${','.repeat(n)}`],
  'digits of a window': [6_000, (n) => `${rest}/metrics/summary?window_seconds=${'1'.repeat(n)}`],
  'the name of a cluster': [6_000, (n) => `${rest}/queues/status?cluster=${'x'.repeat(n)}`],
  'parameters of a route': [1_500, (n) => `${rest}/queues/status?${'a=1&'.repeat(n)}`],
};

/** What one socket sends, in JSON, of `n` times as much. */
interface Messages {
  /** Payload of the connection. */
  readonly params?: string;
  /** Messages before the operation that is waited for. */
  readonly before?: readonly string[];
  /** Payload of that operation. */
  readonly payload?: string;
}

const operation = (query: string, others: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ query: salted(query), ...others });
const subscribe = (id: string, payload: string): string =>
  `{"type":"subscribe","id":"${id}","payload":${payload}}`;
const small = (): string => operation('{ me { name } }');

const messages: Record<string, [number, (n: number) => Messages]> = {
  'connection parameters': [5_000, (n) => ({ params: JSON.stringify(record(n, 1)), payload: small() })],
  'the length of a connection parameter': [
    100_000,
    (n) => ({ params: JSON.stringify({ authorization: 'x'.repeat(n) }), payload: small() }),
  ],
  'levels of a connection parameter': [5_000, (n) => ({ params: nested(n), payload: small() })],
  'the length of a message': [200_000, (n) => ({ params: `{"a":"${'x'.repeat(n)}"}` })],
  'fields of one name': [2_000, (n) => ({ payload: operation(`{ ${times(n, () => 'me { name }')} }`) })],
  'unknown fields': [2_000, (n) => ({ payload: operation(`{ ${times(n, (k) => `taskz${k}`)} }`) })],
  aliases: [200, (n) => ({ payload: operation(`{ ${times(n, (k) => `a${k}: me { name }`)} }`) })],
  'fields of a subscription': [
    2_000,
    (n) => ({ payload: operation(`subscription { ${times(n, () => 'queues { name }')} }`) }),
  ],
  'fragments in a chain': [
    500,
    (n) => ({
      payload: operation(
        `{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { ...F${k + 1} }`)} fragment F${n} on Query { me { name } }`,
      ),
    }),
  ],
  'a text behind a syntax error': [
    50_000,
    (n) => ({ payload: operation(`{ task(taskId: } """${'x'.repeat(n)}"""`) }),
  ],
  'unknown input fields in a variable': [
    5_000,
    (n) => ({ payload: operation(filtered, { variables: { f: record(n, 1) } }) }),
  ],
  'values without a variable': [
    5_000,
    (n) => ({ payload: operation('{ me { name } }', { variables: record(n, 1) }) }),
  ],
  extensions: [5_000, (n) => ({ payload: operation('{ me { name } }', { extensions: record(n, 1) }) })],
  'the name of the operation': [
    50_000,
    (n) => ({ payload: operation('{ me { name } }', { operationName: 'x'.repeat(n) }) }),
  ],
  'unknown parameters of the operation': [
    5_000,
    (n) => ({ payload: operation('{ me { name } }', record(n, 1)) }),
  ],
  pings: [1_000, (n) => ({ before: list(n, () => '{"type":"ping","payload":{}}'), payload: small() })],
  'operations on one socket': [
    40,
    (n) => ({ before: list(n, (k) => subscribe(`before${k}`, small())), payload: small() }),
  ],
  'operations that are not valid': [
    40,
    (n) => ({ before: list(n, (k) => subscribe(`before${k}`, '{"query":"{ x }"}')), payload: small() }),
  ],
  'ends of operations that there are not': [
    1_000,
    (n) => ({ before: list(n, (k) => `{"type":"complete","id":"x${k}"}`), payload: small() }),
  ],
  'levels of an unknown parameter': [
    5_000,
    (n) => ({ payload: `{"query":${JSON.stringify(salted('{ me { name } }'))},"a":${nested(n)}}` }),
  ],
};

async function get(path: string): Promise<Measure> {
  let text = '';
  const steps = await work.count(async () => {
    text = await (await server.fetch(path, { headers: { accept: 'application/json' } })).text();
  });
  return { steps, sent: path.length, received: text.length, answer: JSON.parse(text) as unknown };
}

async function overWebSocket(messages: Messages): Promise<Measure> {
  let text = '';
  const steps = await work.count(async () => {
    const socket = new WebSocket(webSocketUrl, 'graphql-transport-ws');
    text = await answerOf(socket, messages);
    socket.terminate();
  });
  const sent = JSON.stringify(messages).length;
  return { steps, sent, received: text.length, answer: JSON.parse(text) as unknown };
}

/** The answer to the operation, to the connection where there is none, or the code of the close. */
function answerOf(
  socket: WebSocket,
  { params = '{}', before = [], payload }: Messages,
): Promise<string> {
  return new Promise((resolve) => {
    socket.once('open', () => socket.send(`{"type":"connection_init","payload":${params}}`));
    socket.once('close', (code) => resolve(JSON.stringify({ closed: code })));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as Message;
      if (message.type === 'connection_ack') {
        for (const text of before) socket.send(text);
        if (payload === undefined) resolve('{}');
        else socket.send(subscribe('last', payload));
      } else if (message.id === 'last') {
        const answer = message.type === 'error' ? { errors: message.payload } : message.payload;
        resolve(JSON.stringify(answer));
      }
    });
  });
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

describe.each(Object.entries({ urls, routes }))('%s:', (_part, rows) => {
  it.each(Object.entries(rows))('twice %s take twice the work at most', async (_name, [n, target]) => {
    await get(target(n)); // what is made once is made here
    expectLinear(await get(target(n)), await get(target(2 * n)));
  });
});

describe('messages:', () => {
  it.each(Object.entries(messages))(
    'twice %s take twice the work at most',
    async (_name, [n, message]) => {
      await overWebSocket(message(n));
      expectLinear(await overWebSocket(message(n)), await overWebSocket(message(2 * n)));
    },
  );

  it('over the limit of a body are refused with 1009', async () => {
    const { answer } = await overWebSocket({ params: `{"a":"${'x'.repeat(256 * 1024)}"}` });
    expect(answer).toEqual({ closed: 1009 });
  });
});
