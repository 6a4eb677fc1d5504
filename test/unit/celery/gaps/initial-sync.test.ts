import { expect, it } from 'vitest';
import { State } from '../../../../src/celery/events/state.js';
import { InspectLoader } from '../../../../src/celery/inspect/inspect-loader.js';
import { Inspect } from '../../../../src/celery/inspect/inspect.js';
import { originalArgs, originalKwargs } from '../../../../src/celery/sending/original-arguments.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import { Queues } from '../../../../src/celery/queues/queues.js';
import { inspectLearners, syncTasksOf } from '../../../../src/celery/gaps/initial-sync.js';
import type { ControlRequest } from '../../../../src/celery/transport/transport.js';
import { silentLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../scripted-transport.js';

const plain = { id: 't1', name: 'demo.add' };

class Worker extends ScriptedTransport {
  readonly #tasks: readonly object[];

  constructor(tasks: readonly object[]) {
    super();
    this.#tasks = tasks;
  }

  override async publishRequest(request: ControlRequest): Promise<number> {
    await super.publishRequest(request);
    const tasks = this.#tasks;
    const reply = request.method === 'active' ? tasks : [];
    queueMicrotask(() => this.reply('w1', reply, request.ticket ?? ''));
    return 1;
  }
}

/** The store after a worker was asked what it runs. */
async function seeded(tasks: readonly object[]): Promise<State> {
  const transport = new Worker(tasks);
  const [state, clock] = [new State(), Date.now];
  const mailbox = new Mailbox({ transport, log: silentLogger, timeout: 1_000, alive: () => ['w1'] });
  const queues = new Queues({ transport, task: () => null, configured: [], clock });
  const learned = { tasks: 0 };
  const learn = inspectLearners({ state, queues, learned, clock }, 1_000);
  const inspect = new InspectLoader(new Inspect(mailbox), { learn });
  expect(await syncTasksOf({ inspect, state, queues, learned, clock }, ['w1'])).toBe(tasks.length);
  return state;
}

it('does not take a number for known that it cannot read to the last digit', async () => {
  const state = await seeded([{ ...plain, args: [[2 ** 64]], kwargs: { x: 2 ** 53 - 1 } }]);
  const task = state.task('t1');
  if (task === null) throw new Error('the task is unknown');
  expect(originalArgs(task, null)).toEqual({ reason: 'its args are known in part only' });
  expect(originalKwargs(task, null)).toEqual({ value: { x: 9007199254740991 } });
});

it('knows no start of a task whose worker counts by a monotonic clock', async () => {
  const state = await seeded([
    { ...plain, time_start: 7_257_246.1 },
    { ...plain, id: 't2', time_start: 1_795_833_227.5 },
  ]);
  expect(['t1', 't2'].map((id) => state.task(id))).toMatchObject([
    { state: 'STARTED', startedAt: null },
    { state: 'STARTED', startedAt: 1_795_833_227_500 },
  ]);
});
