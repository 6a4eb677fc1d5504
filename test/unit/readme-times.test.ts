/** Times and numbers that the README and docs state in prose are the defaults of the code. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cacheDefaults } from '../../src/cache/cache-defaults.js';
import { settings } from '../../src/config.js';

const read = (file: string): string =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
const readme = read('README.md');

const { cacheLockTime, cacheRedisTimeout } = settings;
const statements = [
  { says: /at most `--cache-lock-time` \((\d+) s\)/, value: cacheLockTime.default / 1_000 },
  { says: /it has (\d+) ms to answer \(`--cache-redis-timeout`\)/, value: cacheRedisTimeout.default },
  ...Object.entries(cacheDefaults).map(([name, { ttl }]) => ({
    says: new RegExp(`\\| \`${name}\` \\| [^|]+ \\| (\\d+) s`),
    value: ttl / 1_000,
  })),
];

describe('the README', () => {
  it.each(statements)('states the default of $says', ({ says, value }) => {
    expect(Number(says.exec(readme)?.[1])).toBe(value);
  });
});
