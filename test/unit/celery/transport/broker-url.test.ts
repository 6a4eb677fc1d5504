import { describe, expect, it } from 'vitest';
import { describeAddress, parseBrokerUrl } from '../../../../src/celery/transport/broker-url.js';
import { ConfigError } from '../../../../src/errors.js';

const local = { scheme: 'redis', host: '127.0.0.1', port: 6379, db: 0, username: null, password: null };

describe('parseBrokerUrl', () => {
  it.each([
    ['redis://', {}],
    ['redis:///', {}],
    ['redis:///3', { db: 3 }],
    ['redis://host', { host: 'host' }],
    ['redis://host/', { host: 'host' }],
    ['redis://host:6380', { host: 'host', port: 6380 }],
    ['redis://host:6380/15', { host: 'host', port: 6380, db: 15 }],
    ['REDIS://host', { host: 'host' }],
    ['redis://:6380/1', { port: 6380, db: 1 }],
    ['redis://:hunter3@host/1', { host: 'host', db: 1, password: 'hunter3' }],
    ['redis://:hunter3@', { password: 'hunter3' }],
    ['redis://:hunter3@:6380/1', { port: 6380, db: 1, password: 'hunter3' }],
    ['redis://user:hunter3@host', { host: 'host', username: 'user', password: 'hunter3' }],
    ['redis://user@host', { host: 'host', username: 'user' }],
    ['redis://u%40x:p%40s%2Fs%3A%25@host', { host: 'host', username: 'u@x', password: 'p@s/s:%' }],
    ['redis://[::1]:6380/2', { host: '::1', port: 6380, db: 2 }],
    ['redis://:hunter3@[2001:db8::7]/2', { host: '2001:db8::7', db: 2, password: 'hunter3' }],
    ['redis://redis_1.internal/0', { host: 'redis_1.internal' }],
  ])('reads %s', (text, expected) => {
    expect(parseBrokerUrl(text)).toEqual({ ...local, ...expected });
  });

  it.each([
    ['', 'is not a URL such as redis://host:6379/0'],
    ['hunter3', 'is not a URL such as redis://host:6379/0'],
    ['host:6379', 'is not a URL such as redis://host:6379/0'],
    ['redis:/hunter3', 'is not a URL such as redis://host:6379/0'],
    ['redis://:hunter3@host:port/0', 'is not a URL such as redis://host:6379/0'],
    ['redis://:hunter3@host:99999/0', 'is not a URL such as redis://host:6379/0'],
    ['redis://:hunter3@[::1/0', 'is not a URL such as redis://host:6379/0'],
    ['redis://:hunter3@host/one', 'must end in the number of a database, as in redis://host:6379/0'],
    ['redis://:hunter3@host/-1', 'must end in the number of a database, as in redis://host:6379/0'],
    ['redis://:hunter3@host/1/2', 'must end in the number of a database, as in redis://host:6379/0'],
    ['redis://:hunter%zz3@host/0', 'has a percent sign that is not followed by two hexadecimal digits'],
    ['amqp://guest:hunter3@host//', 'has scheme amqp://, but only redis:// can be watched'],
    ['rediss://:hunter3@host', 'has scheme rediss://, but only redis:// can be watched'],
  ])('refuses %s: %s', (text, message) => {
    expect(() => parseBrokerUrl(text)).toThrow(new ConfigError(message));
    expect(message).not.toContain('hunter3');
  });
});

describe('describeAddress', () => {
  it.each([
    ['redis://user:hunter3@host:6380/2', 'redis://host:6380/2'],
    ['redis://', 'redis://127.0.0.1:6379/0'],
    ['redis://[::1]/1', 'redis://[::1]:6379/1'],
  ])('shows %s as %s', (text, shown) => {
    expect(describeAddress(parseBrokerUrl(text))).toBe(shown);
  });
});
