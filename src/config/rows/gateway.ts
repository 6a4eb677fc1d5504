/** Where the gateway listens, and what it logs. */
import { logLevels } from '../../log.js';
import type { LogLevel } from '../../log.js';
import { boolean, nonEmpty, oneOf, wholeNumber } from '../parsers.js';
import { setting } from '../setting.js';

export const gatewaySettings = {
  host: setting({
    flag: 'host',
    parse: nonEmpty,
    default: '127.0.0.1',
    doc: 'address to listen on',
  }),
  port: setting({
    flag: 'port',
    parse: wholeNumber(0, 65_535),
    default: 4_000,
    doc: 'port to listen on; 0 takes any free port',
  }),
  keptAnswers: setting({
    flag: 'kept-answers',
    parse: boolean,
    default: true,
    doc: 'whether answers are kept and given again while all cache entries that they were made of are there and fresh: true or false',
  }),
  logLevel: setting<LogLevel>({
    flag: 'log-level',
    parse: oneOf(logLevels),
    default: 'info',
    doc: `least level of the log lines that are written: ${logLevels.join(', ')}`,
  }),
} as const;
