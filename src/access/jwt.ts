/**
 * JSON Web Tokens of an identity provider: signed with a key of its set (JWKS), for this audience, by this issuer,
 * with an
 * end. Only asymmetric algorithms: with a symmetric one, anyone who knows the public key could sign.
 */
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { AuthenticationUnavailableError, ConfigError, UnauthenticatedError } from '../errors.js';
import type { ThrottledLog } from '../throttled-log.js';
import { maxNameLength } from './attempt.js';
import type { JwtVerifier } from './bearer.js';
import type { RoleMap } from './role-map.js';
import type { Viewer } from './viewer.js';

export const jwtAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Milliseconds until the provider must have sent its keys. */
const timeoutDuration = 2_000;
/** Seconds that its clock may differ from ours. */
const clockTolerance = 5;

export interface JwtOptions {
  readonly keys: JWTVerifyGetKey;
  readonly issuer: string;
  readonly audience: string;
  /** Where the user's name is, and the role or the groups; a path in dots leads into objects. */
  readonly userClaim: string;
  readonly roleClaim: string;
  readonly roles: RoleMap;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** For what the identity provider fails at. */
  readonly failures: ThrottledLog;
}

/** Seconds: the end of a token that lives longer is a mistake of its issuer, and means that it has none. */
const maxLifetime = 10 * 366 * 24 * 3_600;

const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
const name = z.string().trim().min(1).max(maxNameLength);
const groups = z
  .union([z.string().transform((text) => [text]), z.array(z.string()).max(1_000)])
  .catch([]);

/** They are asked for when the first token comes, and again when one comes whose key is not among them. */
export function remoteKeys(url: URL): JWTVerifyGetKey {
  return createRemoteJWKSet(url, { timeoutDuration });
}

/** @throws ConfigError when the text is no set of keys */
export function localKeys(text: string): JWTVerifyGetKey {
  const set = parseKeySet(text);
  // RFC 7518, section 6.4, and 6.2.2, 6.3.2: `oct` is a symmetric key, `d` the private part of the others.
  if (set.keys.some(({ kty }) => kty === 'oct'))
    throw new ConfigError(
      'contains a symmetric key (`oct`): every reader of the file could sign tokens',
    );
  if (set.keys.some((key) => 'd' in key))
    throw new ConfigError(
      'contains a private key (`d`): every reader of the file could sign tokens; use only the public part',
    );
  return createLocalJWKSet(set);
}

function parseKeySet(text: string): z.infer<typeof keySet> {
  try {
    return keySet.parse(JSON.parse(text));
  } catch {
    throw new ConfigError('is not a JSON Web Key Set'); // no cause: it could quote a key
  }
}

export function createJwtVerifier(options: JwtOptions): JwtVerifier {
  const { keys, issuer, audience, userClaim, roleClaim, roles, clock, failures } = options;
  const rules = { issuer, audience, algorithms: jwtAlgorithms, requiredClaims: ['exp'], clockTolerance };

  const payloadOf = async (token: string): Promise<JWTPayload> => {
    try {
      return (await jwtVerify(token, keys, { ...rules, currentDate: new Date(clock()) })).payload;
    } catch (cause) {
      if (isOurFault(cause)) {
        failures.add('keys', { error: cause });
        throw new AuthenticationUnavailableError({ cause });
      }
      throw new UnauthenticatedError(undefined, { cause });
    }
  };

  const verify = async (token: string): Promise<Viewer> => {
    const payload = await payloadOf(token);
    const user = name.safeParse(claim(payload, userClaim));
    if (!user.success || payload.exp === undefined) throw new UnauthenticatedError();
    if (!(payload.exp - clock() / 1000 <= maxLifetime)) {
      const cause = new Error('exp is more than ten years in the future');
      throw new UnauthenticatedError(undefined, { cause });
    }
    const role = roles.roleOf(user.data, groups.parse(claim(payload, roleClaim)));
    return { name: user.data, role, method: 'jwt', expiresAt: payload.exp * 1000 };
  };
  const claimedName = (token: string): string | null =>
    name.safeParse(claim(decodeJwt(token), userClaim)).data ?? null;
  return Object.assign(verify, { claimedName });
}

/** Of jose, what is not about the token: the provider is away, or answers nonsense. */
function isOurFault(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'].includes(error.code);
}

/** Whole names first: many providers name their own claims by URLs, which have dots. */
function claim(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  return path.split('.').reduce<unknown>((value, key) => {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return isObject ? (value as Record<string, unknown>)[key] : undefined;
  }, payload);
}
