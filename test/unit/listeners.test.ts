/** A listener that throws is logged, and costs neither the next listener nor the caller anything. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Celery } from '../../src/celery/celery.js';
import { EventGaps } from '../../src/celery/gaps/event-gaps.js';
import { EventReceiver } from '../../src/celery/events/receiver.js';
import { State } from '../../src/celery/events/state.js';
import { TaskStore } from '../../src/celery/tasks/task-store.js';
import { ListenerFailureLog } from '../../src/listener-failure-log.js';
import { Listeners, type OnListenerError } from '../../src/listeners.js';
import { parseBrokerUrl } from '../../src/celery/transport/address/broker-url.js';
import { ConnectionState } from '../../src/celery/transport/connection-state.js';
import { EventBacklog } from '../../src/celery/transport/event-backlog.js';
import { Impairments } from '../../src/celery/transport/impairments.js';
import { MemoryBus } from '../../src/celery/transport/memory/memory-bus.js';
import { MemoryTransport } from '../../src/celery/transport/memory/memory.js';
import type { RedisAddress } from '../../src/celery/transport/address/redis-address.js';
import { RedisFailover } from '../../src/celery/transport/redis/redis-failover.js';
import { WorkerFeed } from '../../src/cluster/worker-feed.js';
import { createLogger, silentLogger } from '../../src/log.js';
import { ScriptedTransport } from './celery/scripted-transport.js';

let calls: string[];
let failures: [string, unknown][];
const onListenerError: OnListenerError = (subject, error) => void failures.push([subject, error]);
const bug = new Error('a bug');
const throwing = (): never => {
  throw bug;
};
const next = (): void => void calls.push('next');

beforeEach(() => {
  calls = [];
  failures = [];
});

it('Listeners call the listener after one that throws, and report the error with what was listened to', () => {
  const listeners = new Listeners<[number]>('numbers', onListenerError);
  listeners.add(throwing);
  listeners.add((value) => void calls.push(String(value)));
  listeners.notify(3);
  expect(calls).toEqual(['3']);
  expect(failures).toEqual([['numbers', bug]]);
});

it('EventGaps call the listener after one that throws', () => {
  const gaps = new EventGaps({ clock: () => 1_000, lastEventAt: () => null, onListenerError });
  gaps.onChange(throwing);
  gaps.onChange(next);
  gaps.close();
  expect(calls).toEqual(['next']);
  expect(failures).toEqual([['event gaps', bug]]);
});

it('TaskStore calls the listener after one that throws', () => {
  const store = new TaskStore({ maxTasks: 1, maxTaskBytes: 1_000 }, undefined, onListenerError);
  store.onChange(throwing);
  store.onChange(next);
  store.create('t', 'EVENTS', () => undefined);
  expect(calls).toEqual(['next']);
  expect(failures).toEqual([['stored tasks', bug]]);
});

it('EventBacklog calls the listener after one that throws', async () => {
  using backlog = new EventBacklog({ maxBytes: 1, clock: () => 1_000, onListenerError });
  backlog.onLoss(throwing);
  backlog.onLoss(next);
  backlog.push({ size: 1, read: throwing });
  await vi.waitFor(() => expect(calls).toEqual(['next']));
  expect(failures).toEqual([['lost events', bug]]);
});

it('EventBacklog delivers the message after one on which the receiver throws', async () => {
  using backlog = new EventBacklog({ maxBytes: 10_000, clock: () => 1_000, onListenerError });
  backlog.deliverTo(({ size }) => {
    if (size === 1) throwing();
    next();
  });
  backlog.push({ size: 1, read: throwing });
  backlog.push({ size: 2, read: throwing });
  await vi.waitFor(() => expect(calls).toEqual(['next']));
  expect(failures).toEqual([['event messages', bug]]);
});

it('ConnectionState calls the listener after one that throws', () => {
  const connection = new ConnectionState('redis://test', silentLogger, onListenerError);
  connection.onChange(throwing);
  connection.onChange(next);
  connection.update(true, null);
  expect(calls).toEqual(['next']);
  expect(failures).toEqual([['connection', bug]]);
});

it('RedisFailover calls the listener after one that throws', () => {
  const address = parseBrokerUrl('redis://a;redis://b') as RedisAddress;
  const failover = new RedisFailover(address, onListenerError);
  failover.onChange(throwing);
  failover.onChange(next);
  failover.giveUp(failover.current);
  expect(calls).toEqual(['next']);
  expect(failures).toEqual([['failover of Redis', bug]]);
});

it('Impairments call the listener after one that throws', () => {
  const impairments = new Impairments(onListenerError);
  impairments.onChange(throwing);
  impairments.onChange(next);
  impairments.add('publish', { part: 'requests', reason: 'refused' });
  expect(calls).toEqual(['next']);
  expect(failures).toEqual([['impairments', bug]]);
});

it('MemoryTransport calls the listener after one that throws', async () => {
  await using transport = new MemoryTransport(new MemoryBus(), { now: () => 1_000, onListenerError });
  transport.onConnection(throwing);
  transport.onConnection(next);
  transport.start();
  await nextTurn();
  expect(calls).toEqual(['next']);
  expect(failures).toEqual([['connection', bug]]);
});

it('WorkerFeed calls the subscriber after one that throws', () => {
  const transport = new ScriptedTransport();
  const state = new State({ clock: () => 1_000 });
  const events = new EventReceiver({ transport, state, log: silentLogger, clock: () => 1_000 });
  const feed = new WorkerFeed({ state, events, onListenerError });
  feed.listen({}, throwing);
  feed.listen({}, next);
  state.sawWorker('w1', 1_000);
  expect(calls).toEqual(['next']);
  expect(failures).toEqual([['worker events', bug]]);
});

describe('ListenerFailureLog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes the first failure of a subject at once, and counts the others until the interval ends', () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLogger('error', (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
    using failureLog = new ListenerFailureLog(log);
    for (let i = 0; i < 3; i++) failureLog.add('event gaps', bug);
    const fields = { message: 'a listener failed', subject: 'event gaps', error: 'a bug' };
    expect(lines).toMatchObject([{ level: 'error', ...fields, count: 1 }]);
    vi.advanceTimersByTime(60_000);
    expect(lines.slice(1)).toMatchObject([{ ...fields, count: 2 }]);
  });

  it('logs what a listener of the cluster throws', async () => {
    const lines: string[] = [];
    const celery = new Celery({
      ...{ transport: new ScriptedTransport(), results: null, inspectTimeout: 50, queues: [] },
      ...{ maxTasks: 10, maxTaskBytes: 1_000_000, clock: () => 1_000 },
      log: createLogger('error', (line) => lines.push(line)),
    });
    celery.gaps.onChange(throwing);
    celery.state.onWorkerStatus(throwing);
    celery.gaps.close();
    celery.state.sawWorker('w1', 1_000);
    await celery[Symbol.asyncDispose]();
    expect(lines.map((line) => (JSON.parse(line) as { subject: unknown }).subject)).toEqual([
      'event gaps',
      'status of workers',
    ]);
  });
});
