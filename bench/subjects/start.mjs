/** From the start of the command to the first complete answer about four workers. */
import { startGateway } from '../support/gateway.mjs';
import { query } from '../support/load.mjs';
import { stop } from '../support/processes.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { startRedis, startWorkers } from '../support/servers.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { setTimeout as delay } from 'node:timers/promises';

const text = '{ workers { nodes { hostname status stats { concurrency } } } }';
const workers = 4;
const figure = 'ms';
/** Milliseconds between two attempts, and for all of them. */
const [pause, patience] = [5, 30_000];

function firstAnswer(build, redis, viaNpm) {
  return {
    name: viaNpm ? `${build.name}, npm start` : `${build.name}, node`,
    async measure() {
      const started = performance.now();
      const gateway = await startGateway(build, redis.url, { waits: false, viaNpm });
      for (;;) {
        const answer = await query(gateway.port, text).catch(() => null);
        const nodes = answer?.workers?.nodes ?? [];
        if (nodes.length === workers && nodes.every(({ stats }) => stats !== null)) break;
        if (performance.now() - started > patience)
          throw new Error(`no complete answer: ${JSON.stringify(answer)}\n${gateway.child.output()}`);
        await delay(pause);
      }
      const took = performance.now() - started;
      await stop(gateway.child);
      return { [figure]: took };
    },
  };
}

export const start = {
  name: 'start',
  title: 'From the start to the first complete answer about four workers',
  goals: [{ id: 'npm', what: '`npm start` to the first complete answer', unit: 'ms', atMost: 700 }],
  async run({ builds, other, rounds }) {
    const redis = await startRedis();
    await startWorkers(redis, workers);
    const candidates = builds.flatMap((build) =>
      [true, false].map((viaNpm) => firstAnswer(build, redis, viaNpm)),
    );
    const results = await interleave(candidates, { rounds });
    const took = (name) => results.get(name)[figure];
    const rows = rowsOf(results, 'first answer');
    if (other !== null)
      for (const [at, row] of rows.entries())
        row[`of ${other.name}`] = ratioOf(took(row.of), took(rows[2 + (at % 2)].of));
    return { rows, values: { npm: median(took(candidates[0].name)) } };
  },
};
