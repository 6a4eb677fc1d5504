import { describe, expect, it } from 'vitest';
import { BadUserInputError } from '../../../../src/errors.js';
import { createState, task } from './cluster.js';

function search(text: string): string {
  const { state, apply } = createState();
  apply(
    task('failed', 'A-1', 1, {
      name: 'billing.Charge',
      kwargs: "{'card': 'visa'}",
      exception: "Declined('No funds')",
    }),
    task('succeeded', 'B-2', 2, {
      name: 'mail.send',
      args: "('visa@shop.example',)",
      result: "'a+b (ok)'",
    }),
    task('started', 'C-3', 3, { name: 'mail.receive', hostname: 'w2@host', args: '(-5, "state:done")' }),
  );
  return [...state.tasks({ search: text }, {}).tasks].map(({ id }) => id).join(' ');
}

describe('the search', () => {
  it.each([
    ['', 'C-3 B-2 A-1'],
    ['   ', 'C-3 B-2 A-1'],
    ['VISA', 'B-2 A-1'],
    ['visa mail', 'B-2'],
    ['a-1', 'A-1'],
    ['funds', 'A-1'],
    ['"no funds"', 'A-1'],
    ['"funds no"', ''],
    ['funds no', 'A-1'],
    ['"no funds', 'A-1'],
    ['mail -send', 'C-3'],
    ['-"no funds"', 'C-3 B-2'],
    ['-mail -billing', ''],
    ['a+b', 'B-2'],
    ['(ok)', 'B-2'],
    ['.*', ''],
    ['name:MAIL', 'C-3 B-2'],
    ['name:visa', ''],
    ['-name:mail', 'A-1'],
    ['name:"mail.send"', 'B-2'],
    ['state:success', 'B-2'],
    ['state:SUCC', ''],
    ['-STATE:success', 'C-3 A-1'],
    ['worker:w2', 'C-3'],
    ['-worker:w2 visa', 'B-2 A-1'],
    ['other:thing', ''],
    ['"state:done"', 'C-3'],
    ['"-5"', 'C-3'],
    ['""', 'C-3 B-2 A-1'],
    ['name:', 'C-3 B-2 A-1'],
    ['-', 'C-3 B-2 A-1'],
  ])('for %j finds %j', (text, ids) => {
    expect(search(text)).toBe(ids);
  });

  it('refuses what nobody would type', () => {
    expect(() => search('x'.repeat(2_049))).toThrow(BadUserInputError);
    expect(() => search('x '.repeat(65))).toThrow('A search has at most 64 terms');
    expect(search('q '.repeat(64))).toBe('');
    expect(search('x'.repeat(2_048))).toBe('');
  });
});
