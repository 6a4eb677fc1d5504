/** Certificates that are renewed while the gateway runs: the next connection takes the new ones. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseRedisUrl } from '../../src/celery/transport/address/redis-address.js';
import { RedisConnection } from '../../src/celery/transport/redis/redis-connection.js';
import { silentLogger } from '../../src/log.js';
import { makeCertificates } from '../support/certificates.js';
import type { Certificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

describeWith(['redis:tls', 'openssl'], 'a connection to Redis', () => {
  it('is made with the certificates of its time, and with those of before while they are no use', async () => {
    await using first = await makeCertificates();
    await using second = await makeCertificates();
    const folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    const served = { ca: join(folder, 'ca'), cert: join(folder, 'cert'), key: join(folder, 'key') };
    const use = async ({ ca, cert, key }: Certificates) => {
      await copyFile(ca, served.ca);
      await copyFile(cert, served.cert);
      await copyFile(key, served.key);
    };
    await use(first);
    const nothing = { [Symbol.asyncDispose]: async () => undefined };
    await using redis = await startRedis({ certificates: { ...served, ...nothing } });
    // The gateway's own copy of the authority, which is renewed on its own.
    const trusted = join(folder, 'trusted');
    await copyFile(first.ca, trusted);
    const url = redis.tlsUrl(0, { ssl_cert_reqs: 'required', ssl_ca_certs: trusted });
    const link = new RedisConnection({ address: parseRedisUrl(url), name: 'test', log: silentLogger });
    try {
      link.start();
      await eventually(() => expect(link.isReady).toBe(true));

      await writeFile(trusted, 'half of a certificate');
      await redis.restart();
      await eventually(() => expect(link.isReady).toBe(true));

      await redis.stop();
      await use(second);
      await redis.restart();
      await eventually(() => expect(link.reason).toMatch(/certificate/));
      await copyFile(second.ca, trusted);
      await eventually(() => expect(link.isReady).toBe(true));
    } finally {
      link.dispose();
      await rm(folder, { recursive: true });
    }
  });
});
