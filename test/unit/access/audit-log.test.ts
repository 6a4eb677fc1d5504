import { describe, expect, it } from 'vitest';
import { auditEntry, AuditLog } from '../../../src/access/audit-log.js';
import type { AuditEntry } from '../../../src/access/audit-log.js';
import { createLogger } from '../../../src/log.js';

const entry = (fields: Partial<AuditEntry> = {}): AuditEntry =>
  auditEntry({ at: 0, viewer: 'ada', action: 'revokeTasks', outcome: 'SUCCEEDED', ...fields });

function auditLog(maxRecords: number) {
  const lines: string[] = [];
  const log = createLogger('info', (line) => void lines.push(line));
  return { audit: new AuditLog({ log, maxRecords }), lines };
}

describe('AuditLog', () => {
  it('keeps the newest records, newest first', () => {
    const { audit } = auditLog(2);
    for (const action of ['growPool', 'sendTask', 'purgeQueue'] as const) audit.add(entry({ action }));
    expect(audit.records().map(({ action }) => action)).toEqual(['purgeQueue', 'sendTask']);
  });

  it('loses nothing that was done to a flood of what was refused', () => {
    const { audit } = auditLog(2);
    audit.add(entry({ action: 'sendTask' }));
    for (let n = 0; n < 5; n++) audit.add(entry({ action: 'authenticate', outcome: 'UNAUTHENTICATED' }));
    expect(audit.records().map(({ action }) => action)).toEqual([
      'authenticate',
      'authenticate',
      'sendTask',
    ]);
  });

  it('keeps 100 ids of a record, and writes all of them to the log', () => {
    const { audit, lines } = auditLog(2);
    const taskIds = Array.from({ length: 1_000 }, (_, n) => `task-${n}`);
    audit.add(entry({ taskIds, answered: ['w1'] }));
    expect(audit.records()).toMatchObject([{ taskIds: taskIds.slice(0, 100), answered: ['w1'] }]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ taskIds }]);
  });

  it('writes what was refused once for each name and address, and the number of the rest at the end', () => {
    const { audit, lines } = auditLog(100);
    const refused = { viewer: null, action: 'authenticate', outcome: 'UNAUTHENTICATED' } as const;
    for (let n = 0; n < 10; n++) audit.add(entry({ ...refused, claimedName: 'mallory' }));
    for (let n = 0; n < 15; n++) audit.countRefusal(entry({ ...refused, claimedName: 'mallory' }));
    audit.add(entry({ ...refused, claimedName: 'eve' }));
    audit[Symbol.dispose]();
    expect(audit.records()).toHaveLength(11);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'warn', message: 'audit', claimedName: 'mallory', count: 1 },
      { level: 'warn', message: 'audit', claimedName: 'eve', count: 1 },
      { level: 'warn', message: 'audit', claimedName: 'mallory', count: 24 },
    ]);
  });
});
