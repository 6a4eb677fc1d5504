/** What the slow reconciliation asks, whom, and how often. */
import { describe, expect, it } from 'vitest';
import { Reconciliation } from '../../../../src/celery/gaps/reconciliation.js';
import { SlowReconciliation } from '../../../../src/celery/gaps/slow-reconciliation.js';
import { parseTaskMeta } from '../../../../src/celery/results/results.js';
import { silentLogger } from '../../../../src/log.js';
import { createState, start, task, worker } from '../events/cluster.js';

/** A reconciliation of a cluster whose workers reply with these ids, or not at all. */
function createWorld(active: readonly string[] | null = [], hasResults = true) {
  const cluster = createState();
  const { state, clock } = cluster;
  const looked: (readonly string[])[] = [];
  const asked: string[] = [];
  const stored = new Map<string, string>();
  const results = {
    fetch: async (ids: readonly string[]) => {
      looked.push(ids);
      return ids.map((id) => {
        const text = stored.get(id);
        return text === undefined ? null : parseTaskMeta(id, text);
      });
    },
  };
  const reconciliation = new Reconciliation({
    results: hasResults ? results : null,
    state,
    log: silentLogger,
  });
  const load = async (_command: string, { hostname }: { readonly hostname: string }) => {
    asked.push(hostname);
    if (active === null) return { replies: new Map(), silent: [hostname], at: clock.now };
    state.sawActive(hostname, new Set(active), clock.now);
    return { replies: new Map([[hostname, { ok: true, value: [] }]]), silent: [], at: clock.now };
  };
  let isCurrent = true;
  const slow = new SlowReconciliation({
    state,
    inspect: { load },
    reconciliation,
    isCurrent: () => isCurrent,
    clock: () => clock.now,
  });
  const lose = () => void (isCurrent = false);
  /** A heartbeat, and a round, every two seconds. */
  const rounds = async (from: number, to: number, activeCount: number) => {
    for (let at = from; at <= to; at += 2) {
      cluster.apply(worker('heartbeat', at, { active: activeCount }));
      await slow.round();
    }
  };
  return { ...cluster, slow, looked, asked, stored, lose, rounds };
}

describe('the slow reconciliation', () => {
  it('looks up results, and asks no worker, when events have been waiting to be read for long', async () => {
    const { slow, apply, wait, looked, asked, lose } = createWorld();
    apply(worker('heartbeat', 0), task('started', 'a', 0));
    lose();
    wait(20);
    for (let n = 0; n < 6; n++) await slow.round();
    expect(looked).toEqual([]);
    await slow.round();
    expect([looked, asked, slow.cost.rounds]).toEqual([[['a']], [], 1]);
  });

  it('looks up only what has been unfinished for ten seconds', async () => {
    const { slow, apply, wait, looked } = createWorld();
    apply(task('received', 'a', 0), task('received', 'b', 5), task('succeeded', 'c', 0));
    wait(9);
    await slow.round();
    expect(looked).toEqual([]);
    wait(12);
    await slow.round();
    expect(looked).toEqual([['a']]);
  });

  it('settles an end that no event has reported, and counts its cost', async () => {
    const { slow, apply, wait, stored, state } = createWorld();
    apply(task('received', 'a', 0), task('received', 'b', 0));
    const doneAt = new Date(start + 1_000).toISOString();
    stored.set('a', `{"status": "SUCCESS", "result": 5, "date_done": "${doneAt}"}`);
    wait(20);
    await slow.round();
    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', result: '5' });
    expect(slow.cost).toEqual({
      rounds: 1,
      tasksLookedUp: 2,
      tasksSettled: 1,
      workersAsked: 0,
      lastRoundAt: start + 20_000,
      lastRoundSeconds: 0,
    });
  });

  it('counts no task as looked up where no results can be read', async () => {
    const { slow, apply, wait } = createWorld([], false);
    apply(task('received', 'a', 0));
    wait(20);
    await slow.round();
    expect(slow.cost).toMatchObject({ rounds: 1, tasksLookedUp: 0 });
  });

  it('looks up five hundred in a round, and goes round', async () => {
    const { slow, apply, wait, looked } = createWorld();
    for (let index = 0; index < 700; index++) apply(task('received', `t${index}`, 0));
    wait(20);
    for (let round = 0; round < 3; round++) await slow.round();
    expect(looked.map(({ length }) => length)).toEqual([500, 200, 500]);
    expect(looked[1]?.[0]).toBe('t500');
    expect(looked[2]?.[0]).toBe('t0');
  });

  it('does nothing while events do not arrive', async () => {
    const { slow, apply, wait, looked, lose } = createWorld();
    apply(task('received', 'a', 0));
    wait(20);
    lose();
    await slow.round();
    expect([looked, slow.cost.rounds]).toEqual([[], 0]);
  });

  it('asks a worker whose heartbeats count fewer tasks than run there, and finds what has ended', async () => {
    const { apply, asked, rounds, state } = createWorld(['b']);
    apply(worker('online', 0), task('started', 'a', 0), task('started', 'b', 0));
    await rounds(2, 12, 1);
    expect(state.task('a')?.state).toBe('END_UNKNOWN');
    expect(state.task('b')?.state).toBe('STARTED');
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it('finds what has ended at a worker that counts no task and does not reply', async () => {
    const { apply, rounds, state } = createWorld(null);
    apply(worker('online', 0), task('started', 'a', 0));
    await rounds(2, 20, 0);
    expect(state.task('a')?.state).toBe('END_UNKNOWN');
  });

  it('asks a worker whose counts are right ever more rarely', async () => {
    const { apply, rounds, asked } = createWorld(['a']);
    apply(worker('online', 0), task('started', 'a', 0));
    await rounds(2, 3_600, 1);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.length).toBeLessThan(10);
  });

  it('asks no worker that runs nothing', async () => {
    const { apply, rounds, asked } = createWorld();
    apply(worker('online', 0), task('received', 'a', 0), task('succeeded', 'b', 0));
    await rounds(2, 300, 0);
    expect(asked).toEqual([]);
  });
});
