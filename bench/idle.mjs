/**
 * Which share of a core the gateway takes from its machine: while two workers run and no client reads, and while ten
 * dashboards poll. Of its own processor time, so that what else the machine does counts little; another build runs at the
 * same time beside the same cluster, and the ratio of the two is printed.
 *
 *     npm run bench:idle [-- --against DIR] [-- --profile DIR]
 *
 * `--against` takes the `dist` of another checkout, `--profile` a folder for a profile of the built gateway. Needs
 * `redis-server`; without Celery the workers are pretended, and send heartbeats alone.
 */
import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay, setInterval } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { ask, start, startGateway, startRedis, stopAll, works } from './processes.mjs';

const seconds = 60;
/** Within the first minute V8 gives the memory of the start back, by two collections of some 0.1 s each. */
const warmUp = { idle: 60, polled: 10 };
const dashboards = 10;
/** Seconds between two rounds of a dashboard. */
const interval = 5;
const workers = ['w1@bench', 'w2@bench'];
/** What /proc counts processor time by, on every Linux. */
const ticksPerSecond = 100;

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: { against: { type: 'string' }, profile: { type: 'string' } },
});
/** Where Celery may be, as in the tests. */
const pythons = [join(root, '.venv-celery/bin/python'), 'python3', '/usr/bin/python3'];
/** Two processes that have one child each, as `celery worker --concurrency 2` starts them. */
function startWorkers(python, broker) {
  for (const name of workers)
    start(
      python,
      ['-m', 'celery', '-A', 'cluster', 'worker', '-E', '--without-mingle', '-c', '2', '-n', name],
      {
        cwd: join(root, 'test/fixtures/cluster'),
        env: { BROKER_URL: broker, PYTHONDONTWRITEBYTECODE: '1' },
      },
    );
}

/** A heartbeat every two seconds, as Celery sends them. */
function pretendWorkers(broker) {
  const client = new Redis(broker);
  const facts = { pid: process.pid, freq: 2, active: 0, processed: 0, loadavg: [0, 0, 0] };
  let clock = 0;
  const beat = (hostname) => {
    const event = {
      ...facts,
      ...{
        type: 'worker-heartbeat',
        hostname,
        utcoffset: 0,
        clock: ++clock,
        timestamp: Date.now() / 1000,
      },
    };
    const body = Buffer.from(JSON.stringify(event)).toString('base64');
    const envelope = {
      body,
      'content-encoding': 'utf-8',
      'content-type': 'application/json',
      headers: { hostname },
      properties: {
        delivery_mode: 1,
        delivery_info: { exchange: 'celeryev', routing_key: 'worker.heartbeat' },
        priority: 0,
        body_encoding: 'base64',
        delivery_tag: `${clock}`,
      },
    };
    void client.publish('/0.celeryev/worker.heartbeat', JSON.stringify(envelope));
  };
  for (const [at, name] of workers.entries())
    setTimeout(async () => {
      for await (const turn of setInterval(2_000, name, { ref: false })) beat(turn);
    }, at * 700).unref();
}

/** What a dashboard shows: the overview of docs/api.md, and three of schema/operations, each as a client would send it. */
async function dashboardOperations() {
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
  return operations.map((operation) => JSON.stringify(operation));
}

/** Polls until the moment, by the monotonic clock; resolves to what was asked. */
async function poll({ url }, bodies, end) {
  const tally = { requests: 0, failures: 0 };
  const dashboard = async (at) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const isOver = () => performance.now() >= end;
    for (let next = performance.now() + (at * interval * 1_000) / dashboards; ;) {
      await delay(Math.min(next, end) - performance.now());
      if (isOver()) break;
      for (const body of bodies) {
        const { status, text } = await ask(`${url}/graphql`, { agent, body });
        tally.requests++;
        if (status !== 200 || text.includes('"errors"')) tally.failures++;
      }
      next += interval * 1_000;
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: dashboards }, (_, at) => dashboard(at)));
  return tally;
}

/** Seconds of processor time, of all threads. */
async function processorTime({ pid }) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function measure(gateways) {
  const times = () => Promise.all(gateways.map(processorTime));
  const [before, started] = [await times(), performance.now()];
  await delay(seconds * 1_000);
  const [after, took] = [await times(), (performance.now() - started) / 1_000];
  return after.map((time, at) => (100 * (time - before[at])) / took);
}

function print(what, [share, other]) {
  const beside =
    other === undefined
      ? ''
      : `, ${other.toFixed(2)} % in ${options.against} (${(share / other).toFixed(2)} of it)`;
  const load = loadavg()[0].toFixed(1);
  console.log(`${what}: ${share.toFixed(2)} % of a core${beside}; load of the machine ${load}`);
}

async function run() {
  if (!works('redis-server', ['--version'])) return void console.log('idle: skipped, no redis-server');
  const broker = await startRedis();
  const python = pythons.find((command) => works(command, ['-c', 'import celery, redis']));
  if (python) startWorkers(python, broker);
  else pretendWorkers(broker);
  const profiling = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const gateways = [await startGateway(join(root, 'dist'), broker, { nodeArgs: profiling })];
  if (options.against) gateways.push(await startGateway(resolve(options.against), broker));

  const kind = python ? 'workers' : 'pretended workers';
  await delay(warmUp.idle * 1_000);
  print(`two ${kind}, no reader, ${seconds} s`, await measure(gateways));

  const bodies = await dashboardOperations();
  const end = performance.now() + (warmUp.polled + seconds) * 1_000;
  const polls = Promise.all(gateways.map((gateway) => poll(gateway, bodies, end)));
  await delay(warmUp.polled * 1_000);
  const shares = await measure(gateways);
  const [{ requests, failures }] = await polls;
  const rate = requests / (seconds + warmUp.polled);
  print(`${dashboards} dashboards, ${rate.toFixed(1)} requests/s, ${failures} failed`, shares);
}

try {
  await run();
} finally {
  await stopAll();
}
process.exit(0);
