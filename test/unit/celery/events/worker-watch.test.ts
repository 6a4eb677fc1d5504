import { describe, expect, it, vi } from 'vitest';
import type { WorkerChange } from '../../../../src/celery/events/worker-watch.js';
import { createState, start, task, worker } from './cluster.js';

/** A state, and the changes of `w1@host` that it has told: cause, from, to, pid, and the second. */
function watched() {
  const created = createState();
  const told: unknown[] = [];
  created.state.onWorkerChange(({ worker: { status, pid }, previous, cause, at }: WorkerChange) => {
    told.push([cause, previous, status, pid, (at - start) / 1000]);
  });
  return { ...created, told: () => told.splice(0) };
}

describe('the watch over workers', () => {
  it('tells of the first sight, the goodbye and the return', () => {
    const { apply, told } = watched();

    apply(worker('heartbeat', 0), worker('heartbeat', 1), task('started', 'a', 2));
    expect(told()).toEqual([['APPEARED', null, 'ONLINE', 7, 0]]);

    apply(worker('offline', 3));
    expect(told()).toEqual([['SAID_GOODBYE', 'ONLINE', 'OFFLINE', 7, 3]]);

    apply(worker('heartbeat', 2.5), worker('heartbeat', 4));
    expect(told()).toEqual([['RETURNED', 'OFFLINE', 'ONLINE', 7, 4]]);
  });

  it('tells of silence once a second, by the clock alone', () => {
    vi.useFakeTimers();
    try {
      const { state, clock, apply, told } = watched();
      const stop = state.watchSilence();
      apply(worker('heartbeat', 0));
      told();

      for (let second = 1; second <= 8; second++) {
        clock.now = start + second * 1000;
        vi.advanceTimersByTime(1_000);
      }
      expect(told()).toEqual([
        ['FELL_SILENT', 'ONLINE', 'STALE', 7, 4],
        ['FELL_SILENT', 'STALE', 'OFFLINE', 7, 6],
      ]);

      stop();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells of another process under the same name, though its status stays', () => {
    const { state, apply, told } = watched();

    apply(worker('heartbeat', 0), worker('online', 1, { pid: 8 }));
    state.sawWorker('w1@host', start + 2_000, { pid: 9 });

    expect(told()).toEqual([
      ['APPEARED', null, 'ONLINE', 7, 0],
      ['RESTARTED', 'ONLINE', 'ONLINE', 8, 1],
      ['RESTARTED', 'ONLINE', 'ONLINE', 9, 2],
    ]);
  });

  it('takes a second greeting of one process for no restart: it does that after each loss of the broker', () => {
    const { apply, told } = watched();

    apply(worker('online', 0), worker('online', 1));

    expect(told()).toEqual([['APPEARED', null, 'ONLINE', 7, 0]]);
  });

  it('goes on when a listener fails', () => {
    const { state, apply } = createState();
    const causes: string[] = [];
    state.onWorkerChange(() => {
      throw new Error('no');
    });
    const stop = state.onWorkerChange(({ cause }) => void causes.push(cause));

    apply(worker('heartbeat', 0));
    stop();
    apply(worker('offline', 1));

    expect(causes).toEqual(['APPEARED']);
  });
});
