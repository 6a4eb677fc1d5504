/** What is loaded before it is asked for. */
import { ConfigError } from '../errors.js';
import { warmUpNames } from '../graphql/warm-up-names.js';
import type { WarmUpName } from '../graphql/warm-up-names.js';
import { list, seconds } from './parsers.js';
import { setting } from './setting.js';

export const warmUpSettings = {
  warmUp: setting<readonly WarmUpName[]>(
    'warm-up',
    'WARM_UP',
    loads,
    warmUpNames,
    'all',
    `what is loaded into the caches before the gateway is ready: \`all\`, \`none\`, or of ${warmUpNames.join(', ')}`,
  ),
  warmUpTimeout: setting(
    'warm-up-timeout',
    'WARM_UP_TIMEOUT',
    seconds(0, 3_600),
    10_000,
    '10',
    'seconds after which readiness no longer waits for that',
  ),
  warmUpJitter: setting(
    'warm-up-jitter',
    'WARM_UP_JITTER',
    seconds(0, 60),
    500,
    '0.5',
    'it begins after a random part of these seconds, so that replicas do not ask together; 0 for the embedded cluster',
  ),
} as const;

function loads(value: string): readonly WarmUpName[] {
  if (value === 'all') return warmUpNames;
  if (value === 'none') return [];
  const named = list(value);
  const chosen = warmUpNames.filter((name) => named.includes(name));
  if (named.length === 0 || !named.every((name) => warmUpNames.some((known) => known === name)))
    throw new ConfigError(`must be all, none, or names of ${warmUpNames.join(', ')}`);
  return chosen;
}
