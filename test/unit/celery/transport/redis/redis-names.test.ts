import { describe, expect, it } from 'vitest';
import {
  defaultRedisOptions,
  RedisNames,
} from '../../../../../src/celery/transport/redis/redis-names.js';
import type { RedisOptions } from '../../../../../src/celery/transport/redis/redis-names.js';

const sep = '\x06\x16';
const namesOf = (options: Partial<RedisOptions> = {}, db = 0) =>
  new RedisNames({ ...defaultRedisOptions, ...options }, db);

describe('RedisNames', () => {
  it('are those of Celery by default', () => {
    const names = namesOf();
    expect(names.controlChannels).toEqual(['/0.celery.pidbox']);
    expect(names.eventPatterns).toEqual(['/0.celeryev/*']);
    expect(names.replyExchange('oid')).toBe('oid.reply.celery.pidbox');
    expect(names.bindingKey('celery')).toBe('_kombu.binding.celery');
    expect(names.replyQueue('oid')).toBe('oid.reply.celery.pidbox');
    expect(names.replyBinding('oid')).toBe(`oid${sep}${sep}oid.reply.celery.pidbox`);
  });

  it.each<[Partial<RedisOptions>, string, string]>([
    [{ fanoutPrefix: true }, '/7.celery.pidbox', '/7.celeryev/*'],
    [{ fanoutPrefix: false }, 'celery.pidbox', 'celeryev/*'],
    [{ fanoutPrefix: 'app-{db}-' }, 'app-7-celery.pidbox', 'app-7-celeryev/*'],
    [{ globalKeyprefix: 'app:' }, 'app:/7.celery.pidbox', 'app:/7.celeryev/*'],
    [{ globalKeyprefix: '{x}', fanoutPrefix: false }, '{x}celery.pidbox', '{x}celeryev/*'],
    [{ controlExchange: 'ctl', eventExchange: 'ev' }, '/7.ctl.pidbox', '/7.ev/*'],
    [{ globalKeyprefix: 'a*[b]?\\' }, 'a*[b]?\\/7.celery.pidbox', 'a\\*\\[b\\]\\?\\\\/7.celeryev/*'],
  ])('follow %j in database 7', (options, control, events) => {
    const names = namesOf(options, 7);
    expect([names.controlChannels, names.eventPatterns]).toEqual([[control], [events]]);
  });

  it('are under two prefixes behind Sentinels, where kombu before 5.4 does not fill in the database', () => {
    const names = new RedisNames(defaultRedisOptions, 7, true);
    expect(names.eventPatterns).toEqual(['/7.celeryev/*', '/{db}.celeryev/*']);
    expect(names.controlChannels).toEqual(['/7.celery.pidbox', '/{db}.celery.pidbox']);
    const plain = new RedisNames({ ...defaultRedisOptions, fanoutPrefix: false }, 7, true);
    expect(plain.controlChannels).toEqual(['celery.pidbox']);
  });

  it.each<[RedisOptions['fanoutPatterns'], readonly string[], readonly string[]]>([
    ['auto', ['/0.celeryev/*'], ['/0.celeryev']],
    [true, ['/0.celeryev/*'], []],
    [false, ['/0.celeryev'], []],
  ])('receive events where fanout_patterns is %j', (fanoutPatterns, patterns, others) => {
    const names = namesOf({ fanoutPatterns });
    expect(names.eventPatterns).toEqual(patterns);
    expect(names.otherEventPatterns).toEqual(others);
    expect(names.controlChannels).toEqual(['/0.celery.pidbox']);
  });

  it('escape the channel of all events, whose name is no glob', () => {
    const names = namesOf({ fanoutPatterns: false, eventExchange: 'e*v[1]' });
    expect(names.eventPatterns).toEqual(['/0.e\\*v\\[1\\]']);
  });

  it('keep unacknowledged messages under the names of the settings', () => {
    const names = namesOf({ globalKeyprefix: 'app:', unackedKey: 'u' });
    expect(names.unackedKey).toBe('app:u');
  });

  it('put the prefix before every key, and take it off again', () => {
    const names = namesOf({ globalKeyprefix: 'app:' });
    expect(names.bindingKey('mail')).toBe('app:_kombu.binding.mail');
    expect(names.exchangeOf('app:_kombu.binding.mail')).toBe('mail');
    expect(names.key('unacked')).toBe('app:unacked');
  });

  it('give a queue a list for each priority step, the first of them its own name', () => {
    expect(namesOf().queueKeys('celery')).toEqual([
      { priority: 0, key: 'celery' },
      { priority: 3, key: `celery${sep}3` },
      { priority: 6, key: `celery${sep}6` },
      { priority: 9, key: `celery${sep}9` },
    ]);
    const options = { sep: ':', prioritySteps: [5, 0], globalKeyprefix: 'app:' };
    expect(namesOf(options).queueKeys('q')).toEqual([
      { priority: 0, key: 'app:q' },
      { priority: 5, key: 'app:q:5' },
    ]);
  });

  it.each([
    [`celery${sep}${sep}celery`, { routingKey: 'celery', pattern: '', queue: 'celery' }],
    [`${sep}${sep}w1@h.celery.pidbox`, { routingKey: '', pattern: '', queue: 'w1@h.celery.pidbox' }],
    [`a.#${sep}^a\\..*$${sep}q`, { routingKey: 'a.#', pattern: '^a\\..*$', queue: 'q' }],
    [`celery${sep}`, null],
    [`celery${sep}${sep}`, null],
    ['', null],
  ])('read the binding %j', (member, binding) => {
    expect(namesOf().binding(member)).toEqual(binding);
  });

  it.each([
    ['default::default', { routingKey: 'default', pattern: '', queue: 'default' }],
    ['my-key|' + '|my-queue', { routingKey: 'my-key', pattern: '', queue: 'my-queue' }],
    ['a--b--c', null],
    ['plain', null],
  ])('read the binding %j of an application with another sep', (member, binding) => {
    expect(namesOf().binding(member)).toEqual(binding);
  });

  const uuid = '0b0d2c5e-6d3b-4a75-9a53-1c6a0c7d9f10';
  it.each([
    ['news', 'default', `bcast.${uuid}`, true],
    ['news', '', `mine.${uuid}`, true],
    ['news', 'default', 'bcast.fixed', false],
    ['celery', `jobs.${uuid}`, `jobs.${uuid}`, false],
    [`jobs.${uuid}`, '', `jobs.${uuid}`, false],
  ])(
    'know exchange %s, key %j and queue %s as a broadcast: %s',
    (exchange, routingKey, queue, expected) => {
      expect(namesOf().isBroadcastMember(exchange, { routingKey, pattern: '', queue })).toBe(expected);
    },
  );

  it('name the other lists of a queue, of every step and under the usual separators', () => {
    const keys = namesOf()
      .otherQueueKeys('q', true)
      .map(({ key }) => key);
    expect(keys).toContain(`q${sep}1`);
    expect(keys).toContain('q:3');
    expect(keys).not.toContain(`q${sep}3`);
    expect(namesOf().otherQueueKeys('q', false)).toHaveLength(6);
  });

  it.each([
    [0, 'q'],
    [2, 'q'],
    [3, 'q\x06\x163'],
    [8, 'q\x06\x166'],
    [9, 'q\x06\x169'],
    [255, 'q\x06\x169'],
  ])('know the list for priority %d', (priority, key) => {
    expect(namesOf().queueKeyFor('q', priority)).toBe(key);
  });

  it('take the highest step for a priority below all of them, as kombu does', () => {
    expect(namesOf({ prioritySteps: [5, 3] }).queueKeyFor('q', 1)).toBe('q\x06\x165');
  });

  it.each([
    ['w1@h.celery.pidbox', 'w1@h'],
    ['celery@host.example.org.celery.pidbox', 'celery@host.example.org'],
    ['.celery.pidbox', null],
    ['oid.reply.other.pidbox', null],
    ['celery', null],
  ])('know the node of the pidbox queue %s', (queue, node) => {
    expect(namesOf().nodeOf(queue)).toBe(node);
  });

  it('know the queues and exchanges of monitoring from those of tasks', () => {
    const names = namesOf();
    const internal = ['celeryev.0f3c', 'w1@h.celery.pidbox', 'oid.reply.celery.pidbox'];
    expect(
      [...internal, 'celery', 'celeryev', 'pidbox'].map((name) => names.isInternalQueue(name)),
    ).toEqual([...[true, true, true], ...[false, false, false]]);
    const exchanges = ['celeryev', 'celery.pidbox', 'reply.celery.pidbox', 'celery', 'mail'];
    expect(exchanges.map((name) => names.isInternalExchange(name))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
