/** What the gateway loads into its caches before clients request it. */
import { ConfigError } from '../../errors.js';
import { warmUpNames } from '../../cluster/warm-up-names.js';
import type { WarmUpName } from '../../cluster/warm-up-names.js';
import { list, seconds } from '../parsers.js';
import { setting } from '../setting.js';

export const warmUpSettings = {
  warmUp: setting<readonly WarmUpName[]>({
    flag: 'warm-up',
    parse: loads,
    default: warmUpNames,
    shown: 'all',
    doc: `what is loaded into the caches before the gateway is ready: \`all\`, \`none\`, or names out of ${warmUpNames.join(', ')}, separated by commas`,
  }),
  warmUpTimeout: setting({
    flag: 'warm-up-timeout',
    parse: seconds(0, 3_600),
    default: 10_000,
    shown: '10',
    doc: 'seconds after which the gateway is ready even if the warm-up is not complete',
  }),
  warmUpJitter: setting({
    flag: 'warm-up-jitter',
    parse: seconds(0, 60),
    default: 500,
    shown: '0.5',
    doc: 'maximum of the random delay before the warm-up, in seconds, so that replicas do not send their commands at the same time; not used for the embedded cluster',
  }),
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
