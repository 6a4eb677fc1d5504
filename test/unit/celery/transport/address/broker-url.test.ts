import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseBrokerUrl } from '../../../../../src/celery/transport/address/broker-url.js';
import { describeRedisAddress } from '../../../../../src/celery/transport/address/redis-address.js';
import { parseResultBackendUrl } from '../../../../../src/celery/transport/address/result-backend-url.js';
import { ConfigError } from '../../../../../src/errors.js';

const dir = mkdtempSync(join(tmpdir(), 'celeryql-url-'));
const garbage = join(dir, 'hunter3.pem');
writeFileSync(garbage, 'no certificate');
afterAll(() => rmSync(dir, { recursive: true }));

const address = { scheme: 'redis', tls: null, db: 0, username: null, password: null };
const tcp = (host = '127.0.0.1', port = 6379) => ({ kind: 'tcp', host, port });

describe('parseBrokerUrl', () => {
  it.each([
    ['redis://', tcp(), {}],
    ['redis:///', tcp(), {}],
    ['redis:///3', tcp(), { db: 3 }],
    ['redis://host', tcp('host'), {}],
    ['redis://host/', tcp('host'), {}],
    ['redis://host:6380', tcp('host', 6380), {}],
    ['redis://host:6380/15', tcp('host', 6380), { db: 15 }],
    ['redis://host/15?db=7&virtual_host=8', tcp('host'), { db: 15 }],
    ['REDIS://host', tcp('host'), {}],
    ['redis://:6380/1', tcp(undefined, 6380), { db: 1 }],
    ['redis://:hunter3@host/1', tcp('host'), { db: 1, password: 'hunter3' }],
    ['redis://:hunter3@', tcp(), { password: 'hunter3' }],
    ['redis://:hunter3@:6380/1', tcp(undefined, 6380), { db: 1, password: 'hunter3' }],
    ['redis://user:hunter3@host', tcp('host'), { username: 'user', password: 'hunter3' }],
    ['redis://user@host', tcp('host'), { username: 'user' }],
    ['redis://u%40x:p%40s%2Fs%3A%25@host', tcp('host'), { username: 'u@x', password: 'p@s/s:%' }],
    ['redis://[::1]:6380/2', tcp('::1', 6380), { db: 2 }],
    ['redis://:hunter3@[2001:db8::7]/2', tcp('2001:db8::7'), { db: 2, password: 'hunter3' }],
    ['redis://redis_1.internal/0', tcp('redis_1.internal'), {}],
    ['redis+socket:///run/redis.sock', { kind: 'unix', path: '/run/redis.sock' }, {}],
    ['redis+socket:///a%20b?virtual_host=2&db=3', { kind: 'unix', path: '/a b' }, { db: 2 }],
    ['redis+socket:///a?virtual_host=/2', { kind: 'unix', path: '/a' }, { db: 2 }],
    ['redis+socket://:hunter3@/a', { kind: 'unix', path: '/a' }, { password: 'hunter3' }],
  ])('reads %s', (text, place, expected) => {
    expect(parseBrokerUrl(text)).toEqual({ ...address, place, ...expected });
  });

  const unnamed = { kind: 'sentinel', masterName: '', username: null, password: null, tls: false };
  it.each([
    ['sentinel://', [['127.0.0.1', 26379]], {}],
    ['sentinel://a/2', [['a', 26379]], { db: 2 }],
    ['sentinel://a:1/2;sentinel://b:2/3', [['a', 1], ['b', 2]], { db: 2 }], // prettier-ignore
    ['sentinel://a; sentinel://b/3;', [['a', 26379], ['b', 26379]], { db: 0 }], // prettier-ignore
    ['sentinel://u:hunter3@a', [['a', 26379]], { username: 'u', password: 'hunter3' }],
  ])('reads %s: the first has database and credentials of the master', (text, hosts, expected) => {
    const sentinels = hosts.map(([host, port]) => ({ host, port }));
    expect(parseBrokerUrl(text)).toEqual({
      ...{ ...address, place: { ...unnamed, sentinels } },
      ...expected,
    });
  });

  const tls = { verify: true, checkHostname: true };
  it.each([
    ['rediss://host', tls],
    ['rediss://host?ssl_cert_reqs=required', tls],
    ['rediss://host?ssl_cert_reqs=CERT_REQUIRED&ssl_check_hostname=True', tls],
    ['rediss://host?ssl_cert_reqs=optional', tls],
    ['rediss://host?ssl_cert_reqs=CERT_OPTIONAL', tls],
    ['rediss://host?ssl_check_hostname=False', { verify: true, checkHostname: false }],
    ['rediss://host?ssl_cert_reqs=none', { verify: false, checkHostname: false }],
    ['rediss://host?ssl_cert_reqs=CERT_NONE', { verify: false, checkHostname: false }],
    ['redis://host?ssl_cert_reqs=none', { verify: false, checkHostname: false }],
    ['sentinel://host?ssl_cert_reqs=required', tls],
  ])('reads %s, and verifies by default', (text, expected) => {
    expect(parseBrokerUrl(text)).toMatchObject({ tls: expected });
  });

  const database = 'must end in the number of a database, as in redis://host:6379/0';
  const sentinel = 'sentinel://host1:26379/0;sentinel://host2:26379';
  it.each([
    ['', 'is not a URL such as redis://host:6379/0'],
    ['hunter3', 'is not a URL such as redis://host:6379/0'],
    ['host:6379', 'is not a URL such as redis://host:6379/0'],
    ['redis:/hunter3', 'is not a URL such as redis://host:6379/0'],
    ['redis://:hunter3@host:port/0', 'has a port that is not a number from 0 to 65535'],
    ['redis://:hunter3@host:99999/0', 'has a port that is not a number from 0 to 65535'],
    ['redis://:hunter3@[::1/0', 'is not a URL such as redis://host:6379/0'],
    ['redis://:hunter3@host/one', database],
    ['redis://:hunter3@host/-1', database],
    ['redis://:hunter3@host/1/2', database],
    ['redis+socket:///hunter3?virtual_host=one', database],
    [
      'redis+socket://run/hunter3',
      'must have three slashes before the path, as in redis+socket:///run/redis.sock',
    ],
    [
      'redis+socket:///',
      'must have three slashes before the path, as in redis+socket:///run/redis.sock',
    ],
    ['sentinel://:hunter3@a:port', 'has a port that is not a number from 0 to 65535'],
    ['sentinel://a;hunter3:26379', `must have sentinel:// before each address, as in ${sentinel}`],
    ['sentinel://a;redis://hunter3', `must have sentinel:// before each address, as in ${sentinel}`],
    [
      'sentinel://a;sentinel://hunter3?ssl_cert_reqs=none',
      'must have its parameters at the first address, where Celery looks for them',
    ],
    ['rediss://host?ssl_cert_reqs=hunter3', 'must have required, optional or none in ssl_cert_reqs'],
    [
      'rediss://host?ssl_hunter3=1',
      'has an ssl_ parameter that is none of ssl_ca_certs, ssl_certfile, ssl_keyfile, ssl_cert_reqs, ssl_check_hostname, ssl_password',
    ],
    [
      'rediss://host?ssl_ca_certs=/hunter3.pem',
      'names a file in ssl_ca_certs that cannot be read (ENOENT)',
    ],
    ['rediss://host?ssl_keyfile=/', 'names something in ssl_keyfile that is not a file'],
    [
      `rediss://host?ssl_certfile=${garbage}`,
      'names certificates or a key that OpenSSL does not accept',
    ],
    ['redis://:hunter%zz3@host/0', 'has a percent sign that is not followed by two hexadecimal digits'],
    [
      'sqs://guest:hunter3@host//',
      'has scheme sqs://, but only redis://, rediss://, sentinel://, redis+socket://, amqp://, pyamqp://, librabbitmq://, amqps:// can be watched',
    ],
  ])('refuses %s: %s', (text, message) => {
    // prettier-ignore
    expect(() => parseBrokerUrl(text)).toThrow(new ConfigError(message));
    expect(message).not.toContain('hunter3');
  });
});

