/** The command line as Node parses it. */
import { parseArgs } from 'node:util';
import { standardRedactor } from '../celery/redaction/redactor.js';
import { errorMessage } from '../error-message.js';
import { ConfigError } from '../errors.js';
import { cacheFlag, formerCacheNames } from './rows/caches.js';
import { settings } from './settings.js';
import type { Setting } from './setting.js';

/** Values by flag; a flag that may be repeated has a list. */
export type Flags = Readonly<Record<string, string | readonly string[] | undefined>>;

const rows: readonly Setting<unknown>[] = Object.values(settings);
const single = [...rows, ...formerCacheNames].map(({ flag }) => flag);
const options = {
  ...Object.fromEntries(single.map((flag) => [flag, { type: 'string' as const }])),
  [cacheFlag]: { type: 'string', multiple: true },
} as const;

/** @throws ConfigError for a flag that is not in the table. */
export function parseFlags(args: readonly string[]): Flags {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const [reason] = errorMessage(cause).split(/\.\s/);
    // It quotes the argument, which may be the URL of a broker whose flag was forgotten.
    throw new ConfigError(`${standardRedactor.text(reason ?? '')}; --help lists all flags`);
  }
}
