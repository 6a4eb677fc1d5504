/** One scrape of a gateway, as Prometheus makes it. */
import { samplesOf, valuesOf, type Sample } from './exposition.js';
import type { TestGateway } from './gateway.js';

export interface Scraped {
  readonly samples: readonly Sample[];
  readonly milliseconds: number;
  /** Of all series of this name, without the prefix, that have these labels. */
  readonly values: (name: string, labels?: Readonly<Record<string, string>>) => readonly number[];
}

export async function scrape(gateway: TestGateway): Promise<Scraped> {
  const started = performance.now();
  const response = await gateway.fetch('/metrics');
  const text = await response.text();
  const milliseconds = performance.now() - started;
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}: ${text}`);
  const samples = samplesOf(text);
  return {
    samples,
    milliseconds,
    values: (name, labels) => valuesOf(samples, `celeryql_${name}`, labels),
  };
}
