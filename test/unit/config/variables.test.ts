import { describe, expect, it } from 'vitest';
import { misspelledSettings, readConfig } from '../../../src/config/config.js';
import { ConfigError } from '../../../src/errors.js';

const meant = (name: string): string | undefined =>
  misspelledSettings({ [name]: 'x' }).map(({ setting }) => setting)[0];

describe('A variable that looks like a setting', () => {
  it.each([
    ['BROKER_ULR', 'BROKER_URL'],
    ['BROKERURL', 'BROKER_URL'],
    ['BROKER_URLS', 'BROKER_URL'],
    ['broker_url', 'BROKER_URL'],
    ['CELERYBROKER_URL', 'CELERY_BROKER_URL'],
    ['CLUSTER_FILE', 'CLUSTERS_FILE'],
    ['LOGLEVEL', 'LOG_LEVEL'],
  ])('%s is taken for %s', (name, setting) => {
    expect(meant(name)).toBe(setting);
  });

  it.each([
    'POST',
    'HOSTS',
    'SHELL',
    'BROKER',
    'CELERY_BROKER',
    'DATABASE_URL',
    'REDIS_URL',
    'BROKER_USER',
  ])('%s is taken for none', (name) => {
    expect(meant(name)).toBeUndefined();
  });

  it('is none where the setting itself is set, or where it is empty', () => {
    expect(misspelledSettings({ BROKER_URI: 'x', BROKER_URL: 'redis://a' })).toEqual([]);
    expect(misspelledSettings({ BROKER_URI: '' })).toEqual([]);
  });

  it('keeps the gateway from showing the embedded cluster in place of the broker', () => {
    const message = 'BROKER_ULR is not a setting; did you mean BROKER_URL?';
    expect(() => readConfig([], { BROKER_ULR: 'redis://a' })).toThrow(new ConfigError(message));
    expect(readConfig(['--broker', 'redis://b'], { BROKER_ULR: 'redis://a' }).broker).not.toBeNull();
    expect(readConfig(['--broker', 'embedded'], { BROKER_ULR: 'redis://a' }).broker).toBeNull();
  });
});

describe('A variable with the prefix CELERYQL_', () => {
  it.each([
    ['CELERYQL_BROKR_URL', 'CELERYQL_BROKR_URL is not a setting; did you mean CELERYQL_BROKER_URL?'],
    ['CELERYQL_PROT', 'CELERYQL_PROT is not a setting; did you mean CELERYQL_PORT?'],
    [
      'CELERYQL_CACHE_WORKER_STATUS_TTL',
      'CELERYQL_CACHE_WORKER_STATUS_TTL is not a setting; did you mean CACHE_WORKER_STATUS_TTL?',
    ],
    ['CELERYQL_DEBUG', 'CELERYQL_DEBUG is not a setting; --help lists all settings'],
    ['CELERYQL_\n', 'CELERYQL_? is not a setting; --help lists all settings'],
  ])('%j is refused', (name, message) => {
    expect(() => readConfig([], { [name]: 'x' })).toThrow(new ConfigError(message));
    expect(() => readConfig(['--broker', 'redis://a'], { [name]: 'x' })).toThrow(ConfigError);
  });

  it('names the broker as the variable without it does', () => {
    expect(readConfig([], { CELERYQL_BROKER_URL: 'redis://a' }).broker).not.toBeNull();
    expect(readConfig([], { CELERYQL_BROKER_URL: 'redis://a', BROKER_ULR: 'x' }).broker).not.toBeNull();
  });
});

describe('Without a broker', () => {
  it.each(['127.0.0.1', '::1', 'localhost'])('the embedded cluster is shown at %s', (host) => {
    expect(readConfig(['--host', host], {}).broker).toBeNull();
  });

  it.each(['0.0.0.0', '::', '10.1.2.3', 'celeryql.example.com'])(
    'the embedded cluster is shown at %s only to who asks for it',
    (host) => {
      expect(() => readConfig(['--host', host], {})).toThrow(
        new ConfigError(
          `--host ${host} would show the embedded cluster, a simulation, to other machines: set BROKER_URL or ` +
            '--clusters-file to watch a real one, or set --broker embedded',
        ),
      );
      expect(readConfig(['--host', host, '--broker', 'embedded'], {}).broker).toBeNull();
      expect(readConfig(['--host', host], { BROKER_URL: 'embedded' }).broker).toBeNull();
    },
  );
});
