/** `--help`: the settings and commands as text. */
import { commands } from './auth-commands.js';
import { exitCodes } from './exit-codes.js';
import { reference } from './reference.js';
import { prefix } from '../config/setting.js';
import { version } from '../version.js';

/** Where the names of environment variables begin. */
const indent = 38;

export function helpText(): string {
  const settings = reference.flatMap(({ heading, settings, options }) => [
    `${heading}:`,
    ...settings.flatMap(({ usage, variables, doc, default: shown }) => [
      `${`  ${usage}`.padEnd(indent)} ${variables.join(', ')}`,
      `      ${plain(doc)}${shown === null ? '' : ` (default: ${shown})`}`,
    ]),
    ...options.map(
      ({ name, doc, default: shown }) => `      ${name.padEnd(20)} ${plain(doc)} (default: ${shown})`,
    ),
    '',
  ]);
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
    `Flags win over environment variables, which stand to the right of the flags. Each variable also has a`,
    `form with the prefix ${prefix}, such as ${prefix}PORT, which wins over the form without it.`,
    '',
    'Exit codes:',
    ...Object.values(exitCodes).map(({ code, doc }) => `  ${code}  ${doc}`),
    '',
    ...settings,
  ].join('\n');
}

function plain(doc: string): string {
  return doc.replaceAll('`', '');
}
