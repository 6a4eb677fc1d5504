/**
 * Readiness of a gateway of several clusters: one of them is enough, since the others' outage is theirs. Strangers may
 * ask: the answer is that of a gateway of one cluster, without the number or the names of them. Those who may read find
 * each cluster's state in `clusters`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadinessReport, ReadinessSource } from './readiness.js';

/** Said of the broker where an embedded cluster is shown beside the one that is reported: its figures are invented. */
const embeddedToo = 'an embedded cluster, a simulation, is shown too';
/** Milliseconds that the others get when one is ready: a broker that hangs must not make the probe time out. */
const grace = 100;

export class ClustersReadiness implements ReadinessSource {
  readonly #clusters = new Set<ReadinessSource>();
  #isStopping = false;

  /** Asks this one too, until what is returned is disposed of. */
  add(cluster: ReadinessSource): Disposable {
    this.#clusters.add(cluster);
    return { [Symbol.dispose]: () => void this.#clusters.delete(cluster) };
  }

  get embedded(): boolean {
    return Array.from(this.#clusters).some(({ embedded }) => embedded);
  }

  async report(): Promise<ReadinessReport> {
    const reports = this.#isStopping ? [] : await this.#reports();
    if (this.#isStopping) return { status: 'stopping', checks: [] };
    const [first, ...others] = reports;
    if (first === undefined) throw new Error('no cluster has reported');
    const best = others.reduce((best, report) => (passed(report) > passed(best) ? report : best), first);
    const { status, checks } = best;
    return this.embedded && !best.embedded ? withEmbedded(best) : { status, checks };
  }

  [Symbol.dispose](): void {
    this.#isStopping = true;
  }

  /** Of those that answered: all, or some when one of them is ready. */
  async #reports(): Promise<readonly ClusterReport[]> {
    const answered: ClusterReport[] = [];
    let found = (): void => undefined;
    const one = new Promise<void>((resolve) => (found = resolve));
    const all = Promise.all(
      Array.from(this.#clusters, async (cluster) => {
        const report = await cluster.report();
        answered.push({ ...report, embedded: cluster.embedded });
        if (report.status === 'ready') found();
      }),
    );
    await Promise.race([all, one.then(() => delay(grace, undefined, { ref: false }))]);
    return [...answered];
  }
}

interface ClusterReport extends ReadinessReport {
  /** Whether it is of an embedded cluster. */
  readonly embedded: boolean;
}

function withEmbedded({ status, checks }: ReadinessReport): ReadinessReport {
  const noted = checks.map((check) =>
    check.name === 'broker' ? { ...check, message: `${check.message}; ${embeddedToo}` } : check,
  );
  return { status, checks: noted };
}

/** How far a cluster has come: one that is ready has passed all checks. */
function passed({ status, checks }: ReadinessReport): number {
  return status === 'ready' ? Infinity : checks.filter((check) => check.status === 'ok').length;
}
