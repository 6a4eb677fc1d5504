import { describe, expect, it } from 'vitest';
import { keyFormats } from '../../../../src/celery/redaction/service-keys.js';
import { markedKeys } from '../../../../src/celery/redaction/shaped-keys.js';
import { unwrapped } from '../../../support/documentation.js';

describe('the formats of keys', () => {
  const page = unwrapped('docs/redaction.md');
  const [, list = ''] = /the keys of these services: ([^*]+?)\. ## /.exec(page) ?? [];

  it('are all in the documentation, and no others', () => {
    const known = [...keyFormats, ...markedKeys].map(({ service }) =>
      service.replace(/^Azure .*/, 'Azure'),
    );
    const all = new Set([...known, 'Discord', 'Telegram']);
    expect(list.split(', ').sort()).toEqual([...all].sort());
  });

  it('have no prefix twice', () => {
    const prefixes = keyFormats.flatMap((format) => format.prefixes);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });
});
