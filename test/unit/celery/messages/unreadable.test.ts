/** What could not be read is counted, and the last of each kind is remembered. */
import { describe, expect, it } from 'vitest';
import { CountedResults } from '../../../../src/celery/results/counted-results.js';
import { readStoredResult } from '../../../../src/celery/results/results.js';
import { Unreadable, unreadableDetails } from '../../../../src/celery/messages/unreadable.js';
import { MalformedMessageError } from '../../../../src/errors.js';

const none = {
  total: 0,
  lastReason: null,
  lastContentType: null,
  lastHostname: null,
  lastAt: null,
};

describe('Unreadable', () => {
  it('counts each kind on its own and remembers its last occurrence', () => {
    const clock = { now: 1_000 };
    const unreadable = new Unreadable(() => clock.now);
    unreadable.count('reply', { reason: 'first', contentType: 'text/plain', hostname: 'w1@host' });
    clock.now = 2_000;
    unreadable.count('reply', { reason: 'second' });

    const last = { lastReason: 'second', lastContentType: null, lastHostname: null, lastAt: 2_000 };
    expect(unreadable.snapshot()).toEqual({
      reply: { total: 2, ...last },
      event: none,
      message: none,
      result: none,
    });
  });

  it('remembers the last content type that is not read, whatever odd ones come after it', () => {
    const unreadable = new Unreadable(() => 7);
    expect(unreadable.foreign('reply')).toBeNull();
    unreadable.count('reply', { reason: 'pickle', contentType: 'application/x-python-serialize' });
    unreadable.count('reply', { reason: 'odd', contentType: 'application/json' });
    unreadable.count('reply', { reason: 'odd', contentType: 'application/json; charset=utf-8' });
    unreadable.count('reply', { reason: 'odd' });
    expect(unreadable.foreign('reply')).toEqual({
      contentType: 'application/x-python-serialize',
      at: 7,
    });
  });

  it('cuts long texts from outside', () => {
    const unreadable = new Unreadable(() => 0);
    const text = 'x'.repeat(10_000);
    unreadable.count('event', { reason: text, contentType: text, hostname: text });

    const { lastReason, lastContentType, lastHostname } = unreadable.snapshot().event;
    expect([lastReason, lastContentType, lastHostname].map((shown) => shown?.length)).toEqual([
      200, 200, 200,
    ]);
  });
});

describe('unreadableDetails', () => {
  it('takes reason and content type of a malformed message, and quotes no other error', () => {
    const malformed = new MalformedMessageError('it is pickle', { contentType: 'application/x-pickle' });
    expect(unreadableDetails(malformed)).toEqual({
      reason: 'it is pickle',
      contentType: 'application/x-pickle',
    });
    expect(unreadableDetails(new Error('secret'))).toEqual({
      reason: 'it is not of the documented shape',
    });
  });
});

describe('CountedResults', () => {
  it('counts results that cannot be read, and no others', async () => {
    const unreadable = new Unreadable(() => 5);
    const stored = new Map([
      ['good', Buffer.from('{"status": "SUCCESS"}')],
      ['bad', Buffer.from([0x80, 4, 0x95])],
    ]);
    const results = new CountedResults(
      {
        address: 'memory',
        fetch: async (ids) =>
          ids.map((id) => {
            const payload = stored.get(id);
            return payload ? readStoredResult(id, payload) : null;
          }),
        ping: async () => undefined,
        [Symbol.asyncDispose]: async () => undefined,
      },
      unreadable,
    );

    const read = await results.fetch(['good', 'bad', 'unknown']);
    expect(read).toMatchObject([{ state: 'SUCCESS' }, { code: 'UNREADABLE_RESULT' }, null]);
    expect(unreadable.snapshot().result).toEqual({
      total: 1,
      lastReason: 'pickle is never read',
      lastContentType: 'application/x-python-serialize',
      lastHostname: null,
      lastAt: 5,
    });
  });
});