describe('parseResultBackendUrl', () => {
  it.each([
    ['redis://host/1', { ...address, place: tcp('host'), db: 1 }],
    ['redis://host/1?db=2', { ...address, place: tcp('host'), db: 2 }],
    ['redis+socket:///a?virtual_host=1', { ...address, place: { kind: 'unix', path: '/a' }, db: 1 }],
    ['socket:///a?db=2', { ...address, place: { kind: 'unix', path: '/a' }, db: 2 }],
  ])('reads %s', (text, expected) => {
    expect(parseResultBackendUrl(text)).toEqual(expected);
  });

  it.each([
    ['rpc://', 'rpc://'],
    ['rpc', 'rpc'],
    ['django-db', 'django-db'],
    ['db+postgresql://user:hunter3@host/hunter3', 'db+postgresql://'],
    ['cache+memcached://hunter3', 'cache+memcached://'],
    ['mongodb://user:hunter3@host', 'mongodb://'],
    ['s3://hunter3', 's3://'],
    ['file:///var/hunter3', 'file://'],
    ['amqp://guest:hunter3@host//', 'amqp://'],
    ['company.backends:Hunter3', 'this backend'],
    ['hunter3', 'this backend'],
  ])('knows that %s is one, of which nothing but %s may be shown', (text, name) => {
    expect(parseResultBackendUrl(text)).toEqual({ scheme: 'unreadable', name });
  });

  it.each([
    ['redis:/hunter3', 'is not a URL such as redis://host:6379/1, nor the name of a result backend'],
    ['', 'is not a URL such as redis://host:6379/1, nor the name of a result backend'],
    ['redis://host?ssl_cert_reqs=none', 'has ssl_ parameters, for which Celery wants rediss://'],
    ['redis://:hunter3@host/one', 'must end in the number of a database, as in redis://host:6379/0'],
  ])('refuses %s: %s', (text, message) => {
    expect(() => parseResultBackendUrl(text)).toThrow(new ConfigError(message));
  });
});

describe('describeRedisAddress', () => {
  it.each([
    ['redis://user:hunter3@host:6380/2', 'redis://host:6380/2'],
    ['redis://', 'redis://127.0.0.1:6379/0'],
    ['redis://[::1]/1', 'redis://[::1]:6379/1'],
    ['rediss://:hunter3@host?ssl_cert_reqs=none', 'rediss://host:6379/0'],
    ['redis+socket://:hunter3@/run/redis.sock', 'redis+socket:///run/redis.sock?virtual_host=0'],
    ['sentinel://:hunter3@a/2;sentinel://b:1', 'sentinel://a:26379;sentinel://b:1/2'],
  ])('shows %s as %s', (text, shown) => {
    const address = parseBrokerUrl(text);
    expect(address.scheme === 'redis' && describeRedisAddress(address)).toBe(shown);
  });
});
