/** Check `configuration`: whether the settings of the application are those that the gateway has. */
import type { Celery } from '../celery.js';
import type { ConfigurationFinding } from '../configuration-checker.js';
import type { HealthCheck } from './health-check.js';
import { describeUnreadable } from './unreadable.js';

/** Where more differ, the first few say enough. */
const maxFindings = 5;
const maxHostnames = 3;

export function checkConfiguration(celery: Celery): HealthCheck {
  const { configuration, clock } = celery;
  const check = { name: 'configuration' as const, latencySeconds: null, checkedAt: clock() };
  if (configuration === null)
    return {
      ...check,
      status: 'NOT_CONFIGURED',
      message: 'the embedded cluster has no settings of its own',
    };
  const unreadable = describeUnreadable(celery, 'reply');
  if (unreadable !== null) return { ...check, status: 'DEGRADED', message: unreadable };
  const findings = configuration.findings();
  const harmful = findings.filter(({ isHarmful }) => isHarmful);
  if (harmful.length > 0)
    return { ...check, status: 'DEGRADED', message: `CONFIGURATION_DIFFERS: ${describe(harmful)}` };
  if (configuration.known === 0)
    return { ...check, status: 'OK', message: 'no worker has reported its settings yet' };
  if (findings.length > 0) return { ...check, status: 'OK', message: describe(findings) };
  return {
    ...check,
    status: 'OK',
    message: 'the settings of the workers agree with those of the gateway',
  };
}

function describe(findings: readonly ConfigurationFinding[]): string {
  const shown = findings.slice(0, maxFindings).map(({ message, hostnames }) => {
    const more = hostnames.length > maxHostnames ? ' and others' : '';
    return `${message} (${hostnames.slice(0, maxHostnames).join(', ')}${more})`;
  });
  const rest = findings.length - shown.length;
  return shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
