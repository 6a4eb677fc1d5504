import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createReceiver } from './cluster.js';

interface Line {
  readonly channel: string;
  readonly received: number;
  readonly payload: string;
}

const lines = readFileSync(new URL('../../../fixtures/events-redis.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Line);

/** Plays what real workers sent, on one database: each is a cluster of its own. */
function replay(prefix: string) {
  const created = createReceiver();
  for (const { channel, received, payload } of lines) {
    if (!channel.startsWith(prefix)) continue;
    created.clock.now = Math.round(received * 1000);
    created.publish(payload);
  }
  return created;
}

describe('captured traffic', () => {
  it('of Celery 5.2 with prefork and solo pools leads to the states that Celery computes, but for a task rejected after its start', () => {
    const { receiver, state } = replay('/0.celeryev/');

    expect(receiver.counters).toMatchObject({ received: 124, malformed: 0, dropped: 0 });
    const outcomes = [...state.tasks({ search: 'name:demo' }, {}).tasks]
      .reverse()
      .map((task) => `${task.id.slice(0, 8)} ${task.name ?? ''} ${task.state} ${task.retries}`);
    expect(outcomes).toEqual([
      '21636369 demo.add SUCCESS 0',
      '10c67fd9 demo.echo SUCCESS 0',
      'b4638a01 demo.add SUCCESS 0',
      'b7a1108c demo.add SUCCESS 0',
      '78633074 demo.add RECEIVED 0',
      'c6f8da3e demo.exhaust FAILURE 1',
      'f51e8722 demo.add REVOKED 0',
      'c7b317d9 demo.fail FAILURE 0',
      '44f9794c demo.flaky SUCCESS 1',
      'c9c18070 demo.ignore STARTED 0',
      '420b0ebe demo.progress SUCCESS 0',
      '62c82185 demo.reject REJECTED 0',
      'dc52bdca demo.not_there FAILURE 0',
      'a0c07645 demo.add RECEIVED 0',
      '268ecc45 demo.echo RECEIVED 0',
      '1d67032c demo.reject_once SUCCESS 0',
      '74a92bcc demo.hard_limit FAILURE 0',
      '5a26642c demo.crash FAILURE 0',
      '30cc65f8 demo.unserialisable FAILURE 0',
      '81f30f86 demo.fail FAILURE 0',
      '0fad4b06 demo.progress SUCCESS 0',
      'c19d2fee demo.sleep REVOKED 0',
      'cc2edb3d demo.add REVOKED 0',
      'bc28c12b demo.add REVOKED 0',
    ]);
  });

  it('shows all of a task', () => {
    const { state } = replay('/0.celeryev/');

    expect(state.task('21636369-8b52-4b4a-97b7-50923ceb3ffd')).toMatchObject({
      sequence: 1,
      name: 'demo.add',
      args: '(47, 77)',
      kwargs: '{}',
      result: '124',
      queue: 'default',
      exchange: '',
      routingKey: 'default',
      client: 'gen18609@vm',
      worker: 'rpre@lab',
      clock: 15,
      sentAt: 1_795_344_248_988,
      startedAt: 1_795_344_249_042,
      runtimeSeconds: 0.06675687799997831,
      queueWaitSeconds: 0.054,
      truncated: [],
      source: 'EVENTS',
    });
    expect(state.task('10c67fd9-94b2-48fd-a02f-34a6795b929e')?.truncated).toEqual(['args', 'result']);
    expect(state.task('c7b317d9-4d1f-409f-8af4-38d297524d6a')?.exception).toBe(
      "PaymentError('card declined ✗', 402)",
    );
  });

  it('leaves no worker online after its goodbye', () => {
    const { state } = replay('/0.celeryev/');

    expect(state.worker('rpre@lab')).toMatchObject({ status: 'OFFLINE', pid: 30_478, processed: 8 });
    // Its clock is that of another time zone, and its timestamps are UTC all the same.
    expect(state.worker('ninety@lab')).toMatchObject({ freqSeconds: 7, softwareVersion: '5.2.6' });
  });

  it('of Celery 5.6 is read alike', () => {
    const { receiver, state } = replay('/2.celeryev/');

    expect(receiver.counters.malformed).toBe(0);
    expect(state.task('62c82185-d55e-41a5-81da-ad106bd0638b')).toMatchObject({
      state: 'FAILURE',
      exception: 'reject requeue=False: not wanted here',
    });
    expect(state.task('14aa4de7-2520-4832-9d7b-297411f4140c')).toMatchObject({
      state: 'SUCCESS',
      revokedAt: expect.any(Number) as number,
    });
  });

  it('of gevent and threads pools, whose events come singly, is read alike', () => {
    const { state } = replay('/5.celeryev/');

    expect(state.tasks({ states: ['SUCCESS'] }, {}).totalCount).toBe(4);
    expect(state.workers().map(({ hostname }) => hostname)).toEqual(['gev@lab', 'thr@lab']);
  });

  it('of a batch replayed twice changes nothing', () => {
    const { state, publish } = replay('/0.celeryev/');
    const before = state.tasks({ states: ['SUCCESS', 'FAILURE', 'REVOKED'] }, {});
    const finished = new Set(before.tasks.map(({ id }) => id));

    for (const { channel, payload } of lines) if (channel === '/0.celeryev/task.multi') publish(payload);

    const after = state.tasks({ taskIds: [...finished] }, {});
    const outcome = ({ id, state: name }: { id: string; state: string }) => [id, name];
    expect(after.tasks.filter(({ retries }) => retries === 0).map(outcome)).toEqual(
      before.tasks.filter(({ retries }) => retries === 0).map(outcome),
    );
  });
});
