/** One worker on a bus of its own, with everything it sends and answers in arrays. Time is vitest's. */
import { vi } from 'vitest';
import { decodeEnvelope } from '../../../src/celery/messages/message.js';
import { decodeBody } from '../../../src/celery/messages/message-body.js';
import { MemoryBus } from '../../../src/celery/transport/memory/memory-bus.js';
import { MemoryTransport } from '../../../src/celery/transport/memory/memory.js';
import { createLogger } from '../../../src/log.js';
import { DemoClient } from '../../../src/demo/client.js';
import { seededRandom } from '../../../src/demo/random.js';
import type { DemoTask, TaskContext } from '../../../src/demo/task.js';
import { DemoWorker } from '../../../src/demo/worker.js';

export type Fields = Record<string, unknown>;

/** 2026-03-01T00:00:00Z: every test begins here. */
export const start = Date.UTC(2026, 2, 1);

export function task(
  name: string,
  run: (context: TaskContext) => unknown,
  maxRetries?: number,
): DemoTask {
  return { name, run: async (context) => run(context), ...(maxRetries !== undefined && { maxRetries }) };
}

export interface HarnessOptions {
  readonly tasks?: readonly DemoTask[];
  readonly queues?: readonly string[];
  readonly concurrency?: number;
}

export async function startWorker({
  tasks = [],
  queues = ['default'],
  concurrency = 2,
}: HarnessOptions = {}) {
  const bus = new MemoryBus();
  const events: Fields[] = [];
  const logs: string[] = [];
  const replies = new Map<string, unknown>();
  const transport = new MemoryTransport(bus, { now: Date.now });
  transport.start();
  transport.subscribeEvents((message) => void events.push(decodeBody(message.read()) as Fields));
  transport.subscribeReplies((raw) => {
    const message = raw.read();
    replies.set(String(message.headers['ticket']), decodeBody(message));
  });
  const worker = new DemoWorker({
    ...{ hostname: 'w@h', tasks, queues, concurrency, bus, now: Date.now, random: seededRandom(1) },
    log: createLogger('warn', (line) => logs.push(line)),
  });
  await worker.start();
  let ticket = 0;

  return {
    ...{ bus, worker, transport, events, logs },
    client: new DemoClient({ bus, now: Date.now }),
    /** Lets so many milliseconds pass, and everything that is due by then happen. */
    pass: (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds),
    /** The reply of the worker to a command; undefined when it gives none. */
    ask: async (method: string, args: Fields = {}, destination: readonly string[] | null = null) => {
      ticket += 1;
      await transport.publishRequest({ method, arguments: args, destination, ticket: String(ticket) });
      await vi.advanceTimersByTimeAsync(0);
      return (replies.get(String(ticket)) as Fields | undefined)?.['w@h'];
    },
    /** Types of the events about a task, the client's own left out. */
    course: (id: string) =>
      events
        .filter((event) => event['uuid'] === id && event['type'] !== 'task-sent')
        .map((event) => event['type']),
    event: (id: string, type: string) =>
      events.find((event) => event['uuid'] === id && event['type'] === type),
    meta: (id: string) => JSON.parse(bus.findResult(id) ?? 'null') as Fields | null,
    push: (text: string, queue = 'default') => {
      bus.queue(queue).push(text);
    },
  };
}

export const readTask = (text: string) => {
  const message = decodeEnvelope(text);
  return { headers: message.headers, body: decodeBody(message) };
};
