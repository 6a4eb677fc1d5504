import { describe, expect, it } from 'vitest';
import { CacheStatus } from '../../../src/cache/cache-status.js';
import { cacheHeaders, cacheStatusHeader } from '../../../src/http/cache-status-header.js';
import type { CacheStatusRead } from '../../../src/http/cache-status-header.js';

const read = (more: Partial<CacheStatusRead>): CacheStatusRead => ({
  ...{ status: 'MISS', age: 0, ttl: 2_000, stale: false, collapsed: false },
  ...more,
});
const hit = (ttl: number) => read({ status: 'HIT', ttl, stale: ttl <= 0 });

describe('Cache-Status', () => {
  it.each<[string, CacheStatusRead[], 'request' | 'bypass' | null, string | null]>([
    ['is not there where nothing was read', [], null, null],
    ['is a hit that says what is left', [hit(3_900)], null, 'celeryql; hit; ttl=3'],
    ['says the least that is left', [hit(3_900), hit(1_000)], null, 'celeryql; hit; ttl=1'],
    ['is below zero once it is stale', [hit(-1)], null, 'celeryql; hit; ttl=-1'],
    ['writes zero without a sign', [hit(-0)], null, 'celeryql; hit; ttl=0'],
    ['is a miss that was kept', [read({})], null, 'celeryql; fwd=miss; stored; ttl=2'],
    [
      'is a miss when one of its reads was, with the least that is left of any',
      [hit(1_200), read({})],
      null,
      'celeryql; fwd=miss; stored; ttl=1',
    ],
    [
      'says that others asked first',
      [read({ collapsed: true })],
      null,
      'celeryql; fwd=miss; stored; ttl=2; collapsed',
    ],
    [
      'does not, when something was asked for this answer alone',
      [read({ collapsed: true }), read({})],
      null,
      'celeryql; fwd=miss; stored; ttl=2',
    ],
    [
      'was not kept when it was forgotten meanwhile',
      [read({ ttl: 0 })],
      null,
      'celeryql; fwd=miss; ttl=0',
    ],
    [
      'is stale when an old value stands in for a load that failed',
      [read({ ttl: -500, stale: true })],
      null,
      'celeryql; fwd=stale; ttl=-1',
    ],
    ['is forwarded by the request', [read({})], 'request', 'celeryql; fwd=request; stored; ttl=2'],
    ['is forwarded past the cache', [read({})], 'bypass', 'celeryql; fwd=bypass; stored; ttl=2'],
    [
      'names the shared level first when everything that missed was there',
      [hit(4_000), read({ found: true, ttl: 1_500 })],
      null,
      'celeryql-redis; hit, celeryql; fwd=miss; stored; ttl=1',
    ],
    [
      'does not when something was loaded',
      [read({ found: true }), read({ found: false })],
      null,
      'celeryql; fwd=miss; stored; ttl=2',
    ],
  ])('%s', (_name, reads, bypassed, header) => {
    expect(cacheStatusHeader(reads, bypassed)).toBe(header);
  });
});

describe('the headers of a response', () => {
  const record = (status: CacheStatus, more: Partial<CacheStatusRead>) =>
    status.record({ path: 'workers', cache: 'worker_status', read: { found: false, ...read(more) } });

  it('are none where no cache was read', () => {
    expect(cacheHeaders(new CacheStatus())).toEqual({});
  });

  it('give the age of a hit in whole seconds that have passed', () => {
    const status = new CacheStatus();
    record(status, { status: 'HIT', age: 1_999.9, ttl: 3_000.1 });
    expect(status.summary()).toMatchObject({ age: 2 });
    expect(cacheHeaders(status)).toEqual({
      'X-Cache': 'HIT',
      'X-Cache-Age': '1',
      'Cache-Status': 'celeryql; hit; ttl=3',
    });
  });

  it('give no age as soon as one read was a miss', () => {
    const status = new CacheStatus();
    record(status, { status: 'HIT', age: 1_204, ttl: 3_796 });
    record(status, { collapsed: true });
    expect(cacheHeaders(status)).toEqual({
      'X-Cache': 'MISS',
      'Cache-Status': 'celeryql; fwd=miss; stored; ttl=2; collapsed',
    });
  });

  it('sum up the members of a batch', () => {
    const batch = new CacheStatus();
    const [first, second] = [batch.member(), batch.member()];
    record(first, { status: 'HIT', age: 3_000, ttl: 2_000 });
    record(second, { status: 'HIT', age: 1_000, ttl: 4_000 });
    expect(cacheHeaders(batch)).toEqual({
      'X-Cache': 'HIT',
      'X-Cache-Age': '3',
      'Cache-Status': 'celeryql; hit; ttl=2',
    });

    record(second, {});
    expect(cacheHeaders(batch)).toMatchObject({ 'X-Cache': 'MISS' });
  });
});
