/** `--help`: the table of settings as text. */
import { commands } from './commands.js';
import { settings } from './config.js';
import { cacheSettings } from './settings/caches.js';
import { exitCodes } from './exit-codes.js';
import type { Setting } from './settings/setting.js';
import { version } from './version.js';

export function helpText(): string {
  const rows: readonly Setting<unknown>[] = [...Object.values(settings), ...cacheSettings];
  const lines = rows.map(({ flag, env, doc, shownDefault }) => {
    const head = `  --${flag} <value>`.padEnd(50);
    return `${head} ${env.join(', ')}\n      ${doc.replaceAll('`', '')} (default: ${shownDefault})`;
  });
  return [
    `celeryql ${version}: a GraphQL monitoring gateway for Celery`,
    '',
    'Usage: celeryql [flags]   without a broker it shows an embedded cluster, a simulation',
    '',
    ...Object.values(commands).map(({ usage, doc }) => `  celeryql ${usage.padEnd(33)} ${doc}`),
    '',
    '  --help       this text',
    '  --version    the version',
    '',
    'Flags win over environment variables (named on the right). Exit codes:',
    ...Object.values(exitCodes).map(({ code, doc }) => `  ${code}  ${doc}`),
    '',
    ...lines,
    '',
  ].join('\n');
}
