/** Addresses of Redis as kombu takes them: lists of servers, slashes, and parts that are missing. */
import { describe, expect, it } from 'vitest';
import { parseBrokerUrl } from '../../../../../src/celery/transport/address/broker-url.js';
import { describeRedisAddress } from '../../../../../src/celery/transport/address/redis-address.js';
import type { RedisAddress } from '../../../../../src/celery/transport/address/redis-address.js';
import { RedisFailover } from '../../../../../src/celery/transport/redis/redis-failover.js';
import { parseResultBackendUrl } from '../../../../../src/celery/transport/address/result-backend-url.js';
import { ConfigError } from '../../../../../src/errors.js';

const described = (address: { readonly scheme: string }) =>
  address.scheme === 'redis' ? describeRedisAddress(address as RedisAddress) : address.scheme;

describe('addresses of Redis', () => {
  it.each([
    ['redis://a/0;redis://b/0', 'redis://a:6379/0;redis://b:6379/0'],
    ['redis://a:1/2 ; redis://b:2/2;redis://c:3/2', 'redis://a:1/2;redis://b:2/2;redis://c:3/2'],
    ['redis://a/1;', 'redis://a:6379/1'],
    ['redis://a/1; ;', 'redis://a:6379/1'],
    ['redis://a:6379//', 'redis://a:6379/0'],
    ['redis://a:6379//3', 'redis://a:6379/3'],
    ['redis://', 'redis://127.0.0.1:6379/0'],
    ['redis://:6380//', 'redis://127.0.0.1:6380/0'],
    ['redis://a:/1', 'redis://a:6379/1'],
    ['redis://a:0/1', 'redis://a:6379/1'],
    ['redis://:hunter3@/1', 'redis://127.0.0.1:6379/1'],
    ['rediss://a/0;redis://b/0', 'rediss://a:6379/0;redis://b:6379/0'],
    [
      'redis://a/0;redis+socket:///run/r.sock',
      'redis://a:6379/0;redis+socket:///run/r.sock?virtual_host=0',
    ],
  ])('read %s as a broker and as a result backend', (text, expected) => {
    expect(described(parseBrokerUrl(text))).toBe(expected);
    expect(described(parseResultBackendUrl(text))).toBe(expected);
  });

  it.each([
    ['redis://a//1//', 'redis://a:6379/1'],
    ['redis://:hunter;3@a/1', 'redis://a:6379/1'],
    ['socket:///a;redis://b', 'redis+socket:///a?virtual_host=0;redis://b:6379/0'],
  ])('read %s as a result backend only', (text, expected) => {
    expect(described(parseResultBackendUrl(text))).toBe(expected);
    expect(() => parseBrokerUrl(text)).toThrow(ConfigError);
  });

  it('keep the credentials of each server', () => {
    expect(parseBrokerUrl('redis://:one@a/0;redis://two:three@b/0')).toMatchObject({
      place: { host: 'a' },
      username: null,
      password: 'one',
      fallbacks: [{ place: { host: 'b' }, username: 'two', password: 'three' }],
    });
  });

  const scheme =
    'must have redis://, rediss:// or redis+socket:// before each address, which number 2 has not (a semicolon within a password is written %3B)';
  it.each([
    ['redis://a/0;hunter3/1', scheme],
    ['redis://:hunter3@a/0;sentinel://hunter3', scheme],
    ['redis://a/0;amqp://hunter3', scheme],
    [
      'redis://a/0;redis://b/0;redis://hunter3/1',
      'names database 0 in address 1 and another in address 3: all must have the same',
    ],
    ['redis://a;redis://:hunter3@b:x1', 'has a port that is not a number from 0 to 65535'],
    [`redis://a${';redis://a'.repeat(32)}`, 'names more than 32 servers'],
  ])('refuse %s and say why without a secret', (text, message) => {
    expect(() => parseBrokerUrl(text)).toThrow(new ConfigError(message));
  });
});

describe('RedisFailover', () => {
  const failover = () =>
    new RedisFailover(parseBrokerUrl('redis://a;redis://b;redis://c') as RedisAddress);

  it('goes round the servers, one further for all connections that give up the same one', () => {
    const servers = failover();
    const [a, moved] = [servers.current, [] as unknown[]];
    servers.onChange(({ place }) => moved.push(place));
    servers.giveUp(a);
    servers.giveUp(a);
    expect(servers.current.place).toMatchObject({ host: 'b' });
    servers.giveUp(servers.current);
    servers.giveUp(servers.current);
    expect(servers.current).toBe(a);
    expect(moved).toMatchObject([{ host: 'b' }, { host: 'c' }, { host: 'a' }]);
  });

  it('stays at a single server', () => {
    const servers = new RedisFailover(parseBrokerUrl('redis://a') as RedisAddress);
    servers.giveUp(servers.current);
    expect(servers.current.place).toMatchObject({ host: 'a' });
  });
});
