/** Enums beside open texts, and arguments as JSON. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

it('checks of health have a kind, which is their name as an enum', async () => {
  const { data } = await server.query<{ health: { checks: { name: string; kind: string }[] } }>(
    '{ health { checks { name kind } } }',
  );
  const { checks } = data?.health ?? { checks: [] };
  expect(checks.length).toBeGreaterThan(3);
  expect(checks.map(({ kind }) => kind)).toEqual(checks.map(({ name }) => name.toUpperCase()));
});

it('the gap before the start says why events are missing', async () => {
  const { data } = await server.query('{ gateway { events { gaps { cause } } } }');
  expect(data).toMatchObject({ gateway: { events: { gaps: [{ cause: 'NOT_CONNECTED_YET' }] } } });
});

it('arguments of a task are there as JSON', async () => {
  const { data } = await server.query<{ sendTask: { task: unknown } }>(
    `mutation { sendTask(input: { name: "reports.daily.build", args: [1, [null, "a"]], kwargs: { pages: 3 } }) {
      task { argsJson kwargsJson resultJson }
    } }`,
  );
  expect(data?.sendTask.task).toEqual({
    argsJson: [1, [null, 'a']],
    kwargsJson: { pages: 3 },
    resultJson: null,
  });
});

it('the counts of tasks by state have the phase of each state', async () => {
  const { data } = await server.query<{
    taskStatus: { counts: { state: string; phase: string }[] };
  }>('{ taskStatus { counts { state phase } } }');
  expect(data?.taskStatus.counts).toContainEqual({ state: 'SUCCESS', phase: 'SUCCEEDED' });
});
