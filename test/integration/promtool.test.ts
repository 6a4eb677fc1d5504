/** promtool accepts what `/metrics` says in both formats, and the rules in `dashboard/`, each of which it tests. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { samplesOf, valuesOf } from '../support/exposition.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { promtool } from '../support/promtool.js';
import { describeWith } from '../support/requirements.js';

const dashboard = join(import.meta.dirname, '..', '..', 'dashboard');

describeWith(['promtool'], 'promtool', () => {
  let gateway: TestGateway;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'celeryql-promtool-'));
    gateway = await startTestGateway();
    await gateway.query('{ health { status } workers { nodes { hostname } } }');
    await eventually(async () => {
      const samples = samplesOf(await (await gateway.fetch('/metrics')).text());
      expect(valuesOf(samples, 'celeryql_task_runtime_seconds_count').length).toBeGreaterThan(2);
      expect(valuesOf(samples, 'celeryql_worker_slots')).toHaveLength(3);
    }, 15_000);
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('has nothing to complain of in a scrape', async () => {
    const text = await (await gateway.fetch('/metrics')).text();
    expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, output: '' });
  });

  it('reads a scrape in OpenMetrics to its end, sample by sample', async () => {
    const accept = 'application/openmetrics-text;version=1.0.0';
    const text = await (await gateway.fetch('/metrics', { headers: { accept } })).text();
    // Only what has timestamps can be stored, which is the one way to have promtool read this format.
    const stamped = text.replace(/^([^#\n].*)$/gm, `$1 ${Math.floor(Date.now() / 1000)}`);
    const read = async (name: string, content: string) => {
      const path = join(directory, name);
      await writeFile(path, content);
      return promtool([
        'tsdb',
        'create-blocks-from',
        'openmetrics',
        path,
        join(directory, `${name}.db`),
      ]);
    };

    expect(await read('whole', stamped)).toMatchObject({ status: 0 });
    const cut = await read('cut', stamped.replace('# EOF\n', ''));
    expect(cut.status).not.toBe(0);
    expect(cut.output).toContain('does not end with # EOF');
  });

  it('accepts the rules and the alerts', () => {
    const { status, output } = promtool(['check', 'rules', join(dashboard, 'alerts.yml')]);
    expect(output).toMatch(/SUCCESS: \d+ rules found/);
    expect(status).toBe(0);
  });

  it('sees each alert ring when it must, and only then', () => {
    const { status, output } = promtool(['test', 'rules', join(dashboard, 'alerts.test.yml')]);
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('would see an alert that rings too late, or for nothing', async () => {
    const rules = await readFile(join(dashboard, 'alerts.yml'), 'utf8');
    const tests = await readFile(join(dashboard, 'alerts.test.yml'), 'utf8');
    await writeFile(join(directory, 'alerts.test.yml'), tests);
    const planted = [
      rules.replace(
        'celeryql_worker_up == 0\n        for: 30s',
        'celeryql_worker_up == 0\n        for: 5m',
      ),
      rules.replace('celeryql_cache_utilization_ratio > 0.7', 'celeryql_cache_utilization_ratio >= 0.7'),
    ];
    for (const faulty of planted) {
      expect(faulty).not.toBe(rules);
      await writeFile(join(directory, 'alerts.yml'), faulty);
      expect(promtool(['test', 'rules', join(directory, 'alerts.test.yml')]).output).toContain('FAILED');
    }
  });
});
