/** Times and numbers that the docs state in prose are the defaults of the code. */
import { describe, expect, it } from 'vitest';
import { cacheDefaults } from '../../src/cache/cache-defaults.js';
import { settings } from '../../src/config/settings.js';
import { unwrapped } from '../support/documentation.js';

const { cacheLockTime, cacheRedisTimeout } = settings;
const statements = [
  {
    page: 'docs/operations.md',
    says: /at most `--cache-lock-time` \((\d+) s\)/,
    value: cacheLockTime.default / 1_000,
  },
  {
    page: 'docs/operations.md',
    says: /It has (\d+) ms to answer \(`--cache-redis-timeout`\)/,
    value: cacheRedisTimeout.default,
  },
  ...Object.entries(cacheDefaults).map(([name, { ttl }]) => ({
    page: 'docs/caching.md',
    says: new RegExp(`\\| \`${name}\` \\| [^|]+ \\| (\\d+) s`),
    value: ttl / 1_000,
  })),
];

describe('the documentation', () => {
  it.each(statements)('states in $page the default of $says', ({ page, says, value }) => {
    expect(Number(says.exec(unwrapped(page))?.[1])).toBe(value);
  });
});
