/** What differs between an application and the gateway is named, with the setting to change; nothing else of it is kept. */
import { describe, expect, it } from 'vitest';
import { compareConfiguration } from '../../../src/celery/configuration.js';
import type { GatewayConfiguration } from '../../../src/celery/configuration.js';
import { ConfigurationChecker } from '../../../src/celery/configuration-checker.js';
import type { InspectReply } from '../../../src/celery/inspect/inspect.js';
import { defaultRedisOptions } from '../../../src/celery/transport/redis/redis-names.js';
import { eventually } from '../../support/eventually.js';

const gateway: GatewayConfiguration = {
  redis: defaultRedisOptions,
  controlExchange: 'celery',
  eventExchange: 'celeryev',
  defaultQueue: 'celery',
  readsRedisResults: true,
};
/** What is no difference that matters. */
const quiet = { task_send_sent_event: true };

const differences = (conf: Record<string, unknown>, ours = gateway) =>
  compareConfiguration({ ...quiet, ...conf }, ours).map(({ message }) => message);
const harmful = (conf: Record<string, unknown>, ours = gateway) =>
  compareConfiguration({ ...quiet, ...conf }, ours)
    .filter(({ isHarmful }) => isHarmful)
    .map(({ message }) => message);

describe('compareConfiguration', () => {
  it('finds nothing where the application has only standard settings', () => {
    expect(compareConfiguration(quiet, gateway)).toEqual([]);
  });

  it.each([
    ['global_keyprefix', 'shop:', '', 'GLOBAL_KEYPREFIX'],
    ['fanout_prefix', false, true, 'FANOUT_PREFIX'],
    ['fanout_prefix', 'x.{db}.', true, 'FANOUT_PREFIX'],
    ['sep', ':', '\x06\x16', 'SEP'],
    ['priority_steps', [0, 5], [0, 3, 6, 9], 'PRIORITY_STEPS'],
    ['unacked_key', 'mine', 'unacked', 'UNACKED_KEY'],
    ['unacked_index_key', 'mine', 'unacked_index', 'UNACKED_INDEX_KEY'],
    ['visibility_timeout', 60, 3_600, 'VISIBILITY_TIMEOUT'],
  ])('names the transport option %s where it is %j', (name, theirs, ours, variable) => {
    expect(differences({ broker_transport_options: { [name]: theirs } })).toEqual([
      `${name} of the application is ${JSON.stringify(theirs)}, the gateway has ${JSON.stringify(ours)}: set ${variable}`,
    ]);
  });

  it.each([
    ['control_exchange', 'CONTROL_EXCHANGE'],
    ['event_exchange', 'EVENT_EXCHANGE'],
    ['task_default_queue', 'DEFAULT_QUEUE'],
  ])('names the setting %s, on any broker', (name, variable) => {
    const [message] = differences({ [name]: 'shop' }, { ...gateway, redis: null });
    expect(message).toMatch(new RegExp(`^${name} .*"shop".*set ${variable}$`));
  });

  it.each([
    { task_default_queue: 'shop' },
    { broker_transport_options: { visibility_timeout: 60 } },
    { broker_transport_options: { unacked_index_key: 'mine' } },
  ])('only notes what no figure depends on: %j', (conf) => {
    expect(differences(conf)).toHaveLength(1);
    expect(harmful(conf)).toEqual([]);
  });

  it('names a setting that the gateway has changed and the application has not', () => {
    const ours = { ...gateway, redis: { ...defaultRedisOptions, globalKeyprefix: 'shop:' } };
    expect(harmful({}, ours)).toEqual([
      'global_keyprefix of the application is "", the gateway has "shop:": set GLOBAL_KEYPREFIX',
    ]);
  });

  it('compares fanout_patterns only where the gateway does not receive both', () => {
    const conf = { broker_transport_options: { fanout_patterns: false } };
    expect(harmful(conf)).toEqual([]);
    const ours = { ...gateway, redis: { ...defaultRedisOptions, fanoutPatterns: true } };
    expect(harmful(conf, ours)).toHaveLength(1);
  });

  it.each([
    ['/{db}.', true],
    ['', false],
    [true, '/{db}.'],
    [false, ''],
  ])('knows that the fanout_prefix %j is %j', (theirs, fanoutPrefix) => {
    const ours = { ...gateway, redis: { ...defaultRedisOptions, fanoutPrefix } };
    expect(harmful({ broker_transport_options: { fanout_prefix: theirs } }, ours)).toEqual([]);
  });

  it('names no result backend where the application stores no results', () => {
    expect(harmful({ result_backend: 'disabled://' })).toEqual([]);
  });

  it('does not mind the order of priority steps', () => {
    expect(harmful({ broker_transport_options: { priority_steps: [9, 6, 3, 0] } })).toEqual([]);
  });

  it('names an event serializer that cannot be read, and only notes those of tasks and results', () => {
    const conf = { ...quiet, event_serializer: 'pickle', result_serializer: 'pickle' };
    expect(compareConfiguration(conf, gateway).map(({ name, isHarmful }) => [name, isHarmful])).toEqual([
      ['event_serializer', true],
      ['result_serializer', false],
    ]);
  });

  it('names a result backend of another kind, without its address', () => {
    const [message] = harmful({ result_backend: 'db+postgresql://user:secret@host/db' });
    expect(message).toBe(
      'result_backend of the application is db+postgresql, and the gateway reads results from Redis: set RESULT_BACKEND',
    );
    expect(harmful({ result_backend: 'redis://host/3' })).toEqual([]);
    expect(
      harmful({ result_backend: 'redis://host/3' }, { ...gateway, readsRedisResults: false }),
    ).toHaveLength(1);
  });

  it('notes that tasks are not announced when they are sent', () => {
    expect(compareConfiguration({}, gateway)).toMatchObject([
      { name: 'task_send_sent_event', isHarmful: false },
    ]);
  });

  it.each([
    [{ CELERY_DEFAULT_QUEUE: 'shop', CELERY_SEND_TASK_SENT_EVENT: true }],
    [{ CELERY_TASK_DEFAULT_QUEUE: 'shop' }],
    [{ celery_task_default_queue: 'shop' }],
  ])('knows older and prefixed names: %j', (conf) => {
    expect(differences(conf)).toEqual([
      'task_default_queue of the application is "shop", the gateway has "celery": set DEFAULT_QUEUE',
    ]);
  });

  it.each([
    { broker_transport_options: null },
    { broker_transport_options: 'text' },
    { broker_transport_options: { sep: '********', priority_steps: ['a'], fanout_prefix: {} } },
    { task_default_queue: 7, result_backend: 12, event_serializer: [] },
  ])('does not compare what it cannot read: %j', (conf) => {
    expect(harmful(conf)).toEqual([]);
  });
});

