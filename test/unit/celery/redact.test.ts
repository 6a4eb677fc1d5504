import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/celery/redact.js';

const mask = '********';

describe('redact', () => {
  it.each([
    'redis_password',
    'SECRET_KEY',
    'aws_access_key_id',
    'api_token',
    'MY_AUTH',
    'security_certificate_private',
    'credentials',
    'hash_salt',
    'X-Signature',
  ])('masks the value of %s', (name) => {
    expect(redact({ [name]: 'hunter3' })).toEqual({ [name]: mask });
  });

  it.each(['broker_url', 'routing_key', 'global_keyprefix', 'task_default_routing_key', 'timezone'])(
    'shows the value of %s',
    (name) => {
      expect(redact({ [name]: 'shown' })).toEqual({ [name]: 'shown' });
    },
  );

  it.each([
    ['redis://:hunter3@host:6379/0', `redis://:${mask}@host:6379/0`],
    ['amqp://user:hunter3@host//', `amqp://user:${mask}@host//`],
    ['db+postgresql://u:hunter3@host/db', `db+postgresql://u:${mask}@host/db`],
    ['redis://:hunter@3@host/0', `redis://:${mask}@host/0`],
    ['redis://:hunter/3@host/0', `redis://:${mask}@host/0`],
    ['redis://:hunter3@a/0;redis://:hunter4@b/0', `redis://:${mask}@a/0;redis://:${mask}@b/0`],
    [
      'see redis://:hunter3@a/0 and http://u:hunter4@b',
      `see redis://:${mask}@a/0 and http://u:${mask}@b`,
    ],
    ['redis://host:6379/0', 'redis://host:6379/0'],
    ['http://host/path?mail=a@b', 'http://host/path?mail=a@b'],
    ['user@host', 'user@host'],
  ])('shows %s as %s', (text, shown) => {
    expect(redact({ broker_read_url: text })).toEqual({ broker_read_url: shown });
  });

  it('looks into lists and objects, however deep', () => {
    const conf = {
      broker_transport_options: { sentinel_kwargs: { password: 'hunter3' }, priority_steps: [0, 9] },
      broker_failover: ['redis://:hunter3@a', 'redis://b'],
      passwords: ['hunter3', 'hunter4'],
      redis_backend_use_ssl: null,
      worker_send_task_events: true,
    };
    expect(redact(conf)).toEqual({
      broker_transport_options: { sentinel_kwargs: { password: mask }, priority_steps: [0, 9] },
      broker_failover: [`redis://:${mask}@a`, 'redis://b'],
      passwords: [mask, mask],
      redis_backend_use_ssl: null,
      worker_send_task_events: true,
    });
  });

  it('masks numbers too: a password may be one', () => {
    expect(redact({ redis_password: 12345, redis_port: 6379 })).toEqual({
      redis_password: mask,
      redis_port: 6379,
    });
  });

  it.each([
    ['', ''],
    [null, null],
    [false, false],
  ])('shows that a secret is not set: %j', (value, shown) => {
    expect(redact({ redis_password: value })).toEqual({ redis_password: shown });
  });

  it('masks everything below a name that is a secret itself', () => {
    expect(
      redact({ auth: { alice: 'hunter3', ports: [1, 2] }, broker_credentials: [{ n: 'hunter4' }] }),
    ).toEqual({
      auth: { alice: mask, ports: [mask, mask] },
      broker_credentials: [{ n: mask }],
    });
  });

  it('judges what is below other names by the names there', () => {
    expect(redact({ beat_schedule: { 'sync-api': { task: 'a.b', token: 'hunter3' } } })).toEqual({
      beat_schedule: { 'sync-api': { task: 'a.b', token: mask } },
    });
  });

  it('masks secret parameters of URLs', () => {
    expect(redact('https://h/?access_token=hunter3&page=2&apikey=hunter4')).toBe(
      `https://h/?access_token=${mask}&page=2&apikey=${mask}`,
    );
  });
});
