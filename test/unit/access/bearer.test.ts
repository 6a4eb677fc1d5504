/** Tokens of the auth file. */
import { timingSafeEqual } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256Of, TokenScheme } from '../../../src/access/bearer.js';
import { UnauthenticatedError } from '../../../src/errors.js';

vi.mock(import('node:crypto'), async (load) => {
  const crypto = await load();
  return { ...crypto, timingSafeEqual: vi.fn(crypto.timingSafeEqual) };
});
beforeEach(() => void vi.mocked(timingSafeEqual).mockClear());

const scheme = new TokenScheme([
  { name: 'first', role: 'viewer', sha256: sha256Of('t0ken-1') },
  { name: 'second', role: 'operator', sha256: sha256Of('t0ken-2') },
  { name: 'third', role: 'viewer', sha256: sha256Of('t0ken-3') },
]);
const present = (authorization: string) =>
  scheme.authenticate({
    ...{ headers: { authorization: [authorization] }, remoteAddress: null, clientAddress: null },
  });

describe('TokenScheme', () => {
  it('knows whose token it is, and the role', async () => {
    expect(await present('Bearer t0ken-2')).toEqual({
      ...{ name: 'second', role: 'operator', method: 'bearer', expiresAt: null },
    });
  });

  it.each(['t0ken-1', 't0ken-3', 'unknown'])(
    'holds %s against every hash, in constant time: the duration reveals nothing',
    async (token) => {
      await present(`Bearer ${token}`);
      expect(timingSafeEqual).toHaveBeenCalledTimes(3);
    },
  );

  it('does not take the hash for the token', async () => {
    expect(await present(`Bearer ${sha256Of('t0ken-1').toString('hex')}`)).toBeNull();
  });

  it('refuses a token too long to be one, unread', async () => {
    await expect(present(`Bearer ${'x'.repeat(16_385)}`)).rejects.toThrow(UnauthenticatedError);
    expect(timingSafeEqual).not.toHaveBeenCalled();
  });
});
