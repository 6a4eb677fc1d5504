/** Whether a worker has answered is said only where it is known. */
import { describe, expect, it } from 'vitest';
import { isSilent, type InspectReply } from '../../../../src/celery/inspect/inspect-reply.js';
import type { InspectCommand } from '../../../../src/celery/inspect/inspect.js';

type Reply = InspectReply<InspectCommand>;
const pong: Reply = { ok: true, value: { ok: 'pong' } };
const unreadable: Reply = { ok: false, error: 'pickle', unreadable: true, contentType: 'a/b' };
const uncertain: Reply = { ...unreadable, isUncertain: true };

function results(...replies: readonly (Reply | null)[]) {
  const commands = ['ping', 'stats'] as const;
  return replies.map((reply, index) => {
    const replies = new Map<string, Reply>(reply === null ? [] : [['w1', reply]]);
    return [commands[index] ?? 'ping', { replies }] as const;
  });
}

describe('isSilent', () => {
  it.each([
    ['a reply', results(pong), false],
    ['a refusal', results({ ok: false, error: 'no' }), false],
    ['a reply of its own that cannot be read', results(pong, unreadable), false],
    ['no reply', results(null), true],
    ['a reply and none to another command', results(pong, null), true],
    ['a reply that may be that of another worker, and none', results(uncertain, null), true],
  ])('of a worker with %s', (_, answers, expected) => {
    expect(isSilent('w1', answers)).toBe(expected);
  });

  it('is unknown where a reply that cannot be read may be that of another worker', () => {
    expect(() => isSilent('w1', results(pong, uncertain))).toThrow(
      expect.objectContaining({
        code: 'UNREADABLE_REPLY',
        hostname: 'w1',
        contentType: 'a/b',
        message: 'w1 may have answered stats, but the reply cannot be read: pickle',
      }) as Error,
    );
  });
});
