import { describe, expect, it, vi } from 'vitest';
import type { WorkerChange } from '../../../../src/celery/events/worker-status-emitter.js';
import { createState, start, task, worker } from './cluster.js';

/** A state, and the changes of `w1@host` that it has reported: cause, from, to, pid, and the second. */
function watched() {
  const created = createState();
  const changes: unknown[] = [];
  created.state.onWorkerChange(({ worker: { status, pid }, previous, cause, at }: WorkerChange) => {
    changes.push([cause, previous, status, pid, (at - start) / 1000]);
  });
  return { ...created, changes: () => changes.splice(0) };
}

describe('the watch over workers', () => {
  it('reports the first sight, the goodbye and the return', () => {
    const { apply, changes } = watched();

    apply(worker('heartbeat', 0), worker('heartbeat', 1), task('started', 'a', 2));
    expect(changes()).toEqual([['APPEARED', null, 'ONLINE', 7, 0]]);

    apply(worker('offline', 3));
    expect(changes()).toEqual([['SAID_GOODBYE', 'ONLINE', 'OFFLINE', 7, 3]]);

    apply(worker('heartbeat', 2.5), worker('heartbeat', 4));
    expect(changes()).toEqual([['RETURNED', 'OFFLINE', 'ONLINE', 7, 4]]);
  });

  it('reports silence once a second, by the clock alone', () => {
    vi.useFakeTimers();
    try {
      const { state, clock, apply, changes } = watched();
      const stop = state.watchSilence();
      apply(worker('heartbeat', 0));
      changes();

      for (let second = 1; second <= 8; second++) {
        clock.now = start + second * 1000;
        vi.advanceTimersByTime(1_000);
      }
      expect(changes()).toEqual([
        ['FELL_SILENT', 'ONLINE', 'STALE', 7, 4],
        ['FELL_SILENT', 'STALE', 'OFFLINE', 7, 6],
      ]);

      stop();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('reports another process under the same name, though its status stays', () => {
    const { state, apply, changes } = watched();

    apply(worker('heartbeat', 0), worker('online', 1, { pid: 8 }));
    state.sawWorker('w1@host', start + 2_000, { pid: 9 });

    expect(changes()).toEqual([
      ['APPEARED', null, 'ONLINE', 7, 0],
      ['RESTARTED', 'ONLINE', 'ONLINE', 8, 1],
      ['RESTARTED', 'ONLINE', 'ONLINE', 9, 2],
    ]);
  });

  it('takes a second greeting of one process for no restart: it does that after each loss of the broker', () => {
    const { apply, changes } = watched();

    apply(worker('online', 0), worker('online', 1));

    expect(changes()).toEqual([['APPEARED', null, 'ONLINE', 7, 0]]);
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
