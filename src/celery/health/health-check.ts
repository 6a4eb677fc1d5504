/** What a check of the gateway's health reports, and how a round trip to a server becomes one. */
import { errorMessage } from '../../error-message.js';
import type { Celery } from '../celery.js';

export type CheckStatus = 'OK' | 'DEGRADED' | 'DOWN' | 'NOT_CONFIGURED' | 'NOT_READABLE';

/** Names of the checks, with what each one checks. */
export const healthChecks = {
  broker: 'The broker is reachable, and the gateway may use it.',
  event_stream: 'Events arrive and can be read.',
  result_backend: 'The result backend is reachable.',
  configuration: 'The settings of the application match those of the gateway.',
  heartbeats: 'Workers send heartbeats.',
  remote_control: 'Running workers listen to commands.',
  distributed_cache: 'The shared cache is reachable.',
  settings_files: 'The newest content of each settings file is in effect.',
} as const;
export type HealthCheckName = keyof typeof healthChecks;

export interface HealthCheck {
  readonly name: HealthCheckName;
  readonly status: CheckStatus;
  /** Round trip of the probe; null when there was none. */
  readonly latencySeconds: number | null;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly checkedAt: number;
}

/** Reports one thing that the gateway depends on. It answers within the transport's deadline and never rejects. */
export type Check = (celery: Celery) => HealthCheck | Promise<HealthCheck>;

/** OK with the text that `ask` resolves to, DOWN with the error that it rejects with. */
export async function probe(
  { clock }: Celery,
  name: HealthCheckName,
  ask: () => Promise<string>,
): Promise<HealthCheck> {
  const start = performance.now();
  const done = (status: CheckStatus, message: string): HealthCheck => ({
    name,
    status,
    latencySeconds: (performance.now() - start) / 1000,
    message,
    checkedAt: clock(),
  });
  try {
    return done('OK', await ask());
  } catch (error) {
    return done('DOWN', errorMessage(error));
  }
}

/** Names in a message are not more than this. */
const maxNames = 5;

/** The first few names, and how many there are besides. */
export function someOf(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).join(', ');
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown;
}
