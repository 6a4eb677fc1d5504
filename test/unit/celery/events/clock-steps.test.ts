/** The gateway's own clock is set, as by NTP: that is neither silence nor a restart of a worker. */
import { describe, expect, it } from 'vitest';
import { State } from '../../../../src/celery/events/state.js';
import { ClockSteps } from '../../../../src/celery/events/clock-steps.js';
import { parse, start, task, worker } from './cluster.js';

describe('ClockSteps.take', () => {
  it('is by how much the clock was set, once', () => {
    const clock = { now: 1_000, monotonic: 50 };
    const steps = new ClockSteps(
      () => clock.now,
      () => clock.monotonic,
    );
    clock.now += 5_000;
    clock.monotonic += 5_000;
    expect(steps.take()).toBe(0);
    clock.now += 600_000;
    expect(steps.take()).toBe(600_000);
    expect(steps.take()).toBe(0);
    clock.now -= 300_000;
    expect(steps.take()).toBe(-300_000);
  });

  it('is 0 while the clock is only adjusted', () => {
    const clock = { now: 0, monotonic: 0 };
    const steps = new ClockSteps(
      () => clock.now,
      () => clock.monotonic,
    );
    for (let n = 0; n < 100; n++) {
      clock.now += 1_500;
      clock.monotonic += 1_000;
      expect(steps.take()).toBe(0);
    }
  });
});

function createWorld() {
  const clock = { now: start, monotonic: 0 };
  const state = new State({ clock: () => clock.now, monotonic: () => clock.monotonic });
  const changes: string[] = [];
  state.onWorkerChange(({ cause, worker: { status } }) => void changes.push(`${cause} ${status}`));
  const pass = (seconds: number): void => {
    clock.now += seconds * 1_000;
    clock.monotonic += seconds * 1_000;
  };
  /** @param at seconds by the worker's clock */
  const beat = (at: number): void => state.apply(parse(worker('heartbeat', at)), clock.now);
  return { clock, state, changes, pass, beat };
}

describe.each([
  ['forward', 600],
  ['back', -600],
])('a worker, when the clock of the gateway is set %s by ten minutes,', (_name, seconds) => {
  it('stays online, with what it runs, and is not replaced', () => {
    const { clock, state, changes, pass, beat } = createWorld();
    beat(0);
    state.sawWorker('w1@host', clock.now, { pid: 7, uptimeSeconds: 100 });
    state.apply(parse(task('started', 'a', 0)), clock.now);
    pass(1);
    clock.now += seconds * 1_000;
    state.lookForSilence();
    state.sawWorker('w1@host', clock.now, { pid: 7, uptimeSeconds: 101 });
    pass(1);
    beat(2);
    state.lookForSilence();
    expect(changes).toEqual(['APPEARED ONLINE']);
    expect(state.worker('w1@host')).toMatchObject({ status: 'ONLINE', lastHeartbeatAt: clock.now });
    expect(state.task('a')).toMatchObject({ state: 'STARTED', orphanedAt: null });
  });

  it('is missed as soon as ever when it falls silent', () => {
    const { clock, state, changes, pass, beat } = createWorld();
    beat(0);
    pass(1);
    clock.now += seconds * 1_000;
    pass(2);
    state.lookForSilence();
    expect(changes).toEqual(['APPEARED ONLINE']);
    pass(2);
    state.lookForSilence();
    pass(2);
    state.lookForSilence();
    expect(changes).toEqual(['APPEARED ONLINE', 'FELL_SILENT STALE', 'FELL_SILENT OFFLINE']);
  });
});

describe('a worker that is another process', () => {
  it('is known by its start though it has the same pid', () => {
    const { clock, state, changes, pass, beat } = createWorld();
    beat(0);
    state.sawWorker('w1@host', clock.now, { pid: 7, uptimeSeconds: 100 });
    clock.now += 600_000;
    pass(60);
    state.sawWorker('w1@host', clock.now, { pid: 7, uptimeSeconds: 5 });
    expect(changes.at(-1)).toBe('RESTARTED ONLINE');
  });
});
