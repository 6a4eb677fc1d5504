/** What events drop, what they leave, and how often. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ask,
  askPeek,
  askQueue,
  askTask,
  askTasks,
  askWorker,
  dependsOn,
  inspectKey,
  pushed,
  PushedWorld,
} from './pushed-world.js';
import type { Question } from './pushed-world.js';
import type { InspectCommand } from '../../../../src/celery/inspect/inspect.js';
import type { Dependency } from '../../../../src/cluster/push/dependency.js';

const world = async (...questions: readonly Question[]): Promise<PushedWorld> => {
  const made = new PushedWorld();
  made.publish('worker-online', { freq: 2 });
  made.publish('task-sent', { uuid: 'old', name: 'mail.send', queue: 'mail', root_id: 'old' });
  made.publish('task-received', { uuid: 'old', name: 'mail.send', root_id: 'old' });
  made.push.flush();
  made.push.flush();
  for (const question of questions) await made.ask(question);
  return made;
};
const keys = ({ caches }: PushedWorld): readonly string[] =>
  pushed.flatMap((name) => [...caches.get(name).dependencies().keys()]);
/** A worker's answer, as the loaders keep it. */
const inspected = async (
  { caches }: PushedWorld,
  command: InspectCommand,
  hostname?: string,
): Promise<void> => {
  await caches.read('worker_status', inspectKey(command, hostname), () => 'a reply', {
    dependsOn: dependsOn.inspect(command, hostname),
  });
};

describe('an event of a task', () => {
  it('drops the pages that it may have been on or may be on now, and no others', async () => {
    await using made = await world(
      ...[askTasks({}), askTasks({ states: ['received'] }), askTasks({ states: ['STARTED'] })],
      ...[
        askTasks({ states: ['FAILURE'] }),
        askTasks({ names: ['media.cut'] }),
        askTasks({ rootId: 'other' }),
      ],
      ...[
        askTasks({ hostnames: ['w2@h'] }),
        askTasks({ taskIds: ['new'] }),
        askTasks({ search: 'anything' }),
      ],
      askTasks({ states: ['FAILURE'], names: ['mail.send'], queues: ['mail'] }),
    );
    made.publish('task-started', { uuid: 'old' });
    made.push.flush();

    expect(keys(made)).toEqual(
      [
        { queues: ['mail'], names: ['mail.send'], states: ['FAILURE'] },
        { taskIds: ['new'] },
        { hostnames: ['w2@h'] },
        { rootId: 'other' },
        { names: ['media.cut'] },
        { states: ['FAILURE'] },
      ].map((filter) => `tasks:${JSON.stringify(sorted({ ...filter, first: 3 }))}`),
    );
    expect(made.caches.get('task_status').getStats()).toMatchObject({
      invalidations: 4,
      pushInvalidations: 4,
    });
  });

  it('drops the task and the counts, and leaves other tasks, all workers and other queues alone', async () => {
    await using made = await world(
      ...[askTask('old'), askTask('other'), ask.counts, ask.workers, askWorker('w1@h')],
      ...[ask.queues, askQueue('mail'), askQueue('media'), askPeek('mail'), ask.summary, ask.types],
    );
    made.publish('task-started', { uuid: 'old' });
    made.push.flush();

    expect(keys(made).toSorted()).toEqual([
      ...['queue:{"name":"media"}', 'task:{"id":"other"}', 'worker:{"hostname":"w1@h"}', 'workers'],
    ]);
  });

  it('drops what its worker said of its tasks, and leaves what it said of itself', async () => {
    await using made = await world();
    for (const host of [undefined, 'w1@h', 'w2@h'])
      for (const command of ['active', 'stats', 'registered', 'conf'] as const)
        await inspected(made, command, host);
    made.publish('task-started', { uuid: 'old' });
    made.push.flush();

    expect(keys(made).toSorted()).toEqual([
      ...['inspect:active:{"hostname":"w2@h"}', 'inspect:conf', 'inspect:conf:{"hostname":"w1@h"}'],
      ...['inspect:conf:{"hostname":"w2@h"}', 'inspect:registered'],
      ...['inspect:registered:{"hostname":"w1@h"}', 'inspect:registered:{"hostname":"w2@h"}'],
      'inspect:stats:{"hostname":"w2@h"}',
    ]);
  });

  it('drops every queue when no event reported in which the task is', async () => {
    await using made = await world(askQueue('mail'), askQueue('media'));
    made.publish('task-received', { uuid: 'unheard of' });
    made.push.flush();

    expect(keys(made)).toEqual([]);
  });

  it('drops the parent of a task that is new, since it lists its children', async () => {
    await using made = await world(askTask('old'), askTasks({ taskIds: ['old'] }));
    made.publish('task-sent', { uuid: 'child', parent_id: 'old', name: 'media.cut' });
    made.push.flush();

    expect(keys(made)).toEqual([]);
  });
});

it('drops all that a worker said, and all that is said of it, when it goes', async () => {
  await using made = await world(
    ask.workers,
    askWorker('w1@h'),
    askWorker('w2@h'),
    ask.queues,
    askTask('old'),
  );
  for (const host of [undefined, 'w1@h', 'w2@h']) await inspected(made, 'registered', host);
  made.publish('worker-offline', { freq: 2 });
  made.push.flush();

  expect(keys(made).toSorted()).toEqual([
    ...['inspect:registered:{"hostname":"w2@h"}', 'task:{"id":"old"}', 'worker:{"hostname":"w2@h"}'],
  ]);
});

