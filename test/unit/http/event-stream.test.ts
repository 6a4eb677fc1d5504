import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ExecutionResult } from 'graphql';
import { createFetch } from '@whatwg-node/fetch';
import { eventStreamResponse } from '../../../src/http/event-stream.js';
import { createLogger } from '../../../src/log.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const stopping = new AbortController().signal;
const fetchAPI = createFetch();

async function* failing(): AsyncGenerator<ExecutionResult> {
  yield { data: { __typename: 'Subscription' } };
  throw new Error('the source failed');
}

it('ends without `complete` where its items fail, with one line in the log', async () => {
  const lines: string[] = [];
  const log = createLogger('error', (line) => void lines.push(line));
  const response = eventStreamResponse(failing(), { fetchAPI, stopping, log });
  expect(await response.text()).toBe(
    'retry: 1000\n\nevent: next\ndata: {"data":{"__typename":"Subscription"}}\n\n',
  );
  expect(lines).toEqual([expect.stringMatching(/"event stream failed".*"the source failed"/)]);
  expect(vi.getTimerCount()).toBe(0);
});
