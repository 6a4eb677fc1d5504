/** Candidates take turns: what disturbs the machine for a while disturbs all of them. */
import { load } from './load.mjs';
import { ratioOf, summarise } from './statistics.mjs';
import { cpuMicros } from './usage.mjs';

/**
 * @param candidates `{ name, measure }`; `measure` resolves to figures by name, and gets the number of the round
 * @returns the figures of all rounds but the first, which warms up: `Map` of candidate to figure to its rounds
 */
export async function interleave(candidates, { rounds, warmUp = true }) {
  const results = new Map(candidates.map(({ name }) => [name, {}]));
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    // Every second round in the opposite order, so that none always comes after the same other one.
    const turn = round % 2 === 0 ? candidates : candidates.toReversed();
    for (const { name, measure } of turn) {
      const figures = await measure(round);
      if (round < 0) continue;
      for (const [figure, value] of Object.entries(figures))
        (results.get(name)[figure] ??= []).push(value);
    }
  }
  return results;
}

/** Figures of a server under load. */
export const loadFigures = {
  rate: 'requests/s',
  p50: 'p50 ms',
  p99: 'p99 ms',
  cpu: 'CPU µs/request',
  busy: '% of a core',
};

/** Seconds that a server is given to compile what it runs, at least, before it is measured. */
const warmUpSeconds = 1;

/** @param server `{ child, port }` */
export function underLoad(name, server, request, { seconds, expected, clients }) {
  return {
    name,
    async measure(round) {
      const lasts = round < 0 ? Math.max(seconds, warmUpSeconds) : seconds;
      const [before, started] = [await cpuMicros(server.child), performance.now()];
      const { rate, requests, p50, p99 } = await load(server.port, request, {
        seconds: lasts,
        expected,
        clients,
      });
      const used = (await cpuMicros(server.child)) - before;
      return {
        [loadFigures.rate]: rate,
        [loadFigures.p50]: p50,
        [loadFigures.p99]: p99,
        [loadFigures.cpu]: used / requests,
        [loadFigures.busy]: used / 10 / (performance.now() - started),
      };
    },
  };
}

/** The medians and spreads of each candidate, one row each. */
export function rowsOf(results, what) {
  return [...results].map(([name, figures]) => ({
    case: what,
    of: name,
    ...Object.fromEntries(
      Object.entries(figures).map(([figure, values]) => [figure, summarise(values)]),
    ),
  }));
}

/**
 * How fast a server is beside another: by requests a second and by processor time for each. The lower one counts: where
 * the server waits for the load generator, its rate says nothing.
 */
export function speedRatio(results, name, baseline) {
  const [own, other] = [results.get(name), results.get(baseline)];
  const byRate = ratioOf(own[loadFigures.rate], other[loadFigures.rate]);
  const byCpu = ratioOf(other[loadFigures.cpu], own[loadFigures.cpu]);
  return byRate.median < byCpu.median ? byRate : byCpu;
}
