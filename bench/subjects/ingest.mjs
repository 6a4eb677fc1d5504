/** What an event costs, and whether a gateway keeps up with many of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { startGateway } from '../support/gateway.mjs';
import { batchSize, messagesOf, pastEvents } from '../support/events.mjs';
import { ask, graphqlPost, query } from '../support/load.mjs';
import { pageQuery } from '../support/page.mjs';
import { stopAll } from '../support/processes.mjs';
import { encode, openPublisher } from '../support/publisher.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { startPublishing, startRedis } from '../support/servers.mjs';
import { median, quantile, ratioOf } from '../support/statistics.mjs';
import { untilReceived } from '../support/store.mjs';
import { cpuMicros } from '../support/usage.mjs';

const figure = 'CPU µs/event';
/** Events a second, and seconds, of the long run. */
const flood = { rate: 30_000, seconds: 30 };

/** Milliseconds between two queries meanwhile. */
const queryInterval = 50;

const counters = '{ gateway { events { received lost dropped malformed waiting } } }';

/** Each build has a Redis of its own: both would receive the same events otherwise. */
async function startAlone(build, options) {
  const redis = await startRedis(options);
  const gateway = await startGateway(build, redis.url);
  return { ...gateway, redis, publisher: await openPublisher(redis), received: 0 };
}

/** Processor time of the gateway for each event, with different tasks in each round. */
function ingestion(gateway, batch, tasks) {
  return {
    name: `${gateway.build.name}, ${batch === 1 ? 'one by one' : `batches of ${batch}`}`,
    async measure(round) {
      const messages = encode(messagesOf(pastEvents(tasks, { seed: 1_000 * batch + round }), batch));
      const before = await cpuMicros(gateway.child);
      await gateway.publisher.publish(messages);
      gateway.received += 3 * tasks;
      await untilReceived(gateway, gateway.received);
      return { [figure]: ((await cpuMicros(gateway.child)) - before) / (3 * tasks) };
    },
  };
}

/** Milliseconds that each of some queries waits; they come at an even pace, whatever the last one took. */
async function paced({ port }, seconds) {
  const waits = [];
  const end = performance.now() + seconds * 1_000;
  const request = graphqlPost(pageQuery);
  const pending = [];
  while (performance.now() < end) {
    const sent = performance.now();
    pending.push(ask(port, request).then(() => waits.push(performance.now() - sent)));
    await delay(queryInterval);
  }
  await Promise.all(pending);
  return waits;
}

/** Queries are sent while the events come. */
async function endure(gateway, { rate, seconds }) {
  const before = (await query(gateway.port, counters)).gateway.events;
  const publishing = await startPublishing(gateway.redis, { rate, seconds, batch: batchSize });
  const [{ events, rate: reached }, waits] = await Promise.all([
    publishing.done,
    paced(gateway, seconds),
  ]);
  await untilReceived(gateway, before.received + events).catch(() => delay(0)); // the difference is the figure
  const after = (await query(gateway.port, counters)).gateway.events;
  return {
    case: `${rate.toLocaleString('en-US')} events/s for ${seconds} s`,
    of: gateway.build.name,
    'events/s': reached,
    'events not received': before.received + events - after.received,
    'messages lost': after.lost - before.lost,
    'query p50 ms': median(waits),
    'query p99 ms': quantile(waits, 0.99),
  };
}

export const ingest = {
  name: 'ingest',
  title: 'Events from Redis',
  goals: [
    { id: 'single', what: 'processor time of an event that comes alone', unit: 'µs', atMost: 12 },
    { id: 'batch', what: 'processor time of an event in a batch of 24', unit: 'µs', atMost: 7 },
    {
      id: 'rate',
      what: 'events a second in the long run',
      unit: 'events/s',
      atLeast: flood.rate * 0.99,
    },
    { id: 'lost', what: 'events not received in the long run', atMost: 0 },
    { id: 'p99', what: 'query p99 in the long run', unit: 'ms', atMost: 20 },
  ],
  async run({ builds, other, rounds, quick }) {
    const gateways = [];
    for (const build of builds) gateways.push(await startAlone(build, { bursts: true }));
    const tasks = quick ? 2_000 : 20_000;
    const candidates = [1, batchSize].flatMap((batch) =>
      gateways.map((gateway) => ({ batch, ...ingestion(gateway, batch, tasks) })),
    );
    const results = await interleave(candidates, { rounds });
    const costs = ({ name }) => results.get(name)[figure];
    const rows = rowsOf(results, 'events').map((row, at) => {
      if (other === null) return row;
      const same = candidates.filter(({ batch }) => batch === candidates[at].batch);
      return { ...row, [`of ${other.name}`]: ratioOf(costs(candidates[at]), costs(same.at(-1))) };
    });
    const [single, , ...more] = gateways.length > 1 ? candidates : [candidates[0], null, candidates[1]];
    const long = quick ? { rate: 5_000, seconds: 1 } : flood;
    for (const { publisher } of gateways) publisher.close();
    await stopAll();
    const enduring = [];
    for (const build of builds) {
      const gateway = await startAlone(build);
      enduring.push(await endure(gateway, long));
      gateway.publisher.close();
    }
    const [own] = enduring;
    return {
      rows: [...rows, ...enduring],
      values: {
        single: median(costs(single)),
        batch: median(costs(more[0])),
        ...(!quick && {
          rate: own['events/s'],
          lost: own['events not received'],
          p99: own['query p99 ms'],
        }),
      },
    };
  },
};
