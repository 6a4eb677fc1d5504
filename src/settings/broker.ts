/** Where the cluster is, and what of Celery's own settings it has changed. */
import { parseBrokerUrl } from '../celery/transport/broker-url.js';
import type { BrokerAddress } from '../celery/transport/broker-url.js';
import { parseManagementUrl } from '../celery/transport/rabbitmq-address.js';
import type { ManagementAddress } from '../celery/transport/rabbitmq-address.js';
import { defaultRedisOptions } from '../celery/transport/redis-names.js';
import { parseResultBackendUrl } from '../celery/transport/result-backend-url.js';
import type { ResultBackendAddress } from '../celery/transport/result-backend-url.js';
import { boolean, booleanOrText, nonEmpty, separator, steps, text } from './parsers.js';
import { setting } from './setting.js';

export const brokerSettings = {
  broker: setting<BrokerAddress | null>(
    'broker',
    'BROKER_URL CELERY_BROKER_URL',
    parseBrokerUrl,
    null,
    'the embedded cluster',
    'the cluster to watch, such as `redis://:password@host:6379/0` or `amqp://user:password@host:5672/vhost`',
  ),
  resultBackend: setting<ResultBackendAddress | null>(
    'result-backend',
    'RESULT_BACKEND CELERY_RESULT_BACKEND',
    parseResultBackendUrl,
    null,
    'the broker',
    'where tasks store their results, such as `redis://host:6379/1`',
  ),
  globalKeyprefix: setting(
    'global-keyprefix',
    'GLOBAL_KEYPREFIX',
    text,
    defaultRedisOptions.globalKeyprefix,
    'empty',
    'Redis: transport option `global_keyprefix`',
  ),
  resultKeyprefix: setting(
    'result-keyprefix',
    'RESULT_KEYPREFIX',
    text,
    '',
    'empty',
    'Redis: `global_keyprefix` of `result_backend_transport_options`, as written there',
  ),
  masterName: setting(
    'master-name',
    'MASTER_NAME',
    text,
    '',
    'empty',
    'Redis: transport option `master_name`, for addresses of Sentinels',
  ),
  resultMasterName: setting(
    'result-master-name',
    'RESULT_MASTER_NAME',
    text,
    '',
    "the broker's",
    'Redis: `master_name` of `result_backend_transport_options`, where it is another',
  ),
  sentinelUsername: setting(
    'sentinel-username',
    'SENTINEL_USERNAME',
    text,
    '',
    'none',
    'Redis: `username` of `sentinel_kwargs`',
  ),
  sentinelPassword: setting(
    'sentinel-password',
    'SENTINEL_PASSWORD',
    text,
    '',
    'none',
    'Redis: `password` of `sentinel_kwargs`',
  ),
  sentinelTls: setting(
    'sentinel-tls',
    'SENTINEL_TLS',
    boolean,
    false,
    'false',
    'Redis: `ssl` of `sentinel_kwargs`: true when the Sentinels speak TLS as the master does',
  ),
  fanoutPrefix: setting<boolean | string>(
    'fanout-prefix',
    'FANOUT_PREFIX',
    booleanOrText,
    defaultRedisOptions.fanoutPrefix,
    'true',
    'Redis: transport option `fanout_prefix`: true, false, or a text that may contain `{db}`',
  ),
  sep: setting(
    'sep',
    'SEP',
    separator,
    defaultRedisOptions.sep,
    '\\x06\\x16',
    'Redis: transport option `sep`',
  ),
  prioritySteps: setting<readonly number[]>(
    'priority-steps',
    'PRIORITY_STEPS',
    steps,
    defaultRedisOptions.prioritySteps,
    '0,3,6,9',
    'Redis: transport option `priority_steps`, separated by commas',
  ),
  managementUrl: setting<ManagementAddress | false | null>(
    'management-url',
    'MANAGEMENT_URL',
    parseManagementUrl,
    null,
    'auto',
    'RabbitMQ: its management API, such as `http://user:password@host:15672`; `none` does without, `auto` looks on port 15672 where the broker is on 5672',
  ),
  amqpPeek: setting(
    'amqp-peek',
    'AMQP_PEEK',
    boolean,
    false,
    'false',
    'RabbitMQ: whether `peek` may take messages from classic queues and give them back: true or false',
  ),
  controlExchange: setting(
    'control-exchange',
    'CONTROL_EXCHANGE',
    nonEmpty,
    defaultRedisOptions.controlExchange,
    'celery',
    "Celery's `control_exchange`",
  ),
  eventExchange: setting(
    'event-exchange',
    'EVENT_EXCHANGE',
    nonEmpty,
    defaultRedisOptions.eventExchange,
    'celeryev',
    "Celery's `event_exchange`",
  ),
} as const;
