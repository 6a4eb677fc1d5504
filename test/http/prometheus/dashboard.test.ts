/** The dashboard and the alerts ask for nothing that `/metrics` does not have. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { prefix, series } from '../../../src/prometheus/series.js';
import { eventually } from '../../support/eventually.js';
import { startTestServer } from '../test-server.js';

const file = (name: string): string =>
  readFileSync(new URL(`../../../dashboard/${name}`, import.meta.url), 'utf8');

const panel = z.object({
  title: z.string(),
  datasource: z.object({ uid: z.literal('${datasource}') }).optional(),
  targets: z.array(z.object({ expr: z.string() })).optional(),
});
const dashboard = z
  .object({
    panels: z.array(panel),
    templating: z.object({ list: z.array(z.object({ name: z.string() })) }),
  })
  .parse(JSON.parse(file('grafana.json')));
const alerts = file('alerts.yml');

/** Parts of a histogram count as the histogram; what the rules record is not among them. */
function metricsIn(text: string): string[] {
  const names = [...text.matchAll(/\b(?:celeryql|nodejs|process)_\w+(?!\w*:)/g)].map(([name]) =>
    name.replace(/(?<=_seconds)_(bucket|sum|count)$/, ''),
  );
  return [...new Set(names)].sort();
}

/** Families of a scrape of the embedded cluster, in which everything happens. */
async function families(): Promise<readonly string[]> {
  await using server = await startTestServer();
  return await eventually(async () => {
    server.clock.now += 10_000; // what is cached is old
    await server.query('{ health { status } }');
    const text = await (await server.fetch('/metrics')).text();
    const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
    const rows = Object.keys(series)
      .filter((name) => !/^(cache_adaptive|settings_file|shared_cache)_/.test(name)) // only where it is configured
      .map((name) => prefix + name);
    expect(rows.filter((name) => !names.includes(name))).toEqual([]);
    return names;
  }, 10_000);
}

describe('the dashboard', () => {
  const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

  it('shows nothing that /metrics does not have, and the alerts ask for nothing else', async () => {
    const known = await families();
    const asked = metricsIn([...expressions, alerts].join('\n'));
    expect(asked.length).toBeGreaterThan(40);
    // Of the shared level, which needs a Redis, the integration tests know more.
    const missing = asked.filter((name) => !known.includes(name));
    expect(missing.filter((name) => !name.startsWith(`${prefix}shared_cache_`))).toEqual([]);
  });

  it('asks for recorded series that the rules record', () => {
    const recorded = [...alerts.matchAll(/record: (\S+)/g)].map(([, name]) => name);
    const asked = [...expressions.join('\n').matchAll(/\bceleryql:[\w:]+/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !recorded.includes(name))).toEqual([]);
  });

  it('has panels for the cluster, queues, workers, the caches and the gateway, and no title twice', () => {
    const titles = dashboard.panels.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining([
        'Cluster',
        'Queues',
        'Workers',
        'Cache',
        'Gateway',
        'Hit rate of clients',
      ]),
    );
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual([
      'datasource',
      'cluster',
      'job',
      'instance',
    ]);
  });

  it('filters every query by the chosen cluster or gateway', () => {
    const unfiltered = expressions.filter((expr) => !/\$cluster|\$instance/.test(expr));
    expect(unfiltered).toEqual([]);
  });
});

describe('the alerts', () => {
  const names = [...alerts.matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);

  it('are each tested to ring', () => {
    const tests = file('alerts.test.yml');
    const ringing = [...tests.matchAll(/alertname: (\w+)\n +eval_time: \w+\n +exp_alerts:/g)];
    expect(new Set(ringing.map(([, name]) => name))).toEqual(new Set(names));
    expect(names.length).toBeGreaterThan(15);
  });

  it("has the requirements' recommendations among them, with their thresholds", () => {
    const expression = (name: string): string | undefined =>
      new RegExp(`alert: ${name}\\n\\s+expr: (?:\\|\\n)?([^]*?)\\n\\s+(?:for|labels):`).exec(
        alerts,
      )?.[1];
    expect(expression('CeleryqlCacheHitRateLow')).toContain(' < 0.6\n');
    expect(expression('CeleryqlCacheEvictionsFrequent')).toBe(
      'increase(celeryql_cache_evictions_total[1h]) > 10',
    );
    expect(expression('CeleryqlCacheUtilizationHigh')).toBe('celeryql_cache_utilization_ratio > 0.7');
  });
});
