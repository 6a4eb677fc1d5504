import { describe, expect, it } from 'vitest';
import { createState, start, task, worker } from './cluster.js';

const at = (seconds: number): number => start + seconds * 1000;

/** Status of w1@host at each of these seconds after the start. */
function statuses({ state, wait }: ReturnType<typeof createState>, seconds: readonly number[]) {
  return seconds.map((second) => {
    wait(second);
    return state.worker('w1@host')?.status ?? null;
  });
}

describe('the status of a worker', () => {
  it('follows its heartbeats', () => {
    const created = createState();

    created.apply(worker('heartbeat', 0));

    expect(statuses(created, [0, 3.999, 4, 5.999, 6, 86_405.999, 86_406])).toEqual([
      'ONLINE',
      'ONLINE',
      'STALE',
      'STALE',
      'OFFLINE',
      'OFFLINE',
      null,
    ]);
  });

  it('assumes a minute between heartbeats until one reports its frequency', () => {
    const created = createState();

    created.apply(worker('heartbeat', 0, { freq: undefined }));
    expect(statuses(created, [119, 120, 179, 180])).toEqual(['ONLINE', 'STALE', 'STALE', 'OFFLINE']);

    created.apply(worker('heartbeat', 200, { freq: 7 }), worker('elect', 210, { freq: undefined }));
    expect(statuses(created, [223, 224, 231])).toEqual(['ONLINE', 'STALE', 'OFFLINE']);
  });

  it('takes task events for signs of life, by our own clock', () => {
    const created = createState();

    created.apply(worker('heartbeat', 0), task('started', 'a', 3));

    expect(statuses(created, [6.9, 7, 9])).toEqual(['ONLINE', 'STALE', 'OFFLINE']);
    expect(created.state.worker('w1@host')?.lastHeartbeatAt).toBe(at(0));
  });

  it('is OFFLINE at once after a goodbye, and the worker stays listed for ten minutes', () => {
    const created = createState();

    created.apply(worker('heartbeat', 0), worker('offline', 1));

    expect(statuses(created, [1, 600.9, 601])).toEqual(['OFFLINE', 'OFFLINE', null]);
    expect(created.state.workers()).toEqual([]);
  });

  it('stays listed for a day when it died without a goodbye, or for as long as the settings say', () => {
    const created = createState();
    created.apply(worker('heartbeat', 0));
    expect(statuses(created, [6, 86_405.9, 86_406])).toEqual(['OFFLINE', 'OFFLINE', null]);

    const brief = createState({ forgetWorkersAfter: 60_000 });
    brief.apply(worker('heartbeat', 0));
    expect(statuses(brief, [6, 65.9, 66])).toEqual(['OFFLINE', 'OFFLINE', null]);
  });

  it('leaves the list first when more than a thousand others went offline after it', () => {
    const created = createState();
    const hostnames = Array.from({ length: 1_010 }, (_, n) => `pod-${n}@host`);
    for (const [n, hostname] of hostnames.entries())
      created.apply(worker('heartbeat', n / 100, { hostname }));
    created.apply(worker('heartbeat', 60, { hostname: 'alive@host' }));
    created.wait(60);
    const listed = created.state.workers().map(({ hostname }) => hostname);
    expect(listed.toSorted()).toEqual(['alive@host', ...hostnames.slice(10)].toSorted());
  });

  it('is not revived by what was sent before the goodbye', () => {
    const created = createState();

    created.apply(
      worker('heartbeat', 0),
      worker('offline', 2),
      worker('heartbeat', 1.5),
      task('failed', 'a', 1.9),
    );
    expect(statuses(created, [2])).toEqual(['OFFLINE']);

    // It ends its tasks after the goodbye; only one that is there again takes new ones.
    created.apply(task('started', 'b', 2.5), task('succeeded', 'b', 2.9));
    expect(statuses(created, [2.9])).toEqual(['OFFLINE']);

    created.apply(task('received', 'c', 3));
    expect(statuses(created, [3])).toEqual(['ONLINE']);
  });

  it('stays STALE while a solo pool runs a task, an hour at most', () => {
    const created = createState();

    created.state.sawWorker('w1@host', at(0), { pool: 'celery.concurrency.solo:TaskPool' });
    created.apply(worker('heartbeat', 0), task('started', 'a', 1));
    expect(statuses(created, [5, 7, 3_000, 3_600, 3_601])).toEqual([
      'STALE',
      'STALE',
      'STALE',
      'STALE',
      'OFFLINE',
    ]);

    created.apply(task('succeeded', 'a', 3_700));
    expect(statuses(created, [3_700])).toEqual(['STALE']);
    created.apply(worker('heartbeat', 3_700));
    expect(statuses(created, [3_703, 3_706])).toEqual(['ONLINE', 'OFFLINE']);
  });

  it('follows the pidbox of a silent solo pool: only a process that lives listens', () => {
    const created = createState();
    const { state, apply, wait } = created;
    const doubtful = (seconds: number) => (wait(seconds), state.doubtfulHostnames());
    state.sawWorker('w1@host', at(0), { pool: 'solo' });
    apply(worker('heartbeat', 0), task('started', 'a', 1));

    expect([4.9, 5].map(doubtful)).toEqual([[], ['w1@host']]);
    state.probed('w1@host', at(5));
    state.sawPidbox('w1@host', true, at(5));
    expect(statuses(created, [5, 19])).toEqual(['STALE', 'STALE']);
    expect([9, 10].map(doubtful)).toEqual([[], ['w1@host']]);

    // Its pidbox is gone: the task that it began does not explain the silence.
    state.sawPidbox('w1@host', false, at(10));
    expect(statuses(created, [10])).toEqual(['OFFLINE']);
    expect(doubtful(20)).toEqual([]);

    apply(worker('heartbeat', 21));
    expect(statuses(created, [21])).toEqual(['ONLINE']);
  });

  it('believes a pidbox for an hour at most: another subscription looks the same', () => {
    const created = createState();
    created.state.sawWorker('w1@host', at(0), { pool: 'solo' });
    created.apply(worker('heartbeat', 0));

    created.state.sawPidbox('w1@host', true, at(3_599));
    expect(statuses(created, [3_599, 3_600])).toEqual(['STALE', 'OFFLINE']);
  });

  it('excuses no other pool', () => {
    const created = createState();

    created.state.sawWorker('w1@host', at(0), { pool: 'prefork' });
    created.apply(worker('heartbeat', 0), task('started', 'a', 1));

    expect(statuses(created, [7])).toEqual(['OFFLINE']);
  });

  it('of a worker that only inspect finds lasts two minutes', () => {
    const created = createState();

    created.state.sawWorker('w1@host', at(0), { pid: 9 });

    expect(statuses(created, [119, 120, 180])).toEqual(['ONLINE', 'STALE', 'OFFLINE']);
    expect(created.state.worker('w1@host')).toMatchObject({
      pid: 9,
      lastHeartbeatAt: null,
      freqSeconds: null,
    });
  });
});

