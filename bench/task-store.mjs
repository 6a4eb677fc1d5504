/**
 * What 100,000 tasks cost against 1,000: a page by each index and in each order, a search, memory and events. Figures
 * are of CPU time, and the best of several rounds, so that a busy machine distorts them little.
 *
 *     npm run bench
 */
import process from 'node:process';
import { execute, parse } from 'graphql';
import { anonymous } from '../dist/access/viewer.js';
import { CacheStatus } from '../dist/cache/cache-status.js';
import { CacheRegistry } from '../dist/cache/cache-registry.js';
import { parseEvents } from '../dist/celery/events/event.js';
import { State } from '../dist/celery/events/state.js';
import { taskOrderFields, taskTexts } from '../dist/celery/tasks/task.js';
import { Clusters } from '../dist/cluster/clusters.js';
import { createContext } from '../dist/graphql/context.js';
import { schema } from '../dist/graphql/schema.js';
import { eventTexts, nameOf, parsedEvents, rate, rootId, start, workerOf } from './task-events.mjs';

const [few, many] = [1_000, 100_000];
const pageSize = 100;
/** No clock of the events is ahead of it. */
const now = (start + 3_600) * 1000;

/**
 * Flower (its main branch of 2026-08-09, Celery 5.2.6, Redis 7.0.15) with 1,000 and with 100,000 tasks, measured once
 * on two shared, busy cores. Not the same measure as ours: median milliseconds of wall time over HTTP of
 * `/api/tasks?limit=100`, with `state=`, `sort_by=-received` and `search=`; growth of resident memory; and the events
 * per second in batches of 24 that it sustained without loss, busy machine and quiet one.
 */
const flower = {
  page: [2.5, 268],
  state: [0.98, 98],
  received: [2.2, 279],
  search: [1.9, 175],
  bytesPerTask: 5_800,
  eventsPerSecond: [8_000, 12_000],
};

