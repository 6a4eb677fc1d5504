/**
 * Readiness of a gateway of several clusters: one of them is enough, since the others' outage is theirs. Strangers may
 * ask: the answer is that of a gateway of one cluster, without the number or the names of them. Those who may read find
 * each cluster's state in `clusters`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadinessReport, ReadinessSource } from './readiness.js';

/** Milliseconds that the others get when one is ready: a broker that hangs must not make the probe time out. */
const grace = 100;

export function readinessOf(clusters: readonly ReadinessSource[]): ReadinessSource {
  const [first, ...others] = clusters;
  return first !== undefined && others.length === 0 ? first : new ClustersReadiness(clusters);
}

export class ClustersReadiness implements ReadinessSource {
  readonly #clusters: readonly ReadinessSource[];

  constructor(clusters: readonly ReadinessSource[]) {
    this.#clusters = clusters;
  }

  async report(): Promise<ReadinessReport> {
    const reports = await this.#reports();
    if (reports.some(({ status }) => status === 'stopping')) return { status: 'stopping', checks: [] };
    const [first, ...others] = reports;
    if (first === undefined) throw new Error('no cluster has reported');
    return others.reduce((best, report) => (passed(report) > passed(best) ? report : best), first);
  }

  [Symbol.dispose](): void {
    for (const cluster of this.#clusters) cluster[Symbol.dispose]();
  }

  /** Of those that answered: all, or some when one of them is ready. */
  async #reports(): Promise<readonly ReadinessReport[]> {
    const answered: ReadinessReport[] = [];
    let found = (): void => undefined;
    const one = new Promise<void>((resolve) => (found = resolve));
    const all = Promise.all(
      this.#clusters.map(async (cluster) => {
        const report = await cluster.report();
        answered.push(report);
        if (report.status === 'ready') found();
      }),
    );
    await Promise.race([all, one.then(() => delay(grace, undefined, { ref: false }))]);
    return [...answered];
  }
}

/** How far a cluster has come: one that is ready has passed all checks. */
function passed({ status, checks }: ReadinessReport): number {
  return status === 'ready' ? Infinity : checks.filter((check) => check.status === 'ok').length;
}
