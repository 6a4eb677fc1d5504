/** `id` and `ids`, where Celery's ids are now given as `taskId` and `taskIds`: deprecated, and read as before. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

describe('a former name of an id of a task', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const { errors } = await server.query(
      'mutation { sendTask(name: "shop.mail.send_receipt", options: { id: "mine", countdownSeconds: 1000 }) { taskId } }',
    );
    expect(errors).toBeUndefined();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['task(id:)', '{ task(id: "mine") { taskId } }', { task: { taskId: 'mine' } }],
    [
      'TaskFilter.ids',
      '{ tasks(filter: { ids: ["mine"] }) { nodes { taskId } } }',
      { tasks: { nodes: [{ taskId: 'mine' }] } },
    ],
    [
      'revokeTasks(ids:)',
      'mutation { revokeTasks(ids: ["mine"], dryRun: true) { tasks { taskId } } }',
      { revokeTasks: { tasks: [{ taskId: 'mine' }] } },
    ],
  ])('is read as before: %s', async (_, query, expected) => {
    const { data, errors } = await server.query(query);
    expect([data, errors]).toEqual([expected, undefined]);
  });

  it('is read as before: rerunTask(id:), which finds the task', async () => {
    const { errors } = await server.query('mutation { rerunTask(id: "mine") { taskId } }');
    expect(errors?.[0]?.message).toMatch(/^mine was not rerun: it is not finished/);
  });

  it.each([
    ['task', '{ task(id: "a", taskId: "a") { taskId } }', 'give taskId or id, not both'],
    [
      'tasks',
      '{ tasks(filter: { ids: ["a"], taskIds: ["a"] }) { totalCount } }',
      'filter.taskIds is given under two names: give it under this one alone',
    ],
    [
      'sendTask',
      'mutation { sendTask(name: "shop.mail.send_receipt", options: { id: "a", taskId: "a" }) { taskId } }',
      'give options.taskId or options.id, not both',
    ],
  ])('is refused beside the current one: %s', async (_, query, message) => {
    const { errors } = await server.query(query);
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
