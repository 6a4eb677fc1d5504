import { describe, expect, it } from 'vitest';
import { standardRedactor } from '../../../../src/celery/redaction/redactor.js';

const mask = '********';
const shown = (conf: Record<string, unknown>) => standardRedactor.configuration(conf);

describe('the configuration of a worker', () => {
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
    'some_key',
  ])('hides the value of %s', (name) => {
    expect(shown({ [name]: 'hunter3' })).toEqual({ [name]: mask });
  });

  it.each(['broker_url', 'routing_key', 'global_keyprefix', 'task_default_routing_key', 'timezone'])(
    'shows the value of %s',
    (name) => {
      expect(shown({ [name]: 'shown' })).toEqual({ [name]: 'shown' });
    },
  );

  it('is looked through, however deep', () => {
    const conf = {
      broker_transport_options: { sentinel_kwargs: { password: 'hunter3' }, priority_steps: [0, 9] },
      broker_failover: ['redis://:hunter3@a', 'redis://b'],
      passwords: ['hunter3', 'hunter4'],
      broker_credentials: [{ n: 'hunter4' }],
      redis_backend_use_ssl: null,
      worker_send_task_events: true,
    };
    expect(shown(conf)).toEqual({
      broker_transport_options: { sentinel_kwargs: { password: mask }, priority_steps: [0, 9] },
      broker_failover: [`redis://:${mask}@a`, 'redis://b'],
      passwords: mask,
      broker_credentials: mask,
      redis_backend_use_ssl: null,
      worker_send_task_events: true,
    });
  });

  it('hides numbers too: a password may be one', () => {
    expect(shown({ redis_password: 12345, redis_port: 6379 })).toEqual({
      redis_password: mask,
      redis_port: 6379,
    });
  });

  it.each([
    ['', ''],
    [null, null],
    [false, false],
  ])('shows that a secret is not set: %j', (value, expected) => {
    expect(shown({ redis_password: value })).toEqual({ redis_password: expected });
  });

  it('takes the names of schedules and routes for what they are', () => {
    const conf = {
      beat_schedule: { 'refresh-tokens': { task: 'a.b', kwargs: { token: 'hunter3' } } },
      task_routes: { 'auth.reset_password': { queue: 'mail' } },
    };
    expect(shown(conf)).toEqual({
      beat_schedule: { 'refresh-tokens': { task: 'a.b', kwargs: { token: mask } } },
      task_routes: { 'auth.reset_password': { queue: 'mail' } },
    });
  });
});
