/** Hashes of passwords: scrypt, as others write them too. */
import { describe, expect, it } from 'vitest';
import {
  defaultCost,
  hashPassword,
  isPassword,
  parsePasswordHash,
} from '../../../src/access/password-hash.js';

const cheap = { ln: 10, r: 1, p: 1 };

async function matches(password: string, line: string): Promise<boolean> {
  const hash = parsePasswordHash(line);
  if (hash === null) throw new Error('no hash');
  return isPassword(password, hash);
}

describe('A password hash', () => {
  it('is right for its password and for no other', async () => {
    const line = await hashPassword('hunter3', cheap);
    expect(line).toMatch(/^\$scrypt\$ln=10,r=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(line).not.toContain('hunter3');
    expect(await matches('hunter3', line)).toBe(true);
    expect(await matches('hunter2', line)).toBe(false);
    expect(await matches('', line)).toBe(false);
  });

  it('differs at every time', async () => {
    expect(await hashPassword('hunter3', cheap)).not.toBe(await hashPassword('hunter3', cheap));
  });

  it('costs what OWASP advises by default', () => {
    expect(defaultCost).toEqual({ ln: 15, r: 8, p: 3 });
  });

  it("is the standard's: the vector of RFC 7914 is right", async () => {
    const hash = Buffer.from(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
      'hex',
    );
    const password = { ln: 10, r: 8, p: 16, salt: Buffer.from('NaCl'), hash };
    expect(await isPassword('password', password)).toBe(true);
  });

  it('is right however the keyboard writes an accent', async () => {
    expect(await matches('caf\u0065\u0301', await hashPassword('caf\u00e9', cheap))).toBe(true);
  });

  const [salt, hash] = ['A'.repeat(22), 'A'.repeat(43)];
  it.each([
    ['a password in the clear', 'hunter3'],
    ['another function', `$argon2id$v=19$m=65536,t=3,p=4$${salt}$${hash}`],
    ['a cost that is none', `$scrypt$ln=9,r=8,p=1$${salt}$${hash}`],
    ['more memory than there may be', `$scrypt$ln=20,r=8,p=1$${salt}$${hash}`],
    ['more work than there may be', `$scrypt$ln=15,r=8,p=17$${salt}$${hash}`],
    ['no blocks', `$scrypt$ln=15,r=0,p=1$${salt}$${hash}`],
    ['hardly a hash', `$scrypt$ln=15,r=8,p=1$${salt}$AAAA`],
    ['something behind it', `$scrypt$ln=15,r=8,p=1$${salt}$${hash}$`],
  ])('is not taken with %s', (_name, line) => {
    expect(parsePasswordHash(line)).toBeNull();
  });
});
