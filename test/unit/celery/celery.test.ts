/** What the gateway asks a cluster without a client, and what it logs when no worker answers. */
import { expect, it } from 'vitest';
import { Celery } from '../../../src/celery/celery.js';
import { createLogger } from '../../../src/log.js';
import { eventually } from '../../support/eventually.js';
import { ScriptedTransport } from './scripted-transport.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('says once for each loss that the workers could not be asked, with any number of requests', async () => {
  const transport = new ScriptedTransport();
  const unread = 'the state of the workers could not be read';
  const warnings: unknown[] = [];
  const log = createLogger('warn', (line) => {
    const { message } = JSON.parse(line) as { message: unknown };
    if (message === unread) warnings.push(message);
  });
  await using celery = new Celery({
    ...{ transport, results: null, log, inspectTimeout: 60_000, queues: [] },
    ...{ maxTasks: 10, maxTaskBytes: 1_000_000 },
  });
  celery.start();

  for (const expected of [[unread], [unread, unread]]) {
    transport.requests.length = 0;
    transport.gain();
    const methods = () => transport.requests.map(({ method }) => method);
    await eventually(() => expect(methods()).toEqual(['heartbeat', 'ping', 'active', 'active_queues']));
    celery.state.sawWorker(`w${expected.length}`, celery.clock()); // it is asked for its pool, after a ping
    await eventually(() => expect(methods().filter((method) => method === 'ping')).toHaveLength(2));
    transport.lose();
    await turn();
    expect(warnings).toEqual(expected);
  }
});
