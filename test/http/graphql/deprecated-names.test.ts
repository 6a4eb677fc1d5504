/** Deprecated names answer as before, beside those that replace them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

describe('a deprecated field', () => {
  it.each([
    ['gateway { broker { old: since new: changedAt } }', 'gateway.broker'],
    ['gateway { events { gaps { old: from new: startedAt } } }', 'gateway.events.gaps.0'],
    ['gateway { events { gaps { old: to new: endedAt } } }', 'gateway.events.gaps.0'],
    ['cacheStats { old: timestamp new: measuredAt }', 'cacheStats'],
  ])('has the value of the new one: %s', async (selection, path) => {
    const { data, errors } = await server.query(`{ ${selection} }`);
    expect(errors).toBeUndefined();
    const parent = path
      .split('.')
      .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], data);
    expect(parent).toHaveProperty('new');
    const { old, new: current } = parent as { old: unknown; new: unknown };
    expect(old).toBe(current);
  });

  it('has the lower-case name of what is an enum now', async () => {
    const { data } = await server.query('{ gateway { broker { kind transport } } }');
    expect(data).toEqual({ gateway: { broker: { kind: 'memory', transport: 'MEMORY' } } });
  });

  it('has the time of an audit record', async () => {
    await server.query('mutation { pingWorkers { silent } }');
    const { data } = await server.query<{
      audit: { nodes: { at: string; receivedAt: string }[] };
    }>('{ audit { nodes { at receivedAt } } }');
    const [record] = data?.audit.nodes ?? [];
    expect(record?.receivedAt).toMatch(/Z$/);
    expect(record?.at).toBe(record?.receivedAt);
  });
});

describe('a deprecated filter', () => {
  it('selects the same audit records, and is refused beside the current one', async () => {
    await server.query('mutation { pingWorkers { silent } invalidateCache { caches } }');
    const { data } = await server.query(`{
      former: audit(action: "pingWorkers") { nodes { kind action } }
      current: audit(kind: PING_WORKERS) { nodes { kind action } }
      both: audit(kind: PING_WORKERS, action: "pingWorkers") { nodes { kind } }
    }`);
    const nodes = [{ kind: 'PING_WORKERS', action: 'pingWorkers' }];
    expect(data).toEqual({ former: { nodes }, current: { nodes }, both: null });
  });

  it.each([
    ['workers: ["worker1@embedded"]', 'hostnames: ["worker1@embedded"]'],
    ['received: { after: "-1h" }', 'receivedAt: { after: "-1h" }'],
    ['started: { after: "-1h" }', 'startedAt: { after: "-1h" }'],
    ['finished: { after: "-1h" }', 'finishedAt: { after: "-1h" }'],
  ])('selects the same tasks: %s', async (former, current) => {
    const { data, errors } = await server.query<{
      former: { totalCount: number };
      current: { totalCount: number };
    }>(
      `{ former: tasks(filter: { ${former} }) { totalCount } current: tasks(filter: { ${current} }) { totalCount } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.former).toEqual(data?.current);
  });
});
