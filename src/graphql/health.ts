/** Whether what the gateway says can be trusted. */
import { overall } from '../celery/health/index.js';
import type { Health, HealthCheck } from '../celery/health/index.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import type { SettingsFileState } from './context.js';
import { askFor } from './loaders.js';
import { CheckStatusEnum, HealthStatusEnum } from './enums.js';

const HealthCheckType = builder.objectRef<HealthCheck>('HealthCheck').implement({
  description: 'One thing that the gateway depends on, and whether it works.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        '`broker` (does what is needed), `event_stream` (events arrive and can be read), `result_backend`, ' +
        '`configuration` (the settings of the application agree with those of the gateway), `heartbeats` (workers ' +
        'send them), `remote_control` (workers that run listen to commands), `distributed_cache` or `settings_files` ' +
        '(the newest content of each is in force).',
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
    resolve: async (_root, { useCache }, { loaders, settingsFiles, clock }) =>
      withSettingsFiles(
        await loaders.health(askFor('health', useCache)),
        settingsFiles?.() ?? [],
        clock(),
      ),
  }),
}));

/** With a check of the files of settings, where there are any: it is of this moment, and never cached. */
function withSettingsFiles(
  health: Health,
  files: readonly SettingsFileState[],
  checkedAt: number,
): Health {
  if (files.length === 0) return health;
  const complaints = files.flatMap(({ error, needsRestart, setting }) =>
    error === null && needsRestart ? `a part of ${setting} needs a restart` : (error ?? []),
  );
  const isRefused = files.some(({ error }) => error !== null);
  const check: HealthCheck = {
    name: 'settings_files',
    status: isRefused ? 'DEGRADED' : 'OK',
    latencySeconds: null,
    message: complaints.length === 0 ? 'in force as they are' : complaints.join('; '),
    checkedAt,
  };
  const checks = [...health.checks, check];
  return { ...health, status: overall(checks), checks };
}
