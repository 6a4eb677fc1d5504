/** JWTs: only what the provider has signed, for us, with a key of its own, and until it ends. */
import { createHmac } from 'node:crypto';
import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJwtVerifier, localKeys } from '../../../src/access/jwt.js';
import type { JwtOptions } from '../../../src/access/jwt.js';
import { RoleMap } from '../../../src/access/role-map.js';
import { ConfigError, ForbiddenError, UnauthenticatedError } from '../../../src/errors.js';
import { ThrottledLog } from '../../../src/throttled-log.js';
import { silentLogger } from '../../../src/log.js';

const issuer = 'https://id.example.com';
const audience = 'celeryql';
/** Seconds. */
const now = 1_800_000_000;
const claims = { iss: issuer, aud: audience, sub: 'ada', role: 'operator', exp: now + 60 };

let key: CryptoKey;
let publicKey: CryptoKey;
let keys: JWK[];
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  key = pair.privateKey;
  publicKey = pair.publicKey;
  keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }];
});

/** @param payload that may be wrong in any way */
const sign = (payload: object, kid = 'one', signer = key) =>
  new SignJWT(payload as JWTPayload).setProtectedHeader({ alg: 'ES256', kid }).sign(signer);

const verifier = (options: Partial<JwtOptions> = {}) =>
  createJwtVerifier({
    ...{ keys: localKeys(JSON.stringify({ keys })), issuer, audience },
    ...{ userClaim: 'sub', roleClaim: 'role', roles: new RoleMap(new Map([['ops', 'operator']])) },
    clock: () => now * 1000,
    failures: new ThrottledLog({ log: silentLogger, message: 'the keys of JWTs cannot be read' }),
    ...options,
  });

