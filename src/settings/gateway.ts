/** Where the gateway listens, and what it says of itself. */
import { logLevels } from '../log.js';
import type { LogLevel } from '../log.js';
import { nonEmpty, oneOf, wholeNumber } from './parsers.js';
import { setting } from './setting.js';

export const gatewaySettings = {
  host: setting('host', 'HOST', nonEmpty, '127.0.0.1', '127.0.0.1', 'address to listen on'),
  port: setting(
    'port',
    'PORT',
    wholeNumber(0, 65_535),
    4000,
    '4000',
    'port to listen on; 0 takes any free one',
  ),
  logLevel: setting<LogLevel>(
    'log-level',
    'LOG_LEVEL',
    oneOf(logLevels),
    'info',
    'info',
    `one of ${logLevels.join(', ')}`,
  ),
} as const;