it('asks a worker that came once more at the next look, since it greets before it listens', async () => {
  await using made = await world();
  made.publish('worker-online', { freq: 2 }, 'w2@h');
  made.push.flush();
  await inspected(made, 'registered');
  made.push.flush();
  expect(keys(made)).toEqual([]);

  await inspected(made, 'registered');
  made.push.flush();
  expect(keys(made)).toEqual(['inspect:registered']);
});

it('drops everything when events were lost', async () => {
  await using made = await world(
    askTasks({ taskIds: ['quiet'] }),
    askTask('other'),
    askWorker('w2@h'),
    askQueue('media'),
  );
  made.broker.loseEvents();
  made.push.flush();

  expect(keys(made)).toEqual([]);
});

it('drops everything when more has changed than it remembers', async () => {
  await using made = await world(askTask('quiet'), askTasks({ names: ['quiet'] }));
  for (let at = 0; at < 5_001; at++) made.publish('task-sent', { uuid: `t${at}`, name: `task.${at}` });
  made.push.flush();

  expect(keys(made)).toEqual([]);
});

it('leaves the caches alone that did not ask for it', async () => {
  await using made = new PushedWorld({ names: ['queue_status'] });
  await made.ask(ask.counts);
  await made.ask(ask.queues);
  made.publish('task-sent', { uuid: 'a', queue: 'mail' });
  made.push.flush();

  expect(keys(made)).toEqual(['counts']);
});

it('wants answers of other replicas to be younger than the last change of what they are about', async () => {
  await using made = await world();
  expect(made.times.since(dependsOn.inspect('active', 'w2@h'))).toBe(Infinity);
  made.clock.now += 1_000;
  made.publish('task-started', { uuid: 'old' });
  made.push.flush();
  made.clock.now += 300;

  const since = (...wanted: readonly Dependency[]) => wanted.map((on) => made.times.since(on));
  expect(
    since(
      dependsOn.inspect('active', 'w1@h'),
      dependsOn.inspect('active'),
      dependsOn.queues,
      dependsOn.queue('mail'),
    ),
  ).toEqual([...[300, 300, 300, 300]]);
  expect(since(dependsOn.inspect('conf', 'w1@h'), dependsOn.queue('media'))).toEqual([1_300, 1_300]);
});

describe('the rate', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_795_000_000_010 }));
  afterEach(() => void vi.useRealTimers());

  it('is four times a second for what memory answers, and once for what the cluster is asked for', async () => {
    await using made = await world();
    await vi.advanceTimersByTimeAsync(3_990); // the next look is at a whole second
    const loads = { counts: 0, queues: 0 };
    for (let at = 0; at < 1_000; at++) {
      made.publish('task-sent', { uuid: `t${at}`, queue: 'mail' });
      await made.caches.read('task_status', 'counts', () => ++loads.counts, {
        dependsOn: dependsOn.counts,
      });
      await made.caches.read('queue_status', 'queues', () => ++loads.queues, {
        dependsOn: dependsOn.queues,
      });
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(loads).toEqual({ counts: 40, queues: 10 });
  });

  it('is once in two seconds for what heartbeats report', async () => {
    await using made = await world();
    await vi.advanceTimersByTimeAsync(3_990);
    let loads = 0;
    for (let at = 0; at < 1_000; at++) {
      made.publish('worker-heartbeat', { freq: 2, active: at });
      await made.caches.read('worker_status', 'workers', () => ++loads, {
        dependsOn: dependsOn.workers,
      });
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(loads).toBe(5);
  });

  it('stops when nothing happens any more', async () => {
    await using made = await world(ask.counts);
    made.publish('worker-online', { freq: 2 }, 'w2@h');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(1); // the sweep of the caches
  });

  it('lets every second load end that takes longer than a look, and drops what it brought at the next', async () => {
    await using made = await world();
    let loads = 0;
    const load = async () => {
      const mine = ++loads;
      await new Promise((resolve) => setTimeout(resolve, 1_700));
      return mine;
    };
    const seen: string[] = [];
    for (let at = 0; at < 1_200; at++) {
      made.publish('task-started', { uuid: `t${at}` });
      void made.caches
        .read('worker_status', 'inspect:active', load, { dependsOn: dependsOn.inspect('active') })
        .then(({ status }) => seen.push(status));
      await vi.advanceTimersByTimeAsync(10);
    }
    const stats = made.caches.get('worker_status').getStats();
    expect(stats.sets).toBeGreaterThanOrEqual(4);
    expect(stats.discarded).toBeGreaterThanOrEqual(3);
    expect(seen.filter((status) => status === 'HIT').length).toBeGreaterThan(50);
    expect(loads).toBeLessThanOrEqual(12);
  });
});

function sorted(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

it('takes nothing from other replicas that is older than its own connection to the events, or than a loss of them', async () => {
  await using made = await world();
  const since = (): readonly number[] =>
    [dependsOn.queues, dependsOn.queue('mail'), dependsOn.inspect('conf', 'w1@h')].map((on) =>
      made.times.since(on),
    );
  made.clock.now += 60_000;
  made.broker.lose();
  expect(Math.min(...since())).toBeGreaterThanOrEqual(60_000);
  made.clock.now += 1_000;
  made.broker.gain();
  made.clock.now += 500;
  expect(since()).toEqual([500, 500, 500]);
  made.broker.loseEvents();
  made.clock.now += 20;
  expect(since()).toEqual([20, 20, 20]);
});