describe('A JWT', () => {
  it('gives the name, the role and the expiry of the caller', async () => {
    expect(await verifier()(await sign(claims))).toEqual({
      ...{ name: 'ada', role: 'operator', method: 'jwt', expiresAt: (now + 60) * 1000 },
    });
  });

  it.each([
    ['a role', 'role', { role: 'admin' }, 'admin'],
    ['roles, of which the highest counts', 'role', { role: ['viewer', 'admin', 'other'] }, 'admin'],
    ['a group that has a role', 'groups', { groups: ['dev', 'ops'] }, 'operator'],
    ['a path into objects', 'realm_access.roles', { realm_access: { roles: ['admin'] } }, 'admin'],
    ['a name with dots', 'https://a.b/role', { 'https://a.b/role': 'viewer' }, 'viewer'],
  ])('may have its role in %s', async (_name, roleClaim, given, role) => {
    const token = await sign({ ...claims, role: undefined, ...given });
    expect(await verifier({ roleClaim })(token)).toMatchObject({ role });
  });

  it('may have its name in another claim', async () => {
    const token = await sign({ ...claims, email: 'ada@example.com' });
    expect(await verifier({ userClaim: 'email' })(token)).toMatchObject({ name: 'ada@example.com' });
  });

  it('ends within ten years', async () => {
    const year = 365 * 24 * 3_600;
    expect(await verifier()(await sign({ ...claims, exp: now + 10 * year }))).toMatchObject({
      expiresAt: (now + 10 * year) * 1000,
    });
    for (const exp of [now + 11 * year, 253_402_300_800, Number.MAX_VALUE]) {
      const refused: unknown = await verifier()(await sign({ ...claims, exp })).catch((e: unknown) => e);
      expect(refused).toMatchObject({
        code: 'UNAUTHENTICATED',
        message: 'Credentials are missing or wrong',
        cause: { message: 'exp is more than ten years in the future' },
      });
    }
  });

  it('does not end in infinity', async () => {
    const header = Buffer.from('{"alg":"ES256","kid":"one"}').toString('base64url');
    const payload = JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e999');
    const signed = `${header}.${Buffer.from(payload).toString('base64url')}`;
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, key, Buffer.from(signed));
    const token = `${signed}.${Buffer.from(signature).toString('base64url')}`;
    await expect(verifier()(token)).rejects.toThrow(UnauthenticatedError);
  });

  it.each([
    ['no role', { role: undefined }],
    ['a group that has none', { role: 'dev' }],
    ['a role that is no text', { role: { admin: true } }],
    ['the name of a property of every object', { role: 'constructor' }],
  ])('of a user with %s is valid, and grants nothing', async (_name, given) => {
    await expect(verifier()(await sign({ ...claims, ...given }))).rejects.toThrow(
      new ForbiddenError('ada has no role'),
    );
  });

  it.each([
    ['has expired', { exp: now - 6 }],
    ['has no end', { exp: undefined }],
    ['is not valid yet', { nbf: now + 60 }],
    ['is by another issuer', { iss: 'https://evil.test' }],
    ['has no issuer', { iss: undefined }],
    ['is for another audience', { aud: 'other' }],
    ['has no audience', { aud: undefined }],
    ['has no subject', { sub: undefined }],
    ['has a subject that is too long', { sub: 'a'.repeat(257) }],
  ])('that %s is refused', async (_name, given) => {
    await expect(verifier()(await sign({ ...claims, ...given }))).rejects.toThrow(
      new UnauthenticatedError(),
    );
  });

  it('may be a few seconds late: clocks differ', async () => {
    expect(await verifier()(await sign({ ...claims, exp: now - 4 }))).toMatchObject({ name: 'ada' });
  });

  describe('is refused', () => {
    const refuses = (token: string) =>
      expect(verifier()(token)).rejects.toThrow(new UnauthenticatedError());

    it('without a signature (alg: none)', async () => {
      await refuses(new UnsecuredJWT(claims).encode());
    });

    it('when it is signed with the public key as a shared secret (HS256)', async () => {
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const text = `${encode({ alg: 'HS256', kid: 'one' })}.${encode(claims)}`;
      const secret = await exportSPKI(publicKey);
      await refuses(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`);
    });

    it('when it is signed with a secret that stands among the keys', async () => {
      const secret = Buffer.from('a secret of thirty-two characters');
      const jwk = { kty: 'oct', k: secret.toString('base64url'), kid: 'shared', alg: 'HS256' };
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: 'shared' })
        .sign(secret);
      const all = createLocalJWKSet({ keys: [...keys, jwk] }); // as a provider may send it
      await expect(verifier({ keys: all })(token)).rejects.toThrow(UnauthenticatedError);
    });

    it('when another key has signed it under the id of this key', async () => {
      const other = await generateKeyPair('ES256');
      await refuses(await sign(claims, 'one', other.privateKey));
    });

    it('when its key is not among those of the provider', async () => {
      await refuses(await sign(claims, 'two'));
    });

    it('when it brings its own key', async () => {
      const other = await generateKeyPair('ES256', { extractable: true });
      const jwk = await exportJWK(other.publicKey);
      const header = { alg: 'ES256', jwk, jku: 'https://evil.test/jwks.json' };
      await refuses(await new SignJWT(claims).setProtectedHeader(header).sign(other.privateKey));
    });

    it('when it was changed', async () => {
      const [header, , signature] = (await sign(claims)).split('.');
      const payload = Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url');
      await refuses(`${header}.${payload}.${signature}`);
    });

    it.each(['', '.', '..', 'a.b.c', 'not a token', '{}', 'e30.e30.e30'])(
      'when it is %j',
      async (token) => {
        await refuses(token);
      },
    );
  });
});

describe('Keys', () => {
  it.each(['', 'hunter3', '{}', '{"keys":[]}', '{"keys":[{}]}', '[]'])(
    'in a file that holds %j are refused, and not quoted',
    (text) => {
      expect(() => localKeys(text)).toThrow(new ConfigError('is not a JSON Web Key Set'));
    },
  );
});
