/** Figures by task name, beside those of the names that are not told apart. */
import { expect, it } from 'vitest';
import { startTestServer } from '../http/test-server.js';

it('names no workers for the tasks whose names are not told apart', async () => {
  await using server = await startTestServer();
  server.services.celery.metrics.changed(null, {
    ...{ name: 'OTHER', state: 'STARTED' },
    ...{ runtimeSeconds: null, queueWaitSeconds: null, finishedAt: null },
    ...{ attempts: [], attemptsOmitted: 0 },
  });

  const { data } = await server.query(
    '{ taskTypes(filter: { names: ["OTHER"] }) { name total registeredBy } }',
  );
  expect(data).toEqual({ taskTypes: [{ name: 'OTHER', total: 1, registeredBy: null }] });
});
