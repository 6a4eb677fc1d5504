/** docs/configuration.md, which `npm run docs` writes: the settings under the headings of `--help`. */
import { exitCodes } from './exit-codes.js';
import { reference } from './reference.js';
import { prefix } from '../config/setting.js';

/** In Markdown; the formatter aligns the columns. */
export function configurationPage(): string {
  const sections = reference.map(({ heading, settings, options }) => {
    const rows = settings.map(({ usage, variables, doc, default: shown }) => [
      code(usage.replace(' <value>', '')),
      variables.map(code).join(', '),
      shown ?? '',
      doc,
    ]);
    const optionRows = options.map(({ name, doc, default: shown }) => [code(name), shown, doc]);
    return [
      `## ${heading}`,
      table(['Flag', 'Environment', 'Default', 'Meaning'], rows),
      ...(options.length > 0 ? [table(['Option', 'Default', 'Meaning'], optionRows), cacheRules] : []),
    ].join('\n\n');
  });
  return [introduction, ...sections, exits].join('\n\n') + '\n';
}

const introduction = `# Configuration

<!-- Written by \`npm run docs\` from src/config/rows: do not edit. -->

Settings are flags, such as \`--port 4000\`, or environment variables, such as \`PORT=4000\`. Flags win over variables, which win
over defaults.

Each variable has a second form with the prefix \`${prefix}\`, such as \`${prefix}PORT\`, which wins over the form without it. Use
it where other programs read the same environment, and to find typos: a variable with this prefix that is not a setting
stops the start (\`${prefix}BROKR_URL is not a setting; did you mean ${prefix}BROKER_URL?\`), unless the
[cluster file](#cluster-file) refers to it. A variable without the prefix that looks like a misspelled setting has no effect, and
the gateway logs a warning; if it looks like the broker, the gateway does not start.

An unknown flag, an empty value or a malformed value stops the start with one line on standard error and exit code 2.`;

const cacheRules = `An option may be set once by flags and once by variables; the flag wins. The earlier flags and variables for single options,
such as \`--cache-worker-status-ttl\` and \`CACHE_WORKER_STATUS_TTL\`, are still read; the gateway then logs one warning with the
present form. In the [cluster file](#cluster-file) the options are fields: \`"caches": { "worker_status": { "ttl": 5 } }\`.`;

const exits = `## Exit codes

${table(
  ['Exit code', 'Reason'],
  Object.values(exitCodes).map(({ code, doc }) => [String(code), doc]),
)}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
