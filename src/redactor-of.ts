/** What masks secrets, as the settings want it: the cluster's and the log's. */
import { Redactor } from './celery/redaction/redactor.js';
import type { Config } from './config.js';

export function redactorOf({ redact, redactKeys, redactPatterns }: Config): Redactor {
  return new Redactor({ tasks: redact, keys: redactKeys, patterns: redactPatterns });
}
