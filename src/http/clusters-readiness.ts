/**
 * Readiness of a gateway of several clusters: one of them is enough, since the others' outage is theirs. Anybody may ask:
 * the answer has numbers and no names.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadinessCheck, ReadinessReport, ReadinessSource } from './readiness.js';

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
    const total = this.#clusters.length;
    const ready = reports.filter(({ status }) => status === 'ready').length;
    const names = new Set(reports.flatMap(({ checks }) => checks.map(({ name }) => name)));
    const checks = [...names].map((name): ReadinessCheck => {
      const ok = reports.filter((report) => isOk(report, name)).length;
      return { name, status: ok > 0 ? 'ok' : 'failed', message: `${ok} of ${total}` };
    });
    const summary: ReadinessCheck = {
      ...{ name: 'clusters', status: ready > 0 ? 'ok' : 'failed' },
      message: `${ready} of ${total} ready`,
    };
    return { status: ready > 0 ? 'ready' : 'not_ready', checks: [...checks, summary] };
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

function isOk({ checks }: ReadinessReport, wanted: ReadinessCheck['name']): boolean {
  return checks.some(({ name, status }) => name === wanted && status === 'ok');
}
