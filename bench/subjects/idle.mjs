/** Which share of a core a gateway takes while two workers run and no client reads, and while ten dashboards poll. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../support/builds.mjs';
import { startGateway } from '../support/gateway.mjs';
import { ask } from '../support/load.mjs';
import { startRedis, startWorkers } from '../support/servers.mjs';
import { summarise } from '../support/statistics.mjs';
import { cpuMicros } from '../support/usage.mjs';

/** Within the first minute V8 gives the memory of the start back, by two collections of some 0.1 s each. */
const settling = 60;
const dashboards = 10;
/** Seconds between two rounds of a dashboard. */
const interval = 5;

/** What a dashboard shows: the overview of docs/api.md, and three of schema/operations, each as a client would send it. */
async function dashboardRequests() {
  const overview = /query Overview \{[^]*?\n\}/.exec(await readFile(join(root, 'docs/api.md'), 'utf8'));
  if (overview === null) throw new Error('docs/api.md has no query Overview');
  const operations = [{ query: overview[0] }];
  for (const [file, operationName] of [
    ['workers', 'WorkersStatus'],
    ['queues', 'Queues'],
    ['metrics', 'MetricsSummary'],
  ]) {
    const query = await readFile(join(root, `schema/operations/${file}.graphql`), 'utf8');
    operations.push({ query, operationName });
  }
  const headers = { 'content-type': 'application/json' };
  return operations.map((operation) => ({
    method: 'POST',
    path: '/graphql',
    headers,
    body: JSON.stringify(operation),
  }));
}

/** Each dashboard begins at another moment, and asks at an even pace until the moment. */
async function poll({ port }, requests, end) {
  const dashboard = async (at) => {
    let next = performance.now() + (at * interval * 1_000) / dashboards;
    for (; next < end; next += interval * 1_000) {
      await delay(next - performance.now());
      for (const request of requests) {
        const { status, body } = await ask(port, request);
        if (status !== 200 || body.includes('"errors"')) throw new Error(`a dashboard got ${body}`);
      }
    }
  };
  await Promise.all(Array.from({ length: dashboards }, (_, at) => dashboard(at)));
}

/** Percent of a core of each gateway, all over the same time, in several parts. */
async function shares(gateways, { parts, seconds }) {
  const found = gateways.map(() => []);
  for (let part = 0; part < parts; part++) {
    const before = await Promise.all(gateways.map(({ child }) => cpuMicros(child)));
    const started = performance.now();
    await delay(seconds * 1_000);
    const after = await Promise.all(gateways.map(({ child }) => cpuMicros(child)));
    const took = performance.now() - started;
    for (const [at, list] of found.entries()) list.push((after[at] - before[at]) / 10 / took);
  }
  return found.map(summarise);
}

const rowsOf = (what, gateways, measured) =>
  gateways.map(({ build }, at) => ({ case: what, of: build.name, '% of a core': measured[at] }));

export const idle = {
  name: 'idle',
  title: 'A gateway beside two workers',
  goals: [{ id: 'idle', what: 'processor without a reader', unit: '% of a core', atMost: 0.5 }],
  async run({ builds, quick }) {
    const redis = await startRedis();
    await startWorkers(redis, 2);
    const gateways = [];
    for (const build of builds) gateways.push(await startGateway(build, redis.url));
    const options = quick ? { parts: 2, seconds: 1 } : { parts: 6, seconds: 10 };
    await delay(quick ? 0 : settling * 1_000);
    const alone = await shares(gateways, options);
    const requests = await dashboardRequests();
    const end = performance.now() + (options.parts * options.seconds + interval) * 1_000;
    const polls = Promise.all(gateways.map((gateway) => poll(gateway, requests, end)));
    await delay(interval * 1_000);
    const polled = await shares(gateways, options);
    await polls;
    return {
      rows: [
        ...rowsOf('no reader', gateways, alone),
        ...rowsOf(`${dashboards} dashboards, each ${interval} s`, gateways, polled),
      ],
      values: quick ? {} : { idle: alone[0].median },
    };
  },
};
