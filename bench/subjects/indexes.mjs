/** Whether pages stay as cheap as the store grows: by each filter that has an index, in each order, and by searches; in this process. */
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { eventBodies, nameOf, rootId, workerOf } from '../support/events.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { ratioOf } from '../support/statistics.mjs';

/** Epoch seconds of the first event, and tasks of each second. */
const [start, rate] = [1_795_000_000, 200];
/** No clock of the events is ahead of it. */
const now = (start + 3_600) * 1_000;
const pageSize = 100;
const figure = 'CPU µs/page';
const searches = ['zzzz', 'TimeoutError', 'customer-976', 'order 99', '4f8b-9', 'orders -timeout'];

async function storeOf({ dist }, count) {
  const load = (file) => import(pathToFileURL(join(dist, file)).href);
  const { parseEvents } = await load('celery/events/event.js');
  const { State } = await load('celery/events/state.js');
  const state = new State({ maxTasks: count, clock: () => now });
  const bodies = eventBodies(count, { start, rate });
  for (let at = 0; at < bodies.length; at += 1_000)
    for (const event of parseEvents(bodies.slice(at, at + 1_000)).events) state.apply(event, now);
  return state;
}

/** Ranges hold 300 tasks of any store. */
function filters() {
  const from = (start + 2 + 200 / rate) * 1_000;
  const range = { after: from, before: from + (300 / rate) * 1_000 };
  return {
    'no filter': {},
    states: { states: ['FAILURE'] },
    'two states': { states: ['SUCCESS', 'FAILURE'] },
    names: { names: [nameOf(0)] },
    workers: { workers: [workerOf(0)] },
    rootId: { rootId },
    parentId: { parentId: rootId },
    received: { receivedAt: range },
    started: { startedAt: range },
    finished: { finishedAt: range },
    runtimeSeconds: { runtimeSeconds: { min: 1, max: 3 } },
    retries: { retries: { min: 1 } },
  };
}

async function casesOf({ dist }) {
  const { taskOrderFields } = await import(pathToFileURL(join(dist, 'celery/tasks/task.js')).href);
  const order = (field) => ({ field, direction: 'DESC' });
  return [
    ...Object.entries(filters()).map(([name, filter]) => [`by ${name}`, filter, order('SEEN')]),
    ...taskOrderFields.map((field) => [`in the order of ${field}`, {}, order(field)]),
  ];
}

function pages(name, state, filter, slice, times) {
  return {
    name,
    async measure() {
      const before = process.cpuUsage();
      for (let at = 0; at < times; at++) state.tasks(filter, slice);
      const { user, system } = process.cpuUsage(before);
      return { [figure]: (user + system) / times };
    },
  };
}

const sized = (build, count) => `${build.name}, ${count.toLocaleString('en-US')} tasks`;

export const indexes = {
  name: 'indexes',
  title: 'Pages of 100 out of the store, in process',
  goals: [{ id: 'growth', what: 'worst page by an index: of that of 1,000 tasks', atMost: 2 }],
  async run({ builds, rounds, quick }) {
    const sizes = quick ? [1_000, 3_000] : [1_000, 100_000];
    const stores = [];
    for (const build of builds)
      for (const size of sizes) stores.push([sized(build, size), await storeOf(build, size)]);
    const [few, many] = sizes.map((size) => sized(builds[0], size));
    const rows = [];
    let worst = 0;
    const compare = async (what, filter, slice, times) => {
      const results = await interleave(
        stores.map(([name, state]) => pages(name, state, filter, slice, times)),
        { rounds },
      );
      const cost = (name) => results.get(name)[figure];
      const growth = ratioOf(cost(many), cost(few));
      for (const row of rowsOf(results, what))
        rows.push(row.of === many ? { ...row, [`of ${few}`]: growth } : row);
      return growth.median;
    };
    for (const [what, filter, order] of await casesOf(builds[0])) {
      const slice = { first: pageSize, order, totalCount: false };
      worst = Math.max(worst, await compare(what, filter, slice, 300));
    }
    for (const search of searches)
      await compare(
        `search ${JSON.stringify(search)}`,
        { search },
        { first: pageSize, totalCount: false },
        3,
      );
    return { rows, values: quick ? {} : { growth: worst } };
  },
};
