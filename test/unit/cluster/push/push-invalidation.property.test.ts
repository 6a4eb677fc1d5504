/** For any events, whatever survives a look is what a fresh load would bring. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ask,
  askPeek,
  askQueue,
  askTask,
  askTasks,
  askWorker,
  PushedWorld,
  queueNames,
} from './pushed-world.js';
import type { Question } from './pushed-world.js';

const ids = ['a', 'b', 'c', 'd', 'e'] as const;
const names = ['mail.send', 'media.cut'] as const;
const hosts = ['w1@h', 'w2@h'] as const;
const verbs = [
  'sent',
  'received',
  'started',
  'succeeded',
  'failed',
  'retried',
  'revoked',
  'rejected',
  'halfway',
];
const states = ['PENDING', 'RECEIVED', 'STARTED', 'SUCCESS', 'FAILURE', 'RETRY', 'HALFWAY'] as const;

const id = fc.constantFrom(...ids);
const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values]), { nil: undefined });

type Step = (world: PushedWorld) => void;

const taskStep: fc.Arbitrary<Step> = fc
  .record({
    ...{ verb: fc.constantFrom(...verbs), uuid: id, host: fc.constantFrom(...hosts) },
    ...{ name: maybe(names), queue: maybe(queueNames), root_id: maybe(ids), parent_id: maybe(ids) },
    ...{ retries: maybe([0, 1, 2]), runtime: maybe([0.5, 2]), args: maybe(['(1,)', '(2,)']) },
    exception: maybe(["KeyError('x')"]),
  })
  .map(
    ({ verb, host, ...fields }) =>
      (world) =>
        world.publish(`task-${verb}`, fields, host),
  );
const workerStep: fc.Arbitrary<Step> = fc
  .record({
    ...{
      verb: fc.constantFrom('online', 'heartbeat', 'heartbeat', 'offline'),
      host: fc.constantFrom(...hosts),
    },
    ...{ pid: fc.constantFrom(7, 7, 8), active: fc.nat(3), processed: fc.nat(9) },
  })
  .map(
    ({ verb, host, ...fields }) =>
      (world) =>
        world.publish(`worker-${verb}`, { freq: 2, ...fields }, host),
  );
const wait: fc.Arbitrary<Step> = fc
  .constantFrom(0.1, 1, 5, 20)
  .map((time) => (world) => world.wait(time));
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: taskStep },
    { weight: 1, arbitrary: workerStep },
    { weight: 1, arbitrary: wait },
  ),
  { maxLength: 12, size: 'max' },
);

const filter = fc.record({
  ...{
    ids: some(ids),
    states: some(states),
    names: some(names),
    workers: some(hosts),
    queues: some(queueNames),
  },
  ...{ rootId: maybe(ids), parentId: maybe(ids), orphaned: maybe([true, false]) },
  search: maybe(['mail', 'state:success', '2,']),
  retries: maybe([{ min: 1 }, { max: 0 }]),
});
const question: fc.Arbitrary<Question> = fc.oneof(
  { weight: 6, arbitrary: filter.map((wanted) => askTasks(wanted)) },
  id.map(askTask),
  fc.constantFrom<Question>(ask.counts, ask.types, ask.workers, ask.queues, ask.summary),
  fc.constantFrom(...hosts).map(askWorker),
  fc.constantFrom(...queueNames).map(askQueue),
  fc.constantFrom(...queueNames).map(askPeek),
);

/** What changes with time alone: no event reports it, and a TTL bounds it. */
function steady(answer: unknown): unknown {
  const text = JSON.stringify({ answer }, (key, value: unknown) =>
    /age|observed|throughput/i.test(key) ? 0 : value,
  );
  return JSON.parse(text);
}

it('leaves nothing wrong behind, and much of what is right', async () => {
  const reached = { dropped: 0, survived: 0, survivedThoughSomethingChanged: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(question, { minLength: 5, maxLength: 25, size: 'max' }),
      fc.array(steps, { minLength: 2, maxLength: 5 }),
      fc.constantFrom(3, 100),
      async (questions, rounds, maxTasks) => {
        await using world = new PushedWorld({ maxTasks });
        for (const round of rounds) {
          for (const asked of questions) await world.ask(asked);
          const before = sizes(world);
          for (const step of round) step(world);
          world.push.flush();
          const after = sizes(world);
          reached.dropped += before - after;
          reached.survived += after;
          if (after < before) reached.survivedThoughSomethingChanged += after;
          for (const asked of questions)
            expect(steady(await world.ask(asked))).toEqual(steady(await world.fresh(asked)));
        }
      },
    ),
    { numRuns: 150 },
  );
  for (const [name, times] of Object.entries(reached)) expect(times, name).toBeGreaterThan(500);
}, 60_000);

function sizes({ caches }: PushedWorld): number {
  return caches.report().caches.reduce((sum, { size }) => sum + size, 0);
}
