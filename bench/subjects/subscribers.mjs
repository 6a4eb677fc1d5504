/** What many subscribers of the statistics of the caches take, beside a server that sends all of them the same buffer. */
import { setTimeout as delay } from 'node:timers/promises';
import { startGateway } from '../support/gateway.mjs';
import { query } from '../support/load.mjs';
import { stop } from '../support/processes.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { startBareStreams, startRedis, startWorkers } from '../support/servers.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { subscribeSse, subscribeWebSocket } from '../support/streams.mjs';
import { cpuMicros, residentBytes } from '../support/usage.mjs';

const interval = 1_000;
const settling = 2_000;
const fields = 'caches { name size hits misses hitRatePercent evictions }';
const subscription = `subscription { cacheStats(intervalSeconds: ${interval / 1_000}) { ${fields} } }`;
const [perSubscriber, share] = ['kB each', '% of a core'];
const transports = { SSE: subscribeSse, WebSocket: subscribeWebSocket };

/** A query of each second, so that the statistics change. */
function keepChanging({ port }) {
  const timer = setInterval(
    () => void query(port, '{ health { status } }').catch(() => undefined),
    interval / 2,
  );
  return () => clearInterval(timer);
}

/** @param open starts a server of its own for each round */
function crowd(name, open, subscribe, { count, seconds }) {
  return {
    name,
    async measure() {
      const server = await open();
      await delay(settling);
      const idle = await residentBytes(server.child);
      let items = 0;
      const leave = [];
      for (let at = 0; at < count; at++)
        leave.push(await subscribe(server, subscription, (_data, more) => (items += more)));
      await delay(settling);
      const [before, received, started] = [await cpuMicros(server.child), items, performance.now()];
      await delay(seconds * 1_000);
      const took = performance.now() - started;
      const used = (await cpuMicros(server.child)) - before;
      const figures = {
        [perSubscriber]: ((await residentBytes(server.child)) - idle) / 1024 / count,
        [share]: used / 10 / took,
        'items each': (items - received) / count,
      };
      for (const close of leave) close();
      await server.close();
      return figures;
    },
  };
}

export const subscribers = {
  name: 'subscribers',
  title: '1,000 subscribers of cacheStats at one second',
  goals: [
    { id: 'sse', what: 'memory of a subscriber over SSE', unit: 'kB', atMost: 40 },
    { id: 'webSocket', what: 'memory of a subscriber over WebSocket', unit: 'kB', atMost: 40 },
    { id: 'share', what: 'processor, the higher of both', unit: '% of a core', atMost: 10 },
  ],
  async run({ builds, other, rounds, quick }) {
    const redis = await startRedis();
    await startWorkers(redis, 2);
    const options = quick ? { count: 50, seconds: 2 } : { count: 1_000, seconds: 10 };
    const sample = await startGateway(builds[0], redis.url);
    const item = await query(sample.port, `{ cacheStats { ${fields} } }`);
    await stop(sample.child);
    const openGateway = (build) => async () => {
      const gateway = await startGateway(build, redis.url);
      const stopChanging = keepChanging(gateway);
      const close = async () => {
        stopChanging();
        await stop(gateway.child);
      };
      return { ...gateway, close };
    };
    const openBare = async () => {
      const server = await startBareStreams(item, interval);
      return { ...server, close: () => stop(server.child) };
    };
    const rows = [];
    const results = {};
    for (const [transport, subscribe] of Object.entries(transports)) {
      const candidates = builds.map((build) =>
        crowd(build.name, openGateway(build), subscribe, options),
      );
      candidates.push(crowd('bare server', openBare, subscribe, options));
      const found = await interleave(candidates, { rounds: Math.min(rounds, 3), warmUp: false });
      results[transport] = found.get(builds[0].name);
      for (const row of rowsOf(found, transport)) {
        const sizes = (name) => found.get(name)[perSubscriber];
        if (other) row[`of ${other.name}`] = ratioOf(sizes(row.of), sizes(other.name));
        rows.push({ ...row, 'of bare': ratioOf(sizes(row.of), sizes('bare server')) });
      }
    }
    const of = (transport, figure) => median(results[transport][figure]);
    return {
      rows,
      values: quick
        ? {}
        : {
            sse: of('SSE', perSubscriber),
            webSocket: of('WebSocket', perSubscriber),
            share: Math.max(of('SSE', share), of('WebSocket', share)),
          },
    };
  },
};
