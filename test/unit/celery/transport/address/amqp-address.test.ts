import { describe, expect, it } from 'vitest';
import {
  describeAmqpAddress,
  parseAmqpUrl,
} from '../../../../../src/celery/transport/address/amqp-address.js';
import { parseBrokerUrl } from '../../../../../src/celery/transport/address/broker-url.js';
import {
  managementAccess,
  parseManagementUrl,
} from '../../../../../src/celery/transport/address/rabbitmq-address.js';
import { ConfigError } from '../../../../../src/errors.js';

const local = {
  host: 'localhost',
  port: 5672,
  username: 'guest',
  password: 'guest',
  vhost: '/',
  tls: null,
};
const host = { ...local, host: 'host' };

describe('an address of RabbitMQ', () => {
  it.each([
    ['amqp://', local],
    ['amqp:///', local],
    ['amqp:////', local],
    ['pyamqp://host', host],
    ['librabbitmq://host/', host],
    ['AMQP://host//', host],
    ['amqp://host/%2F', host],
    ['amqp://host/team', { ...host, vhost: 'team' }],
    ['amqp://host//team', { ...host, vhost: '/team' }],
    ['amqp://host/%2Fteam%20a', { ...host, vhost: '/team a' }],
    ['amqp://:5673/team', { ...local, port: 5673, vhost: 'team' }],
    ['amqp://u:hunter3@host:5673//', { ...host, port: 5673, username: 'u', password: 'hunter3' }],
    ['amqp://u%40x:p%40s%2Fs%3A%25@host', { ...host, username: 'u@x', password: 'p@s/s:%' }],
    ['amqp://u@host', { ...host, username: 'u', password: '' }],
    ['amqp://u:hunter3@/team', { ...local, username: 'u', password: 'hunter3', vhost: 'team' }],
    ['amqp://[2001:db8::7]//', { ...local, host: '2001:db8::7' }],
    ['amqp://host//?heartbeat=30', host],
  ])('is read from %s', (text, expected) => {
    expect(parseBrokerUrl(text)).toEqual({ scheme: 'amqp', nodes: [expected] });
  });

  it('has TLS and another port with amqps, and verifies by default', () => {
    const verified = { verify: true, checkHostname: true };
    expect(parseAmqpUrl('amqps://host').nodes).toMatchObject([{ port: 5671, tls: verified }]);
    expect(parseAmqpUrl('amqps://host//?ssl_cert_reqs=none').nodes).toMatchObject([
      { tls: { verify: false } },
    ]);
  });

  it('may be a list, tried in turn', () => {
    expect(parseAmqpUrl('amqp://a//;amqp://b:1/v; amqps://c').nodes).toMatchObject([
      { host: 'a', port: 5672, vhost: '/' },
      { host: 'b', port: 1, vhost: 'v' },
      { host: 'c', port: 5671 },
    ]);
  });

  const notUrl = 'is not a URL such as amqp://user:password@host:5672/vhost';
  it.each([
    ['amqp://u:hunter3@host:port//', notUrl],
    ['amqp://u:hunter3@[::1//', notUrl],
    ['amqp://a;hunter3', notUrl],
    ['amqp://a;redis://:hunter3@b', notUrl],
    ['amqp://u:hunter%zz3@host//', 'has a percent sign that is not followed by two hexadecimal digits'],
    ['amqps://host?ssl_cert_reqs=hunter3', 'must have required, optional or none in ssl_cert_reqs'],
  ])('refuses %s', (text, message) => {
    expect(() => parseBrokerUrl(text)).toThrow(new ConfigError(message));
    expect(message).not.toContain('hunter3');
  });

  it.each([
    ['amqp://u:hunter3@host//', 'amqp://host:5672/'],
    ['amqps://u:hunter3@host/a%2Fb', 'amqps://host:5671/a%2Fb'],
    ['pyamqp://[::1]/v;amqp://u:hunter3@b', 'amqp://[::1]:5672/v;amqp://b:5672/'],
  ])('is shown, of %s, as %s', (text, shown) => {
    expect(describeAmqpAddress(parseAmqpUrl(text))).toBe(shown);
  });
});

describe('the management API', () => {
  const own = { username: null, password: null };
  it.each([
    ['auto', null],
    ['none', false],
    ['http://host:15672', { url: 'http://host:15672', ...own }],
    ['https://host/rabbit/api/', { url: 'https://host/rabbit', ...own }],
    ['http://u:p%40@host', { url: 'http://host', username: 'u', password: 'p@' }],
  ])('is found at %s', (text, expected) => {
    expect(parseManagementUrl(text)).toEqual(expected);
  });

  it.each(['hunter3', 'amqp://u:hunter3@h', ''])('is not at %j', (text) => {
    expect(() => parseManagementUrl(text)).toThrow(
      new ConfigError('must be auto, none or a URL such as http://host:15672'),
    );
  });

  const nodeOf = (text: string) => parseAmqpUrl(text).nodes[0];

  it('is looked for beside a broker in its usual place, with the credentials of the broker', () => {
    expect(managementAccess(null, nodeOf('amqp://u:p@host//'))).toMatchObject({
      ...{ url: 'http://host:15672', username: 'u', password: 'p' },
    });
    expect(managementAccess(null, nodeOf('amqps://u:p@host//'))?.url).toBe('https://host:15671');
  });

  it('is not looked for anywhere else: credentials go to no unknown server', () => {
    expect(managementAccess(null, nodeOf('amqp://u:p@host:5673//'))).toBeNull();
    expect(managementAccess(false, nodeOf('amqp://u:p@host//'))).toBeNull();
  });

  it('is asked with credentials of its own where it has some', () => {
    const configured = { url: 'http://m', username: 'm', password: null };
    expect(managementAccess(configured, nodeOf('amqp://u:p@host:1//'))).toMatchObject({
      ...{ username: 'm', password: '' },
    });
  });
});
