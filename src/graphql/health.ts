/** Whether what the gateway says can be trusted. */
import type { Health, HealthCheck } from '../celery/health/index.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import { askFor } from './loaders.js';
import { CheckStatusEnum, HealthStatusEnum } from './enums.js';

const HealthCheckType = builder.objectRef<HealthCheck>('HealthCheck').implement({
  description: 'One thing that the gateway depends on, and whether it works.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        '`broker` (does what is needed), `event_stream` (events arrive and can be read), `result_backend`, ' +
        '`configuration` (the settings of the application agree with those of the gateway), `heartbeats` (workers ' +
        'send them), `remote_control` (workers that run listen to commands) or `distributed_cache`.',
    }),
    status: t.expose('status', { type: CheckStatusEnum }),
    latencySeconds: t.exposeFloat('latencySeconds', {
      nullable: true,
      description: 'Of the probe; null when there was none.',
    }),
    message: t.exposeString('message'),
    checkedAt: t.expose('checkedAt', { type: 'DateTime' }),
  }),
});

const HealthType = builder.objectRef<Health>('Health').implement({
  description: 'Whether what the gateway says can be trusted.',
  fields: (t) => ({
    cluster: t.id(clusterField),
    status: t.expose('status', { type: HealthStatusEnum }),
    checks: t.field({ type: [HealthCheckType], resolve: ({ checks }) => checks }),
  }),
});

clusterFields((t) => ({
  health: t.field({
    type: HealthType,
    description: 'Checks of what the gateway depends on. It answers also when the broker is away.',
    args: { useCache: t.arg.boolean(useCacheArg) },
    resolve: (_root, { useCache }, { loaders }) => loaders.health(askFor('health', useCache)),
  }),
}));
