/** Whether what the gateway says can be trusted. */
import { overall } from '../celery/health/index.js';
import type { Health, HealthCheck } from '../celery/health/index.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import type { SettingsFileState } from '../settings-file.js';
import type { ClusterView } from '../cluster/cluster-view.js';
import { reads } from '../cluster/reads.js';
import { CheckStatusEnum, HealthCheckKindEnum, HealthStatusEnum } from './enums.js';

const HealthCheckType = builder.objectRef<HealthCheck>('HealthCheck').implement({
  description: 'One dependency of the gateway, and whether it works.',
  fields: (t) => ({
    kind: t.field({
      type: HealthCheckKindEnum,
      description: 'What was checked.',
      resolve: ({ name }) => name,
    }),
    name: t.exposeString('name', {
      description: 'The kind as REST and `/metrics` name it, in lower case, such as `event_stream`.',
    }),
    status: t.expose('status', { type: CheckStatusEnum, description: 'The result of the check.' }),
    latencySeconds: t.exposeFloat('latencySeconds', {
      nullable: true,
      description: 'Latency of the probe, in seconds; null if there was no probe.',
    }),
    message: t.exposeString('message', { description: 'The result in words, with its reason.' }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      description: 'When the check was made.',
    }),
  }),
});

interface HealthParent extends Health {
  readonly view: ClusterView;
}

const HealthType = builder.objectRef<HealthParent>('Health').implement({
  description: 'Whether the answers of the gateway are reliable.',
  fields: (t) => ({
    cluster: t.id(clusterField),
    status: t.expose('status', {
      type: HealthStatusEnum,
      description: 'The result of all checks together.',
    }),
    checks: t.field({
      type: [HealthCheckType],
      description: 'One check for each dependency.',
      resolve: ({ checks }) => checks,
    }),
  }),
});

clusterFields((t) => ({
  health: t.field({
    type: HealthType,
    description:
      'Checks of the services that the gateway depends on. Available even when the broker is unavailable.',
    args: { useCache: t.arg.boolean(useCacheArg) },
    resolve: async (view, _args, context) => {
      const health = await view.read(reads.health());
      if (!context.watchesFiles) return { ...health, view };
      const { settingsFiles, clock } = context.live();
      return { ...withSettingsFiles(health, settingsFiles?.() ?? [], clock()), view };
    },
  }),
}));

/** With a check of the files of settings, where there are any: it is of this moment, and never cached. */
function withSettingsFiles(
  health: Health,
  files: readonly SettingsFileState[],
  checkedAt: number,
): Health {
  if (files.length === 0) return health;
  const complaints = files.flatMap(({ error }) => error ?? []);
  const check: HealthCheck = {
    name: 'settings_files',
    status: complaints.length === 0 ? 'OK' : 'DEGRADED',
    latencySeconds: null,
    message: complaints.length === 0 ? 'in force as they are' : complaints.join('; '),
    checkedAt,
  };
  const checks = [...health.checks, check];
  return { ...health, status: overall(checks), checks };
}