/** CPU microseconds of a call. */
function cost(call, calls) {
  const before = process.cpuUsage();
  for (let at = 0; at < calls; at++) call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

async function costOfEach(call, calls) {
  const before = process.cpuUsage();
  for (let at = 0; at < calls; at++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** The best of several rounds, in turn, for each of the calls. */
async function compare(calls, { times = 30, rounds = 7, measure = cost } = {}) {
  const best = calls.map(() => Infinity);
  for (const call of calls) await measure(call, times * 3); // warms up
  for (let round = 0; round < rounds; round++)
    for (const [at, call] of calls.entries()) best[at] = Math.min(best[at], await measure(call, times));
  return best;
}

function fill(state, events) {
  for (const event of events) state.apply(event, now);
  return state;
}

const micros = (value) => `${value.toFixed(value < 10 ? 1 : 0)} µs`;

async function pages([small, large], title, pageOf, options) {
  console.log(
    `\n${title}: ${few.toLocaleString('en')} tasks, ${many.toLocaleString('en')} tasks, ratio`,
  );
  // Ranges that hold 300 tasks of either store.
  const from = (start + 2 + 200 / rate) * 1000;
  const range = { after: from, before: from + (300 / rate) * 1000 };
  const filters = {
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
  const cases = [
    ...Object.entries(filters).map(([name, filter]) => [`by ${name}`, filter, 'SEEN']),
    ...taskOrderFields.map((field) => [`in the order of ${field}`, {}, field]),
  ];
  let worst = 0;
  for (const [name, filter, field] of cases) {
    const calls = [small, large].map((state) => pageOf(state, filter, { field, direction: 'DESC' }));
    const [a, b] = await compare(calls, options);
    worst = Math.max(worst, b / a);
    console.log(
      `  ${name.padEnd(28)}${micros(a).padStart(8)}${micros(b).padStart(9)}   x${(b / a).toFixed(2)}`,
    );
  }
  console.log(`  worst ratio x${worst.toFixed(2)}`);
}

const storePage = (state, filter, order) => () => {
  const { tasks } = state.tasks(filter, { first: pageSize, order, totalCount: false });
  if (tasks.length !== pageSize) throw new Error(`a page of ${tasks.length}: ${JSON.stringify(filter)}`);
};

const document = parse(
  `query ($filter: TaskFilter, $order: TaskOrder) {
    tasks(first: ${pageSize}, filter: $filter, orderBy: $order, useCache: false) { nodes { taskId state } }
  }`,
);
const dateTimes = ({ after, before }) => ({
  after: new Date(after).toISOString(),
  before: new Date(before).toISOString(),
});

/** The store behind the schema, without a broker. */
function graphqlPage(state, filter, order) {
  const caches = new CacheRegistry();
  const celery = { state, assertConnected: () => undefined };
  const cluster = { clusterName: 'default', celery, caches, resultLoader: null };
  const services = { clusters: new Clusters([{ cluster, visibleTo: null }]), clock: Date.now };
  const caller = { viewer: anonymous('viewer'), clientAddress: null };
  const input = Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [name, value.after ? dateTimes(value) : value]),
  );
  const variableValues = { filter: input, order };
  return async () => {
    const contextValue = createContext(services, caller, new CacheStatus());
    const { data, errors } = await execute({ schema, document, contextValue, variableValues });
    if (data?.tasks?.nodes.length !== pageSize) throw new Error(`no page: ${JSON.stringify(errors)}`);
  };
}

async function searches(state) {
  console.log('\nSearch of a page of 100 over 100,000 tasks, counted or not');
  const cases = [
    'zzzz',
    'TimeoutError',
    'customer-976',
    'order 99',
    '4f8b-9',
    'orders -timeout',
    '12345',
  ];
  for (const search of cases) {
    const [counted, shown] = await compare(
      [true, false].map((totalCount) => () => state.tasks({ search }, { first: pageSize, totalCount })),
      { times: 3 },
    );
    const { totalCount } = state.tasks({ search }, { first: 1 });
    console.log(
      `  ${JSON.stringify(search).padEnd(20)}${String(totalCount).padStart(7)} found` +
        `${(counted / 1000).toFixed(1).padStart(8)} ms${(shown / 1000).toFixed(1).padStart(8)} ms`,
    );
  }
  console.log(`  Flower: ${flower.search[1]} ms, over HTTP`);
}

function memory() {
  if (globalThis.gc === undefined) return console.log('\nMemory: needs --expose-gc');
  const texts = eventTexts(many);
  const used = () => {
    for (let at = 0; at < 4; at++) globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  const state = new State({ maxTasks: many, clock: () => now });
  for (const text of texts) fill(state, parseEvents(JSON.parse(text)).events);
  const bytes = (used() - before) / many;
  if (texts.length === 0)
    throw new Error('the events were collected with the garbage, and count as freed');
  let ofTexts = 0;
  for (const task of state.tasks({}, {}).tasks)
    for (const name of [...taskTexts, 'id']) ofTexts += task[name]?.length ?? 0;
  console.log(
    `\nMemory: ${bytes.toFixed(0)} bytes a task, ${(bytes - ofTexts / many).toFixed(0)} of them beyond its texts; ` +
      `the store's own estimate is ${(state.stats().bytes / many).toFixed(0)}. Flower: ${flower.bytesPerTask}`,
  );
}

async function ingest() {
  const events = parsedEvents(many);
  const texts = eventTexts(many);
  const perSecond = async (maxTasks) => {
    const [each] = await compare([() => fill(new State({ maxTasks, clock: () => now }), events)], {
      ...{ times: 1, rounds: 3 },
    });
    return Math.round((events.length / each) * 1e6).toLocaleString('en');
  };
  const [decode] = await compare([() => texts.map((text) => parseEvents(JSON.parse(text)))], {
    ...{ times: 1, rounds: 3 },
  });
  console.log(
    `\nEvents per second of CPU: ${await perSecond(many)} into the store, ${await perSecond(many / 10)} while it ` +
      `is full and tasks leave; ${Math.round((events.length / decode) * 1e6).toLocaleString('en')} decoded. ` +
      `Flower: ${flower.eventsPerSecond.map((rate) => rate.toLocaleString('en')).join(' to ')} from the broker, wall time`,
  );
}

memory();
await ingest();
const stores = [few, many].map((count) =>
  fill(new State({ maxTasks: count, clock: () => now }), parsedEvents(count)),
);
await pages(stores, 'CPU time of a page of 100 from the store', storePage);
await pages(stores, 'CPU time of a page of 100 through GraphQL, { id state }', graphqlPage, {
  ...{ times: 8, measure: costOfEach },
});
console.log(
  `  Flower: ${['page', 'state', 'received'].map((name) => `${flower[name].join(' to ')} ms`).join('; ')}: x${Math.round(flower.page[1] / flower.page[0])}`,
);
await searches(stores[1]);
