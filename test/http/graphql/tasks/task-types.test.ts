/** Figures by task name, and those of all names beyond the bound, counted together as OTHER. */
import { expect, it } from 'vitest';
import { startTestServer } from '../../test-server.js';

it('names no workers for the tasks that are counted together', async () => {
  await using server = await startTestServer();
  server.services.celery.metrics.changed(null, {
    ...{ name: 'OTHER', state: 'STARTED' },
    ...{ runtimeSeconds: null, queueWaitSeconds: null, finishedAt: null },
    ...{ attempts: [], attemptsOmitted: 0 },
  });

  const { data } = await server.query(
    '{ taskTypes(filter: { names: ["OTHER"] }) { nodes { name total registeredBy } } }',
  );
  expect(data).toEqual({ taskTypes: { nodes: [{ name: 'OTHER', total: 1, registeredBy: null }] } });
});
