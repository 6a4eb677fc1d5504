import { expect, it } from 'vitest';
import { ValueCodec } from '../../../src/cache/shared/codec.js';
import { parsePythonJson } from '../../../src/celery/python/python-json.js';
import { readConfig } from '../../../src/config/config.js';
import { silentLogger } from '../../../src/log.js';
import { openSharedStore } from '../../../src/cluster/open-shared-cache.js';

/** The codec of a gateway that is configured so. Nothing connects before the store is started. */
function codecOf(env: Record<string, string> = {}): ValueCodec {
  const config = readConfig([], { CACHE_REDIS_URL: 'redis://127.0.0.1:1', ...env });
  return new ValueCodec(openSharedStore(config, silentLogger)?.options.codec);
}

const compressed = async (codec: ValueCodec, length: number): Promise<number> => {
  await codec.encode('a'.repeat(length));
  return codec.stats.compressed;
};

it('shares numbers of Python as every process reads them, without its own mark', async () => {
  const bytes = await codecOf().encode(parsePythonJson('[1.0, 12345678901234567890]'));

  expect(bytes.subarray(6).toString()).toBe(
    '[{"$":["text","1.0"]},{"$":["text","12345678901234567890"]}]',
  );
});

it('compresses what it shares from 2 kB on, from another size, or never', async () => {
  expect(await compressed(codecOf(), 2_000)).toBe(0);
  expect(await compressed(codecOf(), 2_048)).toBe(1);
  expect(await compressed(codecOf({ CACHE_REDIS_COMPRESSION: '100' }), 100)).toBe(1);
  expect(await compressed(codecOf({ CACHE_REDIS_COMPRESSION: 'off' }), 100_000)).toBe(0);
});

it('reads what a replica with another threshold has written', async () => {
  const never = codecOf({ CACHE_REDIS_COMPRESSION: 'off' });
  const always = codecOf({ CACHE_REDIS_COMPRESSION: '0' });
  const value = { text: 'a'.repeat(5_000) };

  expect(await never.decode(await always.encode(value))).toEqual(value);
  expect(await always.decode(await never.encode(value))).toEqual(value);
});

it('is not there without an address', () => {
  expect(openSharedStore(readConfig([], {}), silentLogger)).toBeNull();
});
