/** Where the cluster is, and what of Celery's own settings it has changed. */
import { parseBrokerUrl } from '../../celery/transport/address/broker-url.js';
import type { BrokerAddress } from '../../celery/transport/address/broker-url.js';
import { parseManagementUrl } from '../../celery/transport/address/rabbitmq-address.js';
import type { ManagementAddress } from '../../celery/transport/address/rabbitmq-address.js';
import { defaultRedisOptions } from '../../celery/transport/redis/redis-names.js';
import { parseResultBackendUrl } from '../../celery/transport/address/result-backend-url.js';
import type { ResultBackendAddress } from '../../celery/transport/address/result-backend-url.js';
import {
  boolean,
  booleanOrAuto,
  booleanOrText,
  nonEmpty,
  seconds,
  separator,
  steps,
  text,
} from '../parsers.js';
import { setting } from '../setting.js';

export const brokerSettings = {
  broker: setting<BrokerAddress | null>({
    flag: 'broker',
    variable: 'BROKER_URL',
    formerly: ['CELERY_BROKER_URL'],
    parse: (text) => (text === 'embedded' ? null : parseBrokerUrl(text)),
    default: null,
    shown: 'the embedded cluster',
    doc: 'broker of the cluster to watch, such as `redis://:password@host:6379/0` or `amqp://user:password@host:5672/vhost`; `embedded` is a simulated cluster, the default if the gateway listens on this machine only',
  }),
  resultBackend: setting<ResultBackendAddress | null>({
    flag: 'result-backend',
    formerly: ['CELERY_RESULT_BACKEND'],
    parse: parseResultBackendUrl,
    default: null,
    shown: 'the broker',
    doc: 'where tasks store their results, such as `redis://host:6379/1`',
  }),
  controlExchange: setting({
    flag: 'control-exchange',
    parse: nonEmpty,
    default: defaultRedisOptions.controlExchange,
    doc: "Celery's `control_exchange`",
  }),
  eventExchange: setting({
    flag: 'event-exchange',
    parse: nonEmpty,
    default: defaultRedisOptions.eventExchange,
    doc: "Celery's `event_exchange`",
  }),
  globalKeyprefix: setting({
    flag: 'global-keyprefix',
    parse: text,
    default: defaultRedisOptions.globalKeyprefix,
    shown: 'empty',
    doc: 'Redis: transport option `global_keyprefix`',
  }),
  resultKeyprefix: setting({
    flag: 'result-keyprefix',
    parse: text,
    default: '',
    shown: 'empty',
    doc: 'Redis: `global_keyprefix` of `result_backend_transport_options`, in the same spelling',
  }),
  masterName: setting({
    flag: 'master-name',
    parse: text,
    default: '',
    shown: 'empty',
    doc: 'Redis Sentinel: transport option `master_name`',
  }),
  resultMasterName: setting({
    flag: 'result-master-name',
    parse: text,
    default: '',
    shown: "the broker's",
    doc: 'Redis Sentinel: `master_name` of `result_backend_transport_options`, if it differs',
  }),
  sentinelUsername: setting({
    flag: 'sentinel-username',
    parse: text,
    default: '',
    shown: 'none',
    doc: 'Redis Sentinel: `username` of `sentinel_kwargs`',
  }),
  sentinelPassword: setting({
    flag: 'sentinel-password',
    parse: text,
    default: '',
    shown: 'none',
    doc: 'Redis Sentinel: `password` of `sentinel_kwargs`',
  }),
  sentinelTls: setting({
    flag: 'sentinel-tls',
    parse: boolean,
    default: false,
    doc: 'Redis Sentinel: `ssl` of `sentinel_kwargs`: true if the Sentinels use TLS as the master does, or false',
  }),
  fanoutPrefix: setting<boolean | string>({
    flag: 'fanout-prefix',
    parse: booleanOrText,
    default: defaultRedisOptions.fanoutPrefix,
    doc: 'Redis: transport option `fanout_prefix`: true, false, or a text that may contain `{db}`',
  }),
  fanoutPatterns: setting<boolean | 'auto'>({
    flag: 'fanout-patterns',
    parse: booleanOrAuto,
    default: defaultRedisOptions.fanoutPatterns,
    doc: 'Redis: transport option `fanout_patterns`: true or false; `auto` receives the events of both',
  }),
  unackedKey: setting({
    flag: 'unacked-key',
    parse: nonEmpty,
    default: defaultRedisOptions.unackedKey,
    doc: 'Redis: transport option `unacked_key`',
  }),
  unackedIndexKey: setting({
    flag: 'unacked-index-key',
    parse: nonEmpty,
    default: defaultRedisOptions.unackedIndexKey,
    doc: 'Redis: transport option `unacked_index_key`',
  }),
  visibilityTimeout: setting({
    flag: 'visibility-timeout',
    parse: seconds(1, 31_536_000),
    default: defaultRedisOptions.visibilityTimeout,
    shown: '3600',
    doc: 'Redis: transport option `visibility_timeout`, in seconds',
  }),
  sep: setting({
    flag: 'sep',
    parse: separator,
    default: defaultRedisOptions.sep,
    shown: '\\x06\\x16',
    doc: 'Redis: transport option `sep`',
  }),
  prioritySteps: setting<readonly number[]>({
    flag: 'priority-steps',
    parse: steps,
    default: defaultRedisOptions.prioritySteps,
    doc: 'Redis: transport option `priority_steps`, separated by commas',
  }),
  managementUrl: setting<ManagementAddress | false | null>({
    flag: 'management-url',
    parse: parseManagementUrl,
    default: null,
    shown: 'auto',
    doc: 'RabbitMQ: management API, such as `http://user:password@host:15672`; `none` does not use it, `auto` uses port 15672 of the broker if the broker is on port 5672',
  }),
  amqpPeek: setting({
    flag: 'amqp-peek',
    parse: boolean,
    default: false,
    doc: 'RabbitMQ: whether `peek` may take messages from classic queues and return them: true or false',
  }),
} as const;
