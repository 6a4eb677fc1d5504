/** Names that senders give tasks for logs and monitors: whatever runs, runs under its own name. */
import { describe, expect, it } from 'vitest';
import { AllowLists } from '../../../src/celery/sending/allow-lists.js';
import type { InspectResult } from '../../../src/celery/inspect/inspect.js';
import { TaskMetrics } from '../../../src/celery/metrics/task-metrics.js';
import { Queues } from '../../../src/celery/queues/queues.js';
import { parseTaskMeta } from '../../../src/celery/results/results.js';
import {
  isNameCertain,
  isRegistered,
  shadowNameOf,
  taskNameOf,
} from '../../../src/celery/shadow-name.js';
import { TaskSender } from '../../../src/celery/sending/task-sender.js';
import type { QueueDepth, TaskMeta } from '../../../src/celery/transport/transport.js';
import { ForbiddenError, RerunRefusedError } from '../../../src/errors.js';
import { createState, start, task } from './events/cluster.js';
import { ScriptedTransport } from './scripted-transport.js';

const shadow = 'nightly report';
const sent = task('sent', 'a', 0, { hostname: 'gen1@host', name: 'demo.add', queue: 'jobs' });
const received = task('received', 'a', 1, { name: shadow, args: '(1, 2)', kwargs: '{}' });

function registered(names: readonly string[], silent: readonly string[] = []) {
  const result: InspectResult<'registered'> = {
    replies: new Map([['w1@host', { ok: true, value: [...names] }]]),
    silent,
    at: start,
  };
  return { load: () => Promise.resolve(result) } as unknown as Parameters<typeof isRegistered>[0];
}

describe('the name of a task with a shadow name', () => {
  it.each([
    ['sent first', [sent, received]],
    ['received first', [received, sent]],
  ])('is that of its sender, when it is %s', (_, events) => {
    const { state, apply } = createState();
    apply(...events);

    expect(state.task('a')).toMatchObject({ name: 'demo.add', shadow, isNameCertain: true });
  });

  it('may be the shadow name where only a worker has shown one', () => {
    const { state, apply } = createState();
    apply(received);

    expect(state.task('a')).toMatchObject({ name: shadow, shadow: null, isNameCertain: false });
  });

  it('is in the type of an inspect reply', () => {
    const info = { name: shadow, type: 'demo.add' };
    expect([taskNameOf(info), shadowNameOf(info), isNameCertain(info)]).toEqual([
      'demo.add',
      shadow,
      true,
    ]);
    expect([taskNameOf({ name: shadow }), isNameCertain({ name: shadow })]).toEqual([shadow, false]);

    const { state, apply } = createState();
    apply(received);
    const seed = { id: 'a', name: 'demo.add', isNameCertain: true, shadow, worker: 'w1@host' } as const;
    const rest = { args: null, kwargs: null, startedAt: null, eta: null, queue: null } as const;
    state.sawTask({ ...seed, ...rest, state: 'STARTED' });
    expect(state.task('a')).toMatchObject({ name: 'demo.add', shadow });
  });

  it('is in the stored result', () => {
    const { state, apply } = createState();
    apply(received, task('started', 'a', 2));
    state.settleTask(
      parseTaskMeta('a', JSON.stringify({ status: 'SUCCESS', result: 3, name: 'demo.add' })) as TaskMeta,
    );

    expect(state.task('a')).toMatchObject({ name: 'demo.add', shadow, state: 'SUCCESS' });
  });

  it('has the figures alone, also those from before it was known', () => {
    const { state, apply, clock } = createState();
    const metrics = new TaskMetrics({ clock: () => clock.now });
    state.onTaskChange((changed, _before, known) => metrics.changed(known, changed));
    apply(received, task('succeeded', 'a', 2, { runtime: 1 }), sent);

    expect(metrics.taskTypes(null).map(({ name, total, finished }) => [name, total, finished])).toEqual([
      ['demo.add', 1, 1],
    ]);
    expect(metrics.taskTypes(60).map(({ name }) => name)).toEqual(['demo.add']);
  });
});

describe('running a task with a shadow name once more', () => {
  function createSender(
    allowed: readonly string[],
    names: readonly string[],
    stored: object | null = null,
  ) {
    const { state, apply, clock } = createState();
    const transport = new ScriptedTransport();
    transport.depths = [{ name: 'jobs', messages: 0 } as QueueDepth];
    const sender = new TaskSender({
      transport,
      state,
      results: {
        address: 'test',
        fetch: (ids) => Promise.resolve(ids.map((id) => parseTaskMeta(id, JSON.stringify(stored)))),
        ping: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
      queues: new Queues({ transport, task: () => null, configured: ['jobs'], clock: () => clock.now }),
      allowed: new AllowLists(allowed),
      isRegistered: (name, worker) => isRegistered(registered(names), name, worker),
      defaultQueue: 'jobs',
      clock: () => clock.now,
    });
    return { sender, transport, apply };
  }
  const ended = task('succeeded', 'a', 2);
  const nameSent = (transport: ScriptedTransport) => transport.tasks[0]?.headers['task'];

  it('sends what the worker ran', async () => {
    const { sender, transport, apply } = createSender(['demo.*'], ['demo.add']);
    apply(sent, received, ended);
    await sender.rerun('a');

    expect(nameSent(transport)).toBe('demo.add');
  });

  it('asks the lists of what is allowed about the name that the worker ran', async () => {
    const { sender, transport, apply } = createSender(['nightly*'], ['demo.add']);
    apply(sent, received, ended);

    await expect(sender.rerun('a')).rejects.toBeInstanceOf(ForbiddenError);
    expect(transport.tasks).toEqual([]);
  });

  it('takes the name from the stored result', async () => {
    const stored = { status: 'SUCCESS', result: 3, name: 'demo.add' };
    const { sender, transport, apply } = createSender(['demo.*'], ['demo.add'], stored);
    apply(received, ended);
    await sender.rerun('a', { queue: 'jobs' });

    expect(nameSent(transport)).toBe('demo.add');
  });

  it('is refused where a shadow name may be all that is known', async () => {
    const { sender, transport, apply } = createSender(['*'], ['demo.add']);
    apply(received, ended);

    await expect(sender.rerun('a', { queue: 'jobs' })).rejects.toThrow(
      'nightly report may be a shadow name: no worker has a task of that name',
    );
    await expect(sender.rerun('a', { queue: 'jobs' })).rejects.toBeInstanceOf(RerunRefusedError);
    expect(transport.tasks).toEqual([]);
  });

  it('goes on where a worker has a task of the name that it has shown', async () => {
    const { sender, transport, apply } = createSender(['*'], ['nightly report [rate_limit=1/m]']);
    apply(received, ended);
    await sender.rerun('a', { queue: 'jobs' });

    expect(nameSent(transport)).toBe(shadow);
  });
});

describe('whether a task is registered', () => {
  it.each([
    ['by a worker', ['demo.add'], [], true],
    ['by none', ['demo.other'], [], false],
    ['by none, says its own worker while another is silent', ['demo.other'], ['w2@host'], false],
  ])('is known when it is so %s', async (_, names, silent, expected) => {
    expect(await isRegistered(registered(names, silent), 'demo.add', 'w1@host')).toBe(expected);
  });

  it('is unknown while a worker is silent that may have had it', async () => {
    expect(
      await isRegistered(registered(['demo.other'], ['w2@host']), 'demo.add', 'w2@host'),
    ).toBeNull();
  });
});
