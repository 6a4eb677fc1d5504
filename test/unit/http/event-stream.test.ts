import { PassThrough } from 'node:stream';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ExecutionResult } from 'graphql';
import { Rounds } from '../../../src/http/connections/rounds.js';
import { EventStream } from '../../../src/http/event-stream.js';
import { createLogger } from '../../../src/log.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const stopping = new AbortController().signal;

async function* failing(): AsyncGenerator<ExecutionResult> {
  yield { data: { __typename: 'Subscription' } };
  throw new Error('the source failed');
}

/** All that the stream writes, as a response of Node would take it. */
async function written(stream: EventStream): Promise<string> {
  const response = new PassThrough();
  stream.pipe(response as unknown as ServerResponse);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

it('ends without `complete` where its items fail, with one line in the log', async () => {
  const lines: string[] = [];
  const log = createLogger('error', (line) => void lines.push(line));
  const stream = new EventStream(failing(), { stopping, log, pings: new Rounds(1_000) });
  expect(await written(stream)).toBe(
    'retry: 1000\n\nevent: next\ndata: {"data":{"__typename":"Subscription"}}\n\n',
  );
  expect(lines).toEqual([expect.stringMatching(/"event stream failed".*"the source failed"/)]);
  expect(vi.getTimerCount()).toBe(0);
});

it('sends a comment with each round of pings, until its connection closes', async () => {
  const never = new Promise<IteratorResult<ExecutionResult>>(() => undefined);
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => never }) };
  const log = createLogger('error', () => undefined);
  const stream = new EventStream(silent, { stopping, log, pings: new Rounds(1_200) });
  const response = new PassThrough();
  stream.pipe(response as unknown as ServerResponse);
  vi.advanceTimersByTime(2_400);
  expect(String(response.read())).toBe('retry: 1000\n\n:\n\n:\n\n');
  stream.destroy();
  expect(vi.getTimerCount()).toBe(0);
});
