/** Whether a waiting task has expired: no event reports it, so the gateway compares its time with its own clock. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEvents } from '../../../../src/celery/events/event.js';
import { startTestServer, type TestServer } from '../../test-server.js';

describe('Task.expired', () => {
  let server: TestServer;
  beforeEach(async () => void (server = await startTestServer()));
  afterEach(() => server[Symbol.asyncDispose]());

  /** `secondsLeft` until `expires`, as Python writes it; null for a task without. */
  const apply = (type: string, secondsLeft: number | null, fields: object = {}): void => {
    const { state, clock } = server.services.celery;
    const now = clock();
    const expires = secondsLeft === null ? null : new Date(now + secondsLeft * 1000).toISOString();
    const common = { hostname: 'client@away', pid: 1, uuid: 'late', timestamp: now / 1000 - 100 };
    const event = { type, ...common, name: 'x.y', args: '()', kwargs: '{}', expires, ...fields };
    for (const parsed of parseEvents(event).events) state.apply(parsed, now);
  };
  const shown = async (): Promise<unknown> =>
    (await server.query('{ task(taskId: "late") { state expired finished } }')).data?.['task'];

  it.each([
    ['has passed', -1, true],
    ['is to come', 60, false],
    ['was not set', null, false],
  ])('of a task that no worker has received, whose time %s', async (_, secondsLeft, expired) => {
    apply('task-sent', secondsLeft);
    expect(await shown()).toEqual({ state: 'PENDING', expired, finished: false });
  });

  it('is true of a task that a worker holds and has not started', async () => {
    apply('task-received', -1);
    expect(await shown()).toEqual({ state: 'RECEIVED', expired: true, finished: false });
  });

  it('is false of a task that started in time and runs past it', async () => {
    apply('task-received', -1);
    apply('task-started', -1);
    expect(await shown()).toEqual({ state: 'STARTED', expired: false, finished: false });
  });

  it('is false once a worker has dropped it: it is REVOKED then', async () => {
    apply('task-received', -1);
    apply('task-revoked', -1, { expired: true, terminated: false, signum: null });
    expect(await shown()).toEqual({ state: 'REVOKED', expired: false, finished: true });
  });

  it.each(['soon', '', 1_795_833_227.9, {}, [], true])(
    'is false where the time cannot be read: %j',
    async (expires) => {
      apply('task-sent', null, { expires });
      expect(await shown()).toEqual({ state: 'PENDING', expired: false, finished: false });
    },
  );

  it('reads a time without an offset as UTC, as Python writes it', async () => {
    const naive = new Date(server.services.celery.clock() - 1000).toISOString().replace('Z', '');
    apply('task-sent', null, { expires: naive });
    expect(await shown()).toMatchObject({ expired: true });
  });
});