describe('a worker', () => {
  it('shows what its heartbeats report, and keeps what the last one omits', () => {
    const { state, apply } = createState();
    const software = { sw_ident: 'py-celery', sw_ver: '5.2.6', sw_sys: 'Linux' };

    apply(
      worker('online', 0, { ...software, active: 1, processed: 20, loadavg: [0.5, 1, 1.5], clock: 3 }),
    );
    // One that was called for: it has no counts, and its freq is not the worker's.
    apply(worker('heartbeat', 1, { freq: 5, clock: 4 }));

    expect(state.worker('w1@host')).toEqual({
      hostname: 'w1@host',
      status: 'ONLINE',
      lastHeartbeatAt: at(1),
      pid: 7,
      softwareIdent: 'py-celery',
      softwareVersion: '5.2.6',
      softwareSystem: 'Linux',
      freqSeconds: 2,
      loadAverage: [0.5, 1, 1.5],
      processed: 20,
      activeCount: 1,
      clock: 4,
      listening: true,
      duplicateNodename: false,
    });
  });

  it('starts afresh with another process', () => {
    const { state, apply } = createState();

    apply(worker('heartbeat', 0, { processed: 20, active: 2 }), worker('heartbeat', 1, { pid: 8 }));

    expect(state.worker('w1@host')).toMatchObject({ pid: 8, processed: null, activeCount: null });
  });

  it('starts afresh with a greeting, as in containers every process has the same pid', () => {
    const { state, apply } = createState();

    apply(worker('heartbeat', 0, { processed: 20 }), worker('online', 1));

    expect(state.worker('w1@host')).toMatchObject({ pid: 7, processed: null });
  });

  it('does not take the pid of a pool process for its own', () => {
    const { state, apply } = createState();

    apply(worker('heartbeat', 0, { processed: 20 }), task('progress', 'a', 1, { pid: 1_234 }));

    expect(state.worker('w1@host')).toMatchObject({ pid: 7, processed: 20 });
  });

  it('outlives the late goodbye of the process that it replaced', () => {
    const { state, apply } = createState();

    apply(worker('heartbeat', 0), worker('online', 1, { pid: 8 }), worker('offline', 1.5, { pid: 7 }));
    expect(state.worker('w1@host')).toMatchObject({ status: 'ONLINE', pid: 8 });

    apply(worker('offline', 2, { pid: 8 }));
    expect(state.worker('w1@host')?.status).toBe('OFFLINE');
  });

  it('leaves with the goodbye of a process whose start was missed', () => {
    const { state, apply } = createState();

    apply(worker('heartbeat', 0), task('started', 'a', 99.9), worker('offline', 100, { pid: 8 }));

    expect(state.worker('w1@host')).toMatchObject({ status: 'OFFLINE', pid: 8 });
  });

  it('is listed by name, and among the alive while ONLINE', () => {
    const { state, apply } = createState();

    apply(
      worker('heartbeat', 0, { hostname: 'c@host' }),
      worker('heartbeat', 4, { hostname: 'b@host' }),
    );
    apply(worker('heartbeat', 4, { hostname: 'a@host' }));

    expect(state.workers().map(({ hostname }) => hostname)).toEqual(['a@host', 'b@host', 'c@host']);
    state.lookForSilence();
    expect(state.aliveHostnames()).toEqual(['a@host', 'b@host']);
    expect(state.stats().workers).toBe(3);
  });

  it('is announced when it comes and when it says goodbye', () => {
    const { state, apply } = createState();
    const changes: unknown[] = [];
    state.onWorkerStatus(() => {
      throw new Error('no');
    });
    const stop = state.onWorkerStatus(({ hostname, online }) => void changes.push([hostname, online]));

    apply(worker('heartbeat', 0), worker('heartbeat', 1), worker('online', 2), worker('offline', 3));
    apply(worker('heartbeat', 4));
    state.sawWorker('w2@host', at(5));
    stop();
    apply(worker('offline', 6));

    expect(changes).toEqual([
      ['w1@host', true],
      ['w1@host', true],
      ['w1@host', false],
      ['w1@host', true],
      ['w2@host', true],
    ]);
  });
});
