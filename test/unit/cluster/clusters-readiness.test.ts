/** Readiness of a gateway of several clusters. */
import { describe, expect, it } from 'vitest';
import { ClustersReadiness } from '../../../src/cluster/clusters-readiness.js';
import type { ReadinessReport, ReadinessSource } from '../../../src/cluster/readiness.js';

const source = (answer: Promise<ReadinessReport>, embedded = false): ReadinessSource => ({
  embedded,
  report: () => answer,
  [Symbol.dispose]: () => undefined,
});
const check = (status: 'ok' | 'failed') =>
  ({ name: 'broker', status, message: 'at 192.0.2.1' }) as const;
const ready = source(Promise.resolve({ status: 'ready', checks: [check('ok')] }));
const away = source(Promise.resolve({ status: 'not_ready', checks: [check('failed')] }));
const hanging = source(new Promise(() => undefined));

function readinessOf(clusters: readonly ReadinessSource[]): ClustersReadiness {
  const readiness = new ClustersReadiness();
  for (const cluster of clusters) readiness.add(cluster);
  return readiness;
}

describe('several clusters', () => {
  it('are ready when one of them is, and say neither how many there are nor which', async () => {
    expect(await readinessOf([away, ready, away]).report()).toEqual({
      status: 'ready',
      checks: [{ name: 'broker', status: 'ok', message: 'at 192.0.2.1' }],
    });
  });

  it('are not when none is, for the reason of the one that has come furthest', async () => {
    const further = source(
      Promise.resolve({
        status: 'not_ready',
        checks: [check('ok'), { name: 'caches', status: 'failed', message: 'not warm yet' }],
      }),
    );
    expect(await readinessOf([away, further, away]).report()).toEqual({
      status: 'not_ready',
      checks: [
        { name: 'broker', status: 'ok', message: 'at 192.0.2.1' },
        { name: 'caches', status: 'failed', message: 'not warm yet' },
      ],
    });
  });

  it('say that one of them is embedded, whichever is reported', async () => {
    const message = 'embedded: a simulation, no broker is watched';
    const checks = [{ name: 'broker', status: 'ok', message }] as const;
    const embedded = source(Promise.resolve({ status: 'ready', checks }), true);
    expect(await readinessOf([away, embedded]).report()).toEqual({ status: 'ready', checks });
    expect(await readinessOf([ready, embedded]).report()).toEqual({
      status: 'ready',
      checks: [
        {
          name: 'broker',
          status: 'ok',
          message: 'at 192.0.2.1; an embedded cluster, a simulation, is shown too',
        },
      ],
    });
  });

  it('do not wait for one that does not answer, when another is ready', async () => {
    expect((await readinessOf([hanging, ready]).report()).status).toBe('ready');
  });

  it('are stopping together, also while they are asked', async () => {
    const readiness = readinessOf([ready, away]);
    const asked = readiness.report();
    readiness[Symbol.dispose]();
    expect(await asked).toEqual({ status: 'stopping', checks: [] });
    expect(await readiness.report()).toEqual({ status: 'stopping', checks: [] });
  });

  it('count from when they are added until they are removed', async () => {
    const readiness = readinessOf([away]);
    const added = readiness.add(ready);
    expect((await readiness.report()).status).toBe('ready');
    added[Symbol.dispose]();
    expect((await readiness.report()).status).toBe('not_ready');
  });
});
