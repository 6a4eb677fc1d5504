/** How long an event is on its way to a subscriber while many others come. */
import { setTimeout as delay } from 'node:timers/promises';
import { startGateway } from '../support/gateway.mjs';
import { messagesOf, workerOf } from '../support/events.mjs';
import { encode, openPublisher } from '../support/publisher.mjs';
import { startPublishing, startRedis } from '../support/servers.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { median, quantile, ratioOf } from '../support/statistics.mjs';
import { subscribeSse } from '../support/streams.mjs';

const rate = 3_000;
/** Milliseconds between two events whose way is measured. */
const probeInterval = 20;
const subscription = 'subscription { taskEvents { type task { taskId name state } dropped } }';
const probeName = /"taskId":"probe-(\d+)"/g;

const [p50, p99] = ['p50 ms', 'p99 ms'];

/** A gateway of its own for each build; the subscriber receives all events, and times some of them. */
function journey(gateway, seconds) {
  return {
    name: gateway.build.name,
    async measure() {
      const { redis } = gateway;
      const publisher = await openPublisher(redis);
      const sent = [];
      const waits = [];
      const leave = await subscribeSse(gateway, subscription, (chunk) => {
        const now = performance.now();
        for (const [, at] of chunk.latin1Slice(0, chunk.length).matchAll(probeName))
          if (sent[at] !== undefined) waits.push(now - sent[at]);
      });
      const publishing = await startPublishing(redis, { rate, seconds, batch: 1 });
      await delay(500);
      const end = performance.now() + (seconds - 1) * 1_000;
      for (let at = 0; performance.now() < end; at++) {
        const event = {
          type: 'task-received',
          uuid: `probe-${gateway.probes++}`,
          name: 'bench.probe',
          hostname: workerOf(0),
          timestamp: Date.now() / 1_000,
          clock: at,
          pid: 7,
          utcoffset: 0,
          args: '()',
          kwargs: '{}',
        };
        const encoded = encode(messagesOf([event], 1));
        sent[gateway.probes - 1] = performance.now();
        await publisher.publish(encoded);
        await delay(probeInterval);
      }
      const reached = await publishing.done;
      await delay(200);
      leave();
      publisher.close();
      const expected = Object.keys(sent).length;
      return {
        [p50]: median(waits),
        [p99]: quantile(waits, 0.99),
        'events/s': reached.rate,
        'probes lost': expected - waits.length,
      };
    },
  };
}

export const latency = {
  name: 'latency',
  title: 'From an event to a subscriber, at 3,000 events a second',
  goals: [
    { id: 'p50', what: 'p50', unit: 'ms', atMost: 2 },
    { id: 'p99', what: 'p99', unit: 'ms', atMost: 10 },
  ],
  async run({ builds, other, rounds, quick }) {
    const candidates = [];
    for (const build of builds) {
      const redis = await startRedis();
      const gateway = await startGateway(build, redis.url);
      candidates.push(journey({ ...gateway, redis, probes: 0 }, quick ? 2 : 6));
    }
    const results = await interleave(candidates, { rounds });
    const rows = rowsOf(results, 'taskEvents, SSE');
    const middle = (name) => results.get(name)[p50];
    if (other !== null)
      for (const row of rows) row[`of ${other.name}`] = ratioOf(middle(row.of), middle(other.name));
    const own = results.get(builds[0].name);
    return { rows, values: { p50: median(own[p50]), p99: median(own[p99]) } };
  },
};
