/** Fresh statistics of all workers, beside Celery's own client, which is given the number of replies. */
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../support/builds.mjs';
import { startGateway } from '../support/gateway.mjs';
import { query } from '../support/load.mjs';
import { start, stopAll, works } from '../support/processes.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { startRedis, startWorkers } from '../support/servers.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { untilWorkers } from '../support/store.mjs';

const text = '{ workers(useCache: false) { nodes { hostname stats { concurrency pid } } } }';
const program = fileURLToPath(new URL('../support/celery_inspect.py', import.meta.url));
const pythons = [join(root, '.venv-celery/bin/python'), 'python3', '/usr/bin/python3'];
const celeryName = "Celery's client";
const [figure, samples] = ['ms', { quick: 3, whole: 20 }];

/** Null where Celery is not installed. Resolves to the median of some calls. */
async function startCelery(redis) {
  const python = pythons.find((command) => works(command, ['-c', 'import celery, redis']));
  if (python === undefined) return null;
  const child = start(python, [program, redis.url], { stdio: ['pipe', 'pipe', 'pipe'], pinned: true });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next(); // ready
  return async (count) => {
    child.stdin.write(`${count}\n`);
    const { value } = await lines.next();
    if (!Number.isFinite(Number(value))) throw new Error(`Celery's client: ${value}\n${child.output()}`);
    return Number(value);
  };
}

async function medianOf(times, call) {
  const took = [];
  for (let at = 0; at < times; at++) took.push(await call());
  return { [figure]: median(took) };
}

async function askGateway(gateway, count) {
  const started = performance.now();
  const { workers } = await query(gateway.port, text);
  const took = performance.now() - started;
  const complete = workers.nodes.filter(({ stats }) => stats !== null).length;
  if (complete !== count) throw new Error(`${complete} of ${count} workers have statistics`);
  return took;
}

async function measure({ builds, other, rounds, quick }, count) {
  const redis = await startRedis();
  await startWorkers(redis, count);
  const celery = await startCelery(redis);
  const times = quick ? samples.quick : samples.whole;
  const candidates = [];
  for (const build of builds) {
    const gateway = await startGateway(build, redis.url);
    await untilWorkers(gateway, count);
    candidates.push({
      name: build.name,
      measure: () => medianOf(times, () => askGateway(gateway, count)),
    });
  }
  if (celery !== null)
    candidates.push({ name: celeryName, measure: () => medianOf(times, () => celery(count)) });
  const results = await interleave(candidates, { rounds });
  await stopAll();
  const took = (name) => results.get(name)[figure];
  const rows = rowsOf(results, `stats of ${count} workers`);
  for (const row of rows) {
    if (other) row[`of ${other.name}`] = ratioOf(took(row.of), took(other.name));
    if (celery !== null) row[`of ${celeryName}`] = ratioOf(took(row.of), took(celeryName));
  }
  return { rows, ratio: celery === null ? NaN : ratioOf(took(builds[0].name), took(celeryName)).median };
}

const counts = [2, 20, 100];

export const inspect = {
  name: 'inspect',
  title: 'Fresh statistics of pretend workers',
  goals: counts.map((count) => ({
    id: `workers${count}`,
    what: `time of ${count} workers: of Celery's client`,
    atMost: 1,
  })),
  async run(context) {
    const rows = [];
    const values = {};
    for (const count of context.quick ? counts.slice(0, 2) : counts) {
      const measured = await measure(context, count);
      rows.push(...measured.rows);
      values[`workers${count}`] = measured.ratio;
    }
    const isKnown = Number.isFinite(values.workers2);
    return {
      rows,
      values,
      notes: isKnown ? [] : ['Celery is not installed: its client was not measured.'],
    };
  },
};
