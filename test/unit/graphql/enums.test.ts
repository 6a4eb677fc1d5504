/** Enums beside texts: the values of both are the same. */
import { isEnumType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { auditedMutations } from '../../../src/access/audit-actions.js';
import { queueFigures } from '../../../src/celery/transport/transport.js';
import { warmUpNames } from '../../../src/cluster/warm-up-names.js';
import { schema } from '../../../src/graphql/schema.js';

/** As the gateway has them, in alphabetical order. */
function valuesOf(name: string): string[] {
  const type = schema.getType(name);
  return isEnumType(type)
    ? type
        .getValues()
        .map(({ value }) => String(value))
        .sort()
    : [];
}

describe('the enum', () => {
  it('AuditAction has every mutation of the schema', () => {
    const names = Object.keys(schema.getMutationType()?.getFields() ?? {});
    expect([...auditedMutations].sort()).toEqual(names.sort());
    expect(valuesOf('AuditAction')).toEqual([...auditedMutations, 'authenticate', 'request'].sort());
  });

  it('QueueFigure has fields of Queue', () => {
    expect(valuesOf('QueueFigure')).toEqual([...queueFigures].sort());
  });

  it('WarmUpLoadKind has everything that can be loaded', () => {
    expect(valuesOf('WarmUpLoadKind')).toEqual([...warmUpNames].sort());
  });
});
