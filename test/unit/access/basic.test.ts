/** Basic authentication: what it costs is the same for every name, and never more than it may. */
import { describe, expect, it } from 'vitest';
import { BasicScheme } from '../../../src/access/basic.js';
import { FailedAttempts } from '../../../src/access/failed-attempts.js';
import type { PasswordHash } from '../../../src/access/password-hash.js';
import { TooManyAttemptsError, UnauthenticatedError } from '../../../src/errors.js';

const hashOf = (password: string, ln: number): PasswordHash => ({
  ...{ ln, r: 8, p: 1, salt: Buffer.from('salt') },
  hash: Buffer.from(password),
});

/** Ada's password costs more than Bob's. Work is recorded, and done when it is let go on. */
function newScheme({ held = false } = {}) {
  const work: { password: string; ln: number }[] = [];
  const waiting: (() => void)[] = [];
  const failures = new FailedAttempts({ clock: () => 0, max: 3 });
  const scheme = new BasicScheme({
    users: [
      { name: 'ada', role: 'admin', password: hashOf('hunter3', 15) },
      { name: 'bob', role: 'viewer', password: hashOf('hunter4', 14) },
    ],
    failures,
    verify: async (password, { ln, hash }) => {
      work.push({ password, ln });
      if (held) await new Promise<void>((resolve) => waiting.push(resolve));
      return hash.toString() === password;
    },
  });
  const attempt = (credentials: string, clientAddress = '192.0.2.1') =>
    scheme.authenticate({
      headers: { authorization: [credentials] },
      ...{ remoteAddress: clientAddress, clientAddress },
    });
  const signIn = (name: string, password: string, address?: string) =>
    attempt(`Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`, address);
  const release = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { scheme, work, failures, attempt, signIn, release };
}

describe('BasicScheme', () => {
  it('knows a user by the password, with the role of the file', async () => {
    const { signIn } = newScheme();
    expect(await signIn('ada', 'hunter3')).toEqual({
      ...{ name: 'ada', role: 'admin', method: 'basic', expiresAt: null },
    });
  });

  it('lets a password have colons', async () => {
    const { work, signIn } = newScheme();
    await expect(signIn('ada', 'a:b:c')).rejects.toThrow(UnauthenticatedError);
    expect(work).toEqual([{ password: 'a:b:c', ln: 15 }]);
  });

  it("does the same work for unknown names as for users: some user's, always the same one", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `stranger${index}`);
    const { work, signIn } = newScheme();
    for (const name of [...names, ...names])
      await expect(signIn(name, 'x', `192.0.2.${work.length}`)).rejects.toThrow(UnauthenticatedError);
    const costs = work.map(({ ln }) => ln);
    expect(costs).toHaveLength(80);
    expect(costs.slice(0, 40)).toEqual(costs.slice(40));
    expect(new Set(costs)).toEqual(new Set([14, 15]));
  });

  it('lets in no stranger, not even with the password of the user whose hash it is held against', async () => {
    const { signIn } = newScheme();
    for (let index = 0; index < 20; index++)
      for (const password of ['hunter3', 'hunter4'])
        await expect(signIn(`stranger${index}`, password)).rejects.toThrow(UnauthenticatedError);
  });

  it('works out right credentials once, wrong ones each time', async () => {
    const { work, signIn } = newScheme();
    for (let time = 0; time < 5; time++) await signIn('ada', 'hunter3');
    expect(work).toHaveLength(1);
    for (let time = 0; time < 2; time++) await expect(signIn('ada', 'x')).rejects.toThrow();
    expect(work).toHaveLength(3);
  });

  it('works out once what is asked at the same time', async () => {
    const { work, signIn, release } = newScheme({ held: true });
    const all = Array.from({ length: 20 }, () => signIn('ada', 'hunter3'));
    await Promise.resolve();
    release();
    expect((await Promise.all(all)).map((viewer) => viewer?.name)).toEqual(Array(20).fill('ada'));
    expect(work).toHaveLength(1);
  });

  it('does not even look at the password of who has failed too often, unless it was right before', async () => {
    const { work, failures, signIn } = newScheme();
    await signIn('bob', 'hunter4');
    for (let time = 0; time < 3; time++) failures.add('192.0.2.1');
    await expect(signIn('ada', 'hunter3')).rejects.toThrow(TooManyAttemptsError);
    expect(work).toHaveLength(1);
    expect(await signIn('bob', 'hunter4')).toMatchObject({ name: 'bob' });
    expect(await signIn('ada', 'hunter3', '192.0.2.2')).toMatchObject({ name: 'ada' });
  });

  it('counts guesses that are still worked on: many at once are no more than one after the other', async () => {
    const { work, signIn, release } = newScheme({ held: true });
    const guesses = Array.from({ length: 10 }, (_, index) =>
      signIn('ada', String(index)).catch((error: unknown) => (error as Error).constructor),
    );
    await new Promise((resolve) => setImmediate(resolve));
    release(); // two work at a time
    await new Promise((resolve) => setImmediate(resolve));
    release();
    expect(await Promise.all(guesses)).toEqual([
      ...Array<unknown>(3).fill(UnauthenticatedError),
      ...Array<unknown>(7).fill(TooManyAttemptsError),
    ]);
    expect(work).toHaveLength(3);
  });

  it('bounds the work that waits, wherever it comes from', async () => {
    const { work, signIn, release } = newScheme({ held: true });
    const progress = { isOver: false };
    const guesses = Array.from({ length: 100 }, (_, index) =>
      signIn('ada', String(index), `192.0.2.${index}`).catch(
        (error: unknown) => (error as Error).constructor,
      ),
    );
    const all = Promise.all(guesses).finally(() => (progress.isOver = true));
    while (!progress.isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      release();
    }
    const results = await all;
    expect(results.filter((result) => result === TooManyAttemptsError)).toHaveLength(34);
    expect(work).toHaveLength(66);
  });

  it.each([
    ['no base64', 'Basic ???'],
    ['no colon', `Basic ${Buffer.from('ada').toString('base64')}`],
    ['no name', `Basic ${Buffer.from(':hunter3').toString('base64')}`],
    ['nothing', 'Basic'],
    ['two of them', 'Basic YTpi YTpi'],
    ['a name without end', `Basic ${Buffer.from(`${'a'.repeat(257)}:x`).toString('base64')}`],
    ['a password without end', `Basic ${Buffer.from(`a:${'x'.repeat(1_025)}`).toString('base64')}`],
  ])('refuses %s without any work', async (_name, credentials) => {
    const { work, attempt } = newScheme();
    await expect(attempt(credentials)).rejects.toThrow(UnauthenticatedError);
    expect(work).toEqual([]);
  });

  it('leaves other kinds of credentials to others', async () => {
    const { scheme, attempt } = newScheme();
    expect(await attempt('Bearer YWRhOmh1bnRlcjM=')).toBeNull();
    expect(
      await scheme.authenticate({ headers: {}, remoteAddress: null, clientAddress: null }),
    ).toBeNull();
  });
});
