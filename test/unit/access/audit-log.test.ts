import { describe, expect, it } from 'vitest';
import { AuditLog } from '../../../src/access/audit-log.js';
import type { AuditEntry } from '../../../src/access/audit-log.js';
import { createLogger } from '../../../src/log.js';

const entry = (fields: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ at: 0, viewer: 'ada', role: 'operator', method: 'basic', address: '192.0.2.1' },
  cluster: null,
  ...{ action: 'revokeTasks', arguments: null, outcome: 'SUCCEEDED', code: null, message: null },
  ...{ answered: [], silent: [], taskIds: [], durationSeconds: 0 },
  ...fields,
});

function auditLog(maxRecords: number) {
  const lines: string[] = [];
  const log = createLogger('info', (line) => void lines.push(line));
  return { audit: new AuditLog({ log, maxRecords }), lines };
}

describe('AuditLog', () => {
  it('keeps the newest records, newest first', () => {
    const { audit } = auditLog(2);
    for (const action of ['a', 'b', 'c']) audit.add(entry({ action }));
    expect(audit.records().map(({ action }) => action)).toEqual(['c', 'b']);
  });

  it('loses nothing that was done to a flood of what was refused', () => {
    const { audit } = auditLog(2);
    audit.add(entry({ action: 'done' }));
    for (let n = 0; n < 5; n++) audit.add(entry({ action: 'tried', outcome: 'UNAUTHENTICATED' }));
    expect(audit.records().map(({ action }) => action)).toEqual(['tried', 'tried', 'done']);
  });

  it('keeps 100 ids of a record, and writes all of them to the log', () => {
    const { audit, lines } = auditLog(2);
    const taskIds = Array.from({ length: 1_000 }, (_, n) => `task-${n}`);
    audit.add(entry({ taskIds, answered: ['w1'] }));
    expect(audit.records()).toMatchObject([{ taskIds: taskIds.slice(0, 100), answered: ['w1'] }]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ taskIds }]);
  });
});
