import { describe, expect, it } from 'vitest';
import { BadUserInputError } from '../../../../src/errors.js';
import { standardRedactor } from '../../../../src/celery/redaction/redactor.js';
import { parseEvents } from '../../../../src/celery/events/event.js';
import { createState, start, task } from '../events/cluster.js';

function search(text: string): string {
  const { state, apply } = createState();
  apply(
    task('failed', 'A-1', 1, {
      name: 'billing.Charge',
      kwargs: "{'card': 'visa'}",
      exception: "Declined('No funds')",
      queue: 'money',
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
    ['args:visa', 'B-2'],
    ['kwargs:visa', 'A-1'],
    ['kwargs:card=visa', 'A-1'],
    ['kwargs:CARD="visa"', 'A-1'],
    ['kwargs:card=vis', ''],
    ['kwargs:ard=visa', ''],
    ['result:a+b', 'B-2'],
    ['result:visa', ''],
    ['exception:funds', 'A-1'],
    ['-exception:funds', 'C-3 B-2'],
    ['funds OR name:receive', 'C-3 A-1'],
    ['mail visa OR funds', 'B-2 A-1'],
    ['funds OR', 'A-1'],
    ['OR funds', 'A-1'],
    ['OR', 'C-3 B-2 A-1'],
    ['"OR"', ''],
    ['funds or', ''],
    ['mail AND visa', 'B-2'],
    ['"(-5" OR funds', 'C-3 A-1'],
    ['redis://host', ''],
    ['12:30', ''],
    ['"other:thing"', ''],
    ['"state:done"', 'C-3'],
    ['"-5"', 'C-3'],
    ['""', 'C-3 B-2 A-1'],
    ['name:', 'C-3 B-2 A-1'],
    ['-', 'C-3 B-2 A-1'],
  ])('for %j finds %j', (text, ids) => {
    expect(search(text)).toBe(ids);
  });

  it.each(['other:thing', '-kwarg:a=b', 'ValueError:', 'mail OR task:x'])(
    'refuses %j by the name of the prefix',
    (text) => {
      const prefix = /(\w+):/.exec(text)?.[1] ?? '';
      expect(() => search(text)).toThrow(`search: there is no "${prefix}:"; there are name: state:`);
    },
  );

  it('finds no secret that is masked in the arguments', () => {
    const { state } = createState();
    const event = task('received', 'a', 1, { kwargs: "{'password': 'hunter2', 'user': 'ada'}" });
    for (const one of parseEvents(event, standardRedactor.tasks).events) state.apply(one, start);
    const found = (text: string) => state.tasks({ search: text }, {}).totalCount;
    expect(found('kwargs:user=ada')).toBe(1);
    for (const text of [
      'hunter2',
      'kwargs:hunter2',
      'kwargs:password=hunter2',
      '-hunter2 state:failure',
    ])
      expect(found(text)).toBe(0);
  });

  it('refuses what no user would type', () => {
    expect(() => search('x'.repeat(2_049))).toThrow(BadUserInputError);
    expect(() => search('x '.repeat(65))).toThrow('A search has at most 64 terms');
    expect(search('q '.repeat(64))).toBe('');
    expect(search('x'.repeat(2_048))).toBe('');
  });
});
