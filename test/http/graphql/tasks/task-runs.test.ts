/** The runs of a task, as clients see them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEvents } from '../../../../src/celery/events/event.js';
import { startTestServer, type TestServer } from '../../test-server.js';

describe('a task that runs again', () => {
  let server: TestServer;
  beforeEach(async () => void (server = await startTestServer()));
  afterEach(() => server[Symbol.asyncDispose]());

  const apply = (type: string, secondsAgo: number, fields: object = {}): void => {
    const { state } = server.services.celery;
    const now = Date.now();
    const common = { hostname: 'w1@away', pid: 1, uuid: 'again', timestamp: now / 1000 - secondsAgo };
    for (const event of parseEvents({ type, ...common, ...fields }).events) state.apply(event, now);
  };

  it('shows the earlier run as an attempt, and counts the time of the latest', async () => {
    apply('task-received', 3_700, { name: 'x.y' });
    apply('task-started', 3_700);
    apply('task-failed', 3_690, { exception: "ValueError('password=hunter2')" });
    apply('task-received', 100, { hostname: 'w2@away', pid: 2 });
    apply('task-started', 90, { hostname: 'w2@away', pid: 2 });

    const { data } = await server.query<{ task: { elapsedSeconds: number } }>(`{ task(taskId: "again") {
      state hostname finishedAt runtimeSeconds elapsedSeconds queueWaitSeconds attemptsOmitted
      attempts { hostname state endedAt exception runtimeSeconds }
    } }`);

    expect(data?.task).toMatchObject({
      state: 'STARTED',
      hostname: 'w2@away',
      finishedAt: null,
      runtimeSeconds: null,
      queueWaitSeconds: expect.closeTo(10, 1) as number,
      attemptsOmitted: 0,
      attempts: [
        { hostname: 'w1@away', state: 'FAILURE', runtimeSeconds: expect.closeTo(10, 1) as number },
      ],
    });
    expect(data?.task.elapsedSeconds).toBeGreaterThanOrEqual(90);
    expect(JSON.stringify(data)).not.toContain('hunter2');
  });

  it('has no elapsed time once it has ended', async () => {
    apply('task-started', 5);
    apply('task-failed', 3);

    const { data } = await server.query('{ task(taskId: "again") { elapsedSeconds runtimeSeconds } }');
    expect(data).toEqual({
      task: { elapsedSeconds: null, runtimeSeconds: expect.closeTo(2, 1) as number },
    });
  });
});
