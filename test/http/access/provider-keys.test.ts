/** The keys of JWTs, from the server of their provider. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJwtVerifier, remoteKeys } from '../../../src/access/jwt.js';
import { RoleMap } from '../../../src/access/role-map.js';
import { AuthenticationUnavailableError } from '../../../src/errors.js';
import { ThrottledLog } from '../../../src/throttled-log.js';
import { silentLogger } from '../../../src/log.js';

const issuer = 'https://id.example.com';
const audience = 'celeryql';
/** Seconds. */
const now = 1_800_000_000;

let key: CryptoKey;
let keys: JWK[];
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  key = privateKey;
  keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }];
});

const sign = () =>
  new SignJWT({ iss: issuer, aud: audience, sub: 'ada', role: 'operator', exp: now + 60 })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(key);

const verifier = (url: string) =>
  createJwtVerifier({
    keys: remoteKeys(new URL(url)),
    issuer,
    audience,
    userClaim: 'sub',
    roleClaim: 'role',
    roles: new RoleMap(new Map()),
    clock: () => now * 1000,
    failures: new ThrottledLog({ log: silentLogger, message: 'the keys of JWTs cannot be read' }),
  });

describe('Keys', () => {
  it('of a provider are asked for once', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const verify = verifier(`http://127.0.0.1:${port}/jwks.json`);
      for (let time = 0; time < 3; time++) await verify(await sign());
      expect(requests).toBe(1);
    } finally {
      server.close();
    }
  });

  it.each([
    ['is away', () => 'http://127.0.0.1:1/'],
    ['answers with an error', (port: number) => `http://127.0.0.1:${port}/error`],
    ['answers with something else', (port: number) => `http://127.0.0.1:${port}/text`],
  ])('of a provider that %s make no token wrong: none can be judged', async (_name, urlOf) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/error' ? 500 : 200).end('no keys');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const verify = verifier(urlOf(port));
      await expect(verify(await sign())).rejects.toThrow(AuthenticationUnavailableError);
    } finally {
      server.close();
    }
  });
});