describe('ConfigurationChecker', () => {
  it('asks again when the question has failed, up to five times', async () => {
    let asked = 0;
    const watch = new ConfigurationChecker({
      gateway,
      retryPause: 1,
      inspect: {
        load: () => {
          asked++;
          return Promise.reject(new Error('Redis is away'));
        },
      },
    });
    await watch.add('w1');
    await eventually(async () => expect(asked).toBe(5));
    expect(watch.findings()).toEqual([]);
  });

  it('asks again a worker that has not answered, until it does', async () => {
    let asked = 0;
    const watch = new ConfigurationChecker({
      gateway,
      retryPause: 1,
      inspect: {
        load: async () => {
          const isListening = ++asked > 2;
          const reply = { ok: true, value: { ...quiet, task_default_queue: 'shop' } };
          const replies = new Map(isListening ? [['w1', reply]] : []);
          return {
            replies: replies as unknown as ReadonlyMap<string, InspectReply<never>>,
            silent: isListening ? [] : ['w1'],
            at: 0,
          };
        },
      },
    });
    await watch.add('w1');
    await eventually(async () => expect([asked, watch.known]).toEqual([3, 1]));
  });

  it('reports each change of what it has found, and nothing else', async () => {
    const reply = { ok: true, value: { ...quiet, task_default_queue: 'shop' } };
    const watch = new ConfigurationChecker({
      gateway,
      inspect: {
        load: async (_command: unknown, scope: unknown) => {
          const { hostname } = scope as { hostname: string };
          const replies = new Map(hostname === 'silent' ? [] : [[hostname, reply]]);
          return {
            replies: replies as unknown as ReadonlyMap<string, InspectReply<never>>,
            silent: [],
            at: 0,
          };
        },
      },
    });
    const seen: number[] = [];
    watch.onChange(() => void seen.push(watch.findings().length));
    await watch.add('w1');
    expect(seen).toEqual([1]);
    await watch.add('silent');
    watch.forget('silent');
    expect(seen).toEqual([1]);
    watch.forget('w1');
    expect(seen).toEqual([1, 0]);
  });

  it('asks each worker once, keeps no more than the differences, and asks again after a restart', async () => {
    const asked: string[] = [];
    const watch = new ConfigurationChecker({
      gateway,
      inspect: {
        load: async (_command: unknown, scope: unknown) => {
          const { hostname } = scope as { hostname: string };
          asked.push(hostname);
          const reply = { ok: true, value: { ...quiet, task_default_queue: 'shop', secret: 'x' } };
          const replies = new Map(hostname === 'w3' ? [] : [[hostname, reply]]);
          return {
            replies: replies as unknown as ReadonlyMap<string, InspectReply<never>>,
            silent: [],
            at: 0,
          };
        },
      },
    });
    for (const hostname of ['w1', 'w2', 'w3', 'w1', 'w3']) await watch.add(hostname);
    expect(asked).toEqual(['w1', 'w2', 'w3']);
    expect([watch.known, watch.findings()]).toEqual([
      2,
      [
        {
          name: 'task_default_queue',
          isHarmful: false,
          message:
            'task_default_queue of the application is "shop", the gateway has "celery": set DEFAULT_QUEUE',
          hostnames: ['w1', 'w2'],
        },
      ],
    ]);
    watch.forget('w1');
    watch.forget('w2');
    expect(watch.findings()).toEqual([]);
    await watch.add('w1');
    expect(asked).toHaveLength(4);
  });
});
