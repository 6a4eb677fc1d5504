import { describe, expect, it, vi } from 'vitest';
import type { RedisPort } from '../../src/cache/shared/redis-port.js';
import { SharedStore } from '../../src/cache/shared/shared-store.js';
import { readConfig } from '../../src/config.js';
import { sharedCacheOf } from '../../src/shared-level.js';

/** One that is never opened. */
const port: RedisPort = {
  address: 'redis://nowhere:6379/0',
  up: false,
  connection: 0,
  hears: false,
  downReason: null,
  deafReason: null,
  open: () => undefined,
  reconnect: () => undefined,
  resubscribe: () => undefined,
  refused: () => undefined,
  run: () => Promise.reject(new Error('it was never opened')),
  close: () => undefined,
};
const broker = 'sentinel://s1:26379/0';

/** What the keys of a gateway begin with that is told so. */
function keysOf(args: readonly string[]): string {
  const store = new SharedStore({
    ...{ port, prefix: 'p:', commandTimeout: 50, lockTime: 2_000 },
    replica: { hostname: 'h', startedAt: 0 },
  });
  const asked = vi.spyOn(store, 'cluster');
  const config = readConfig(['--broker', broker, '--master-name', 'one', ...args], {});
  sharedCacheOf(store, { name: 'default', broker, config });
  return asked.mock.calls.join();
}

describe('what gateways share', () => {
  it('is the same for the same cluster, with the same password or another', () => {
    expect(keysOf([])).toMatch(/^default-[0-9a-f]{12}$/);
    expect(keysOf(['--sentinel-password', 'other'])).toBe(keysOf([]));
  });

  it('is not that of another master of the same Sentinels', () => {
    expect(keysOf(['--master-name', 'two'])).not.toBe(keysOf([]));
  });

  it('is not that of workers who listen under another prefix', () => {
    expect(keysOf(['--fanout-prefix', 'false'])).not.toBe(keysOf([]));
    expect(keysOf(['--global-keyprefix', 'other'])).not.toBe(keysOf([]));
  });
});
