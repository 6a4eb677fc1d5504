/** What a scrape of `/metrics` costs beside a cached query: of a small cluster, and with as many series of tasks as it shows. */
import { messagesOf } from '../support/events.mjs';
import { startGateway } from '../support/gateway.mjs';
import { ask, graphqlPost } from '../support/load.mjs';
import { encode, openPublisher } from '../support/publisher.mjs';
import { interleave, loadFigures, rowsOf, speedRatio, underLoad } from '../support/rounds.mjs';
import { startRedis, startWorkers } from '../support/servers.mjs';
import { ratioOf } from '../support/statistics.mjs';
import { untilTasks } from '../support/store.mjs';

/** One more than `--metrics-max-tasks` shows. */
const names = 201;
const scrape = (headers) => ({ method: 'GET', path: '/metrics', headers });
const requests = {
  'cached query': graphqlPost('{ health { status } }'),
  text: scrape({}),
  OpenMetrics: scrape({ accept: 'application/openmetrics-text' }),
  'text, gzip': scrape({ 'accept-encoding': 'gzip' }),
};

async function measure(context, gateways, what) {
  const rows = [];
  const costs = new Map();
  for (const [form, request] of Object.entries(requests)) {
    const { body } = await ask(gateways[0].port, request);
    const candidates = gateways.map((gateway) =>
      underLoad(gateway.build.name, gateway, request, { ...context, clients: 1 }),
    );
    const results = await interleave(candidates, context);
    for (const row of rowsOf(results, `${what}: ${form}, ${body.length} bytes`)) {
      const cost = results.get(row.of)[loadFigures.cpu];
      costs.set(row.of, costs.get(row.of) ?? cost);
      if (context.other)
        row[`of ${context.other.name}`] = speedRatio(results, row.of, context.other.name);
      rows.push({ ...row, 'CPU of the query': ratioOf(cost, costs.get(row.of)) });
    }
  }
  return rows;
}

export const scrapes = {
  name: 'scrape',
  title: 'A scrape of /metrics, one connection',
  goals: [],
  async run(context) {
    const redis = await startRedis();
    await startWorkers(redis, 3);
    const gateways = [];
    for (const build of context.builds) gateways.push(await startGateway(build, redis.url));
    const few = await measure(context, gateways, 'three workers');
    const events = Array.from({ length: names }, (_, at) => ({
      type: 'task-received',
      uuid: `task-${at}`,
      name: `bench.task_${at}`,
      hostname: 'celery@host-0',
      timestamp: Date.now() / 1_000,
      clock: at,
      pid: 7,
      utcoffset: 0,
    }));
    const publisher = await openPublisher(redis);
    await publisher.publish(encode(messagesOf(events, 1)));
    publisher.close();
    for (const gateway of gateways) await untilTasks(gateway, names);
    return { rows: [...few, ...(await measure(context, gateways, `${names} task names`))], values: {} };
  },
};
