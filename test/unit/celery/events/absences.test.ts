/** Tasks that end without an event: by `Ignore`, or because the event was lost. */
import { describe, expect, it } from 'vitest';
import { createState, parse, start, task, worker, type EventBody } from './cluster.js';

/** A worker with a heartbeat, and one task that it has started at second 1. */
function running() {
  const cluster = createState();
  const { state, apply, wait } = cluster;
  apply(worker('online', 0), task('received', 'a', 0.5), task('started', 'a', 1));
  /** A heartbeat at this second. */
  const beat = (at: number, active: number | null, fields = {}) =>
    apply(worker('heartbeat', at, { active, ...fields }));
  /** A reply to `active` at this second. */
  const reply = (at: number, ...ids: readonly string[]) => {
    wait(at);
    for (const id of ids)
      state.sawTask({
        ...{ id, name: null, args: null, kwargs: null, worker: 'w1@host', state: 'STARTED' },
        ...{ startedAt: start + 1_000, eta: null, queue: null },
      });
    state.sawActive('w1@host', new Set(ids), start + at * 1000);
  };
  const stateOf = (id = 'a') => state.task(id)?.state;
  return { ...cluster, beat, reply, stateOf };
}

describe('a task that ends without an event', () => {
  it('is END_UNKNOWN when two replies of its worker lack it', () => {
    const { state, beat, reply, stateOf } = running();
    beat(4, 1);
    reply(5);
    expect(stateOf()).toBe('STARTED');
    beat(8, 1);
    reply(9);
    expect(state.task('a')).toMatchObject({
      state: 'END_UNKNOWN',
      source: 'INSPECT',
      startedAt: start + 1_000,
      finishedAt: start + 9_000,
      orphanedAt: null,
    });
    expect(state.counts()).toMatchObject({ STARTED: 0, END_UNKNOWN: 1 });
    expect([...state.unfinishedOf('w1@host')]).toEqual([]);
  });

  it('is one whose worker counts no task, and confirms it when it is asked', () => {
    const { beat, reply, stateOf } = running();
    beat(2, 0);
    beat(4, 0);
    expect(stateOf()).toBe('STARTED');
    reply(5);
    expect(stateOf()).toBe('END_UNKNOWN');
  });

  it('is one whose worker counts no task for ten seconds and does not answer', () => {
    const { state, beat, stateOf } = running();
    beat(2, 0);
    state.missedActive('w1@host');
    beat(10, 0);
    expect(stateOf()).toBe('STARTED');
    beat(12, 0);
    expect(stateOf()).toBe('END_UNKNOWN');
  });

  it.each([-3_600_000, 3_600_000])('is found where a later process’s clock is %i ms away', (offset) => {
    const { state, clock } = createState();
    const receive = (body: EventBody) => {
      const event = parse(body);
      clock.now = event.timestampMs - offset;
      state.apply(event, clock.now);
    };
    const at = (second: number) => offset / 1000 + second;
    receive(worker('heartbeat', at(0), { pid: 6 }));
    receive(worker('online', at(1)));
    receive(task('started', 'a', at(2)));
    for (const second of [5, 9]) {
      receive(worker('heartbeat', at(second), { active: 0 }));
      state.sawActive('w1@host', new Set(), start + second * 1000);
    }
    expect(state.task('a')?.state).toBe('END_UNKNOWN');
  });

  it('is reported to listeners', () => {
    const { state, beat, reply } = running();
    const ended: (readonly string[])[] = [];
    state.onEndUnknown((ids) => ended.push(ids));
    beat(2, 0);
    reply(5);
    expect(ended).toEqual([['a']]);
  });

  it('is no orphan when its worker dies', () => {
    const { state, beat, reply, wait } = running();
    beat(2, 0);
    reply(5);
    wait(60);
    state.lookForSilence();
    expect(state.orphanCount).toBe(0);
  });

  it.each([
    ['succeeded', 'SUCCESS'],
    ['failed', 'FAILURE'],
    ['revoked', 'REVOKED'],
    ['rejected', 'REJECTED'],
    ['retried', 'RETRY'],
    ['received', 'RECEIVED'],
    ['started', 'STARTED'],
  ])('takes the state of a task-%s that comes late', (verb, expected) => {
    const { beat, reply, stateOf, apply } = running();
    beat(2, 0);
    reply(5);
    apply(task(verb, 'a', 4));
    expect(stateOf()).toBe(expected);
  });

  it('runs again when a reply of its worker has it after all', () => {
    const { state, beat, reply } = running();
    beat(2, 0);
    reply(5);
    reply(6, 'a');
    expect(state.task('a')).toMatchObject({ state: 'STARTED', source: 'INSPECT', finishedAt: null });
  });
});

describe('a task that its worker may have', () => {
  it('stays STARTED while replies have it, whatever heartbeats count', () => {
    const { beat, reply, stateOf, state } = running();
    for (let at = 2; at < 60; at += 2) {
      beat(at, 0);
      reply(at + 1, 'a');
      state.missedActive('w1@host');
    }
    expect(stateOf()).toBe('STARTED');
  });

  it('stays STARTED when it is in every second reply', () => {
    const { beat, reply, stateOf } = running();
    for (let at = 2; at < 40; at += 4) {
      beat(at, 1);
      reply(at + 1);
      reply(at + 3, 'a');
    }
    expect(stateOf()).toBe('STARTED');
  });

  it('stays STARTED when the second reply was asked for with the first', () => {
    const { reply, stateOf } = running();
    reply(2);
    reply(3);
    expect(stateOf()).toBe('STARTED');
  });

  it('stays STARTED when it started after the heartbeat was made', () => {
    const { beat, state, stateOf } = running();
    beat(0.9, 0);
    state.missedActive('w1@host');
    beat(12, 1);
    expect(stateOf()).toBe('STARTED');
  });

  it('stays STARTED when its worker does not say how many it runs', () => {
    const { beat, state, stateOf } = running();
    beat(2, null);
    state.missedActive('w1@host');
    beat(20, null);
    expect(stateOf()).toBe('STARTED');
  });

  it('is an orphan when another process has replaced its own', () => {
    const { beat, reply, state } = running();
    beat(2, 0, { pid: 8 });
    reply(5);
    reply(9);
    expect(state.task('a')).toMatchObject({ state: 'STARTED', orphanedAt: start + 2_000 });
  });

  it('stays STARTED while two processes share the name of its worker', () => {
    const { beat, reply, stateOf } = running();
    for (let at = 2; at < 12; at += 2) {
      beat(at, 0, { pid: 8 });
      beat(at + 1, 1);
    }
    reply(12);
    reply(15);
    expect(stateOf()).toBe('STARTED');
  });

  it('is judged anew when it is started again', () => {
    const { beat, reply, stateOf, apply } = running();
    beat(2, 1);
    reply(3);
    apply(task('retried', 'a', 4), task('received', 'a', 5, { retries: 1 }), task('started', 'a', 6));
    reply(7);
    expect(stateOf()).toBe('STARTED');
  });
});

describe('a task that is rejected after its start', () => {
  it('is REJECTED, also when its start event arrives later, until it is received again', () => {
    const { state, apply, stateOf } = running();
    apply(task('rejected', 'a', 2));
    expect(state.task('a')).toMatchObject({ state: 'REJECTED', finishedAt: start + 2_000 });
    apply(task('started', 'a', 1));
    expect(stateOf()).toBe('REJECTED');
    expect(state.counts()).toMatchObject({ STARTED: 0, REJECTED: 1 });
    apply(task('received', 'a', 3));
    expect(stateOf()).toBe('RECEIVED');
  });
});
