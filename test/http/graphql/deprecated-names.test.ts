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
    const { data } = await server.query<{ audit: { at: string; receivedAt: string }[] }>(
      '{ audit { at receivedAt } }',
    );
    expect(data?.audit[0]?.at).toBe(data?.audit[0]?.receivedAt);
  });
});

describe('a deprecated filter', () => {
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
