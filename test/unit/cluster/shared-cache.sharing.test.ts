import { describe, expect, it } from 'vitest';
import { writeMessage } from '../../../src/cache/shared/bus-message.js';
import type { RedisPort, RedisPortListener } from '../../../src/cache/shared/redis-port.js';
import { SharedCache } from '../../../src/cache/shared/shared-cache.js';
import { SharedStore } from '../../../src/cache/shared/shared-store.js';
import { readConfig } from '../../../src/config/config.js';
import { sharedCacheOf } from '../../../src/cluster/open-shared-cache.js';

/** One that is never opened. */
const port: RedisPort = {
  address: 'redis://nowhere:6379/0',
  isReady: false,
  connection: 0,
  isSubscribed: false,
  downReason: null,
  unsubscribedReason: null,
  open: () => undefined,
  reconnect: () => undefined,
  resubscribe: () => undefined,
  refused: () => undefined,
  run: () => Promise.reject(new Error('it was never opened')),
  close: () => undefined,
};
const broker = 'sentinel://s1:26379/0';

/** The prefix of the keys of a gateway with this configuration. */
function keysOf(args: readonly string[]): string {
  const store = new SharedStore({
    port,
    prefix: 'p:',
    commandTimeout: 50,
    lockTime: 2_000,
    replica: { hostname: 'h', startedAt: 0 },
  });
  const config = readConfig(['--broker', broker, '--master-name', 'one', ...args], {});
  return sharedCacheOf(store, { name: 'default', broker, config })?.name ?? '';
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

it('An invalidation reaches a cluster and the one that takes its place, until each is closed', () => {
  const listeners: RedisPortListener[] = [];
  const forgotten: string[] = [];
  using store = new SharedStore({
    port: { ...port, open: (listener) => void listeners.push(listener) },
    ...{ prefix: 'p:', commandTimeout: 50, lockTime: 2_000 },
    replica: { hostname: 'h', startedAt: 0 },
  });
  const attached = (name: string) => {
    const cache = new SharedCache('shop', store);
    const forget = () => void forgotten.push(name);
    cache.attach({
      forget,
      forgetAll: forget,
      healthChanged: () => undefined,
      report: () => [],
    });
    return cache;
  };
  const [former, next] = [attached('former'), attached('next')];
  store.start();
  const invalidate = () => {
    const targets = [{ cache: 'queue_status', prefix: '' }];
    const message = { kind: 'invalidated', from: 'other', cluster: 'shop', targets } as const;
    listeners[0]?.onMessage(store.channel, writeMessage(message));
    return forgotten.splice(0);
  };
  expect(invalidate()).toEqual(['former', 'next']);
  former[Symbol.dispose]();
  expect(invalidate()).toEqual(['next']);
  next[Symbol.dispose]();
  expect(invalidate()).toEqual([]);
});
