import { describe, expect, it } from 'vitest';
import { ImpairmentLog } from '../../../src/celery/impairment-log.js';
import { Impairments } from '../../../src/celery/transport/impairments.js';
import type { LogFields } from '../../../src/log.js';
import { silentLogger } from '../../../src/log.js';

describe('ImpairmentLog', () => {
  it('writes each reason once, and counts how often it has come back', () => {
    const impairments = new Impairments();
    const lines: [string, LogFields | undefined][] = [];
    const log = new ImpairmentLog({
      log: { ...silentLogger, warn: (message, fields) => void lines.push([message, fields]) },
      transport: {
        get impairments() {
          return impairments.list();
        },
        onImpairment: (listener) => impairments.onChange(listener),
      },
    });
    const message = 'the broker refuses what the gateway needs';
    const hget = "NOPERM this user has no permissions to run the 'hget' command";
    const scan = "NOPERM this user has no permissions to run the 'scan' command";

    impairments.add('hget', { part: 'details', reason: hget });
    impairments.add('scan', { part: 'queues', reason: scan });
    impairments.remove('hget');
    impairments.add('hget', { part: 'details', reason: hget });
    expect(lines).toEqual([
      [message, { part: 'details', reason: hget, count: 1 }],
      [message, { part: 'queues', reason: scan, count: 1 }],
    ]);

    log[Symbol.dispose]();
    expect(lines.slice(2)).toEqual([
      [message, { part: 'details', reason: hget, count: 1, since: expect.any(String) as string }],
    ]);
    impairments.add('ping', { part: 'details', reason: 'later' });
    expect(lines).toHaveLength(3);
  });
});
