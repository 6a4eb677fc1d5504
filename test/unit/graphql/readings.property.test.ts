/**
 * Several runs of one task, whose events come in any order, any of them lost, and then the result backend is asked: every
 * way of reading shows the same state and the same number of ends, and no duration is negative or spans two runs.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isFinal, taskStates } from '../../../src/celery/states.js';
import { start } from '../celery/events/cluster.js';
import { scenarios } from '../celery/tasks/task-scenarios.js';
import { ReadingsWorld } from './readings-world.js';

const states = [...taskStates, 'END_UNKNOWN', 'PROGRESS'];
const document = `{
  tasks(filter: { taskIds: ["a"] }, useCache: false) { nodes { state } totalCount }
  ${states
    .map((state) => `${state}: tasks(filter: { states: [${state}] }, useCache: false) { totalCount }`)
    .join('\n')}
  taskStatus(useCache: false) { total counts { state count } }
  taskTypes(useCache: false) { nodes { name finished succeeded failed counts { state count } } }
  metricsSummary(windowSeconds: 86400, useCache: false) {
    finished succeeded failed queueWait { maxSeconds } runtime { maxSeconds }
  }
  task(taskId: "a", useCache: false) {
    state finished runtimeSeconds queueWaitSeconds sentAt receivedAt startedAt finishedAt
    succeededAt failedAt revokedAt rejectedAt
    attempts { state runtimeSeconds receivedAt startedAt endedAt } attemptsOmitted
  }
}`;

interface Shown {
  readonly state: string;
  readonly runtimeSeconds: number | null;
  readonly receivedAt: string | null;
  readonly startedAt: string | null;
}
interface StateCount {
  readonly state: string;
  readonly count: number;
}
interface Outcomes {
  readonly finished: number;
  readonly succeeded: number;
  readonly failed: number;
}
interface Answer extends Record<string, unknown> {
  readonly tasks: { readonly nodes: readonly { readonly state: string }[] };
  readonly taskStatus: { readonly total: number; readonly counts: readonly StateCount[] };
  readonly taskTypes: {
    nodes: readonly (Outcomes & {
      readonly name: string;
      readonly counts: readonly StateCount[];
    })[];
  };
  readonly metricsSummary: Outcomes & {
    readonly queueWait: { readonly maxSeconds: number | null };
    readonly runtime: { readonly maxSeconds: number | null };
  };
  readonly task: Shown & {
    readonly finished: boolean;
    readonly finishedAt: string | null;
    readonly queueWaitSeconds: number | null;
    readonly attempts: readonly (Shown & { readonly endedAt: string | null })[];
    readonly attemptsOmitted: number;
  };
}

const only = (counts: readonly StateCount[]) => counts.filter(({ count }) => count !== 0);

it('shows one state and one number of ends by every way of reading, once the result backend was asked', async () => {
  await fc.assert(
    fc.asyncProperty(scenarios(), async ({ inOrder, anyOrder, stored }) => {
      await using world = new ReadingsWorld(start + 20_000_000);
      if (stored !== null) world.results.stored.set('a', stored);
      world.deliver(anyOrder);
      const answer = await world.query<Answer>(document);
      const listening = await world.listen<{ taskEvents: { task: { state: string } } }>(
        'subscription { taskEvents { task { state } } }',
      );
      world.deliver(inOrder.slice(0, 1)); // known already
      const items = await listening.stop();
      world.clock.now += 1_000; // for which a count waits for the queue of its task
      const scraped = await world.scrape();

      const { task } = answer;
      const { state } = task;
      expect(answer.tasks).toEqual({ nodes: [{ state }], totalCount: 1 });
      for (const one of states)
        expect([one, answer[one]]).toEqual([one, { totalCount: one === state ? 1 : 0 }]);
      expect(answer.taskStatus.total).toBe(1);
      expect(only(answer.taskStatus.counts)).toEqual([{ state, count: 1 }]);
      expect(items.map(({ taskEvents }) => taskEvents.task.state)).toEqual([state]);

      const shown = [...task.attempts, task].map((one) => one.state).filter((one) => isFinal(one));
      const counted = (which: string): number => shown.filter((one) => one === which).length;
      const figures = {
        finished: shown.length,
        succeeded: counted('SUCCESS'),
        failed: counted('FAILURE'),
      };
      expect(answer.metricsSummary).toMatchObject(figures);
      for (const type of answer.taskTypes.nodes) {
        expect(type).toMatchObject(figures);
        expect(only(type.counts)).toEqual([{ state, count: 1 }]);
      }
      // A counter cannot take back a weak end that the stronger end of the same run has overtaken.
      const overtakable = ['REVOKED', 'REJECTED', 'END_UNKNOWN'];
      for (const one of states.filter((which) => isFinal(which))) {
        const reached = scraped.get(one) ?? 0;
        expect([one, reached]).toEqual([
          one,
          Math.max(counted(one), overtakable.includes(one) ? reached : 0),
        ]);
      }
    }),
    { seed: 10, numRuns: 150 },
  );
}, 60_000);
