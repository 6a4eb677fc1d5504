import { expect, it } from 'vitest';
import { State } from '../../../src/celery/events/state.js';
import { InspectLoader } from '../../../src/celery/inspect-loader.js';
import { Inspect } from '../../../src/celery/inspect.js';
import { originalArgs, originalKwargs } from '../../../src/celery/original-arguments.js';
import { Mailbox } from '../../../src/celery/pidbox.js';
import { Queues } from '../../../src/celery/queues.js';
import { inspectLearners, seedTasksOf } from '../../../src/celery/seed.js';
import type { ControlRequest } from '../../../src/celery/transport/transport.js';
import { silentLogger } from '../../../src/log.js';
import { ScriptedTransport } from './scripted-transport.js';

class Worker extends ScriptedTransport {
  override async publishRequest(request: ControlRequest): Promise<number> {
    await super.publishRequest(request);
    const tasks = [{ id: 't1', name: 'demo.add', args: [[2 ** 64]], kwargs: { x: 2 ** 53 - 1 } }];
    const reply = request.method === 'active' ? tasks : [];
    queueMicrotask(() => this.reply('w1', reply, request.ticket ?? ''));
    return 1;
  }
}

it('does not take a number for known that it cannot read to the last digit', async () => {
  const transport = new Worker();
  const [state, clock] = [new State(), Date.now];
  const mailbox = new Mailbox({ transport, log: silentLogger, timeout: 1_000, alive: () => ['w1'] });
  const queues = new Queues({ transport, task: () => null, configured: [], clock });
  const learned = { tasks: 0 };
  const learn = inspectLearners({ state, queues, learned, clock }, 1_000);
  const inspect = new InspectLoader(new Inspect(mailbox), { learn });
  expect(await seedTasksOf({ inspect, state, queues, learned, clock }, ['w1'])).toBe(1);

  const task = state.task('t1');
  if (task === null) throw new Error('it was not told of');
  expect(originalArgs(task, null)).toEqual({ reason: 'its args are known in part only' });
  expect(originalKwargs(task, null)).toEqual({ value: { x: 9007199254740991 } });
});
