/** A gateway over several clusters of one file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clusters-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('shows the clusters of its file', async () => {
  const path = join(folder, 'clusters.json');
  const clusters = ['one', 'two'].map((name) => ({ name, embedded: true }));
  writeFileSync(path, JSON.stringify({ clusters }));
  await using gateway = await startTestGateway({ args: ['--clusters-file', path] });
  await eventually(async () => {
    const { status } = await gateway.fetch('/health/ready');
    expect(status).toBe(200);
  });
  const { data, errors } = await gateway.query(
    '{ clusters { name embedded broker { kind } health { status } } workers(cluster: "two") { nodes { cluster } } }',
  );
  expect(errors).toBeUndefined();
  const shown = { embedded: true, broker: { kind: 'memory' } };
  expect(data).toMatchObject({
    clusters: [
      { name: 'one', ...shown },
      { name: 'two', ...shown },
    ],
    workers: { nodes: [{ cluster: 'two' }, { cluster: 'two' }, { cluster: 'two' }] },
  });
});
