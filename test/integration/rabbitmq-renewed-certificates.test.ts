/** Certificates of RabbitMQ's management API that are renewed while the gateway runs. */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RabbitMQManagement } from '../../src/celery/transport/amqp/rabbitmq-management.js';
import { readTls } from '../../src/celery/transport/address/tls-options.js';
import { silentLogger } from '../../src/log.js';
import { makeCertificates } from '../support/certificates.js';
import type { Certificates } from '../support/certificates.js';
import { describeWith } from '../support/requirements.js';

/** As the server of the API takes them; it lets in who shows a certificate of its authority. */
async function served({ ca, cert, key }: Certificates) {
  const [authority, certificate, secret] = await Promise.all(
    [ca, cert, key].map((path) => readFile(path)),
  );
  return { ca: authority, cert: certificate, key: secret };
}

describeWith(['openssl'], 'a connection to the management API', () => {
  it('is made with the certificates of its time', async () => {
    await using first = await makeCertificates();
    await using second = await makeCertificates();
    const folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    const own = { ca: join(folder, 'ca'), cert: join(folder, 'cert'), key: join(folder, 'key') };
    const use = async ({ ca, cert, key }: Certificates) => {
      await copyFile(ca, own.ca);
      await copyFile(cert, own.cert);
      await copyFile(key, own.key);
    };
    await use(first);
    const options = { requestCert: true, rejectUnauthorized: true, ...(await served(first)) };
    const server = createServer(options, (_request, response) => response.end('[]'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const tls = readTls(
      new URLSearchParams({ ssl_ca_certs: own.ca, ssl_certfile: own.cert, ssl_keyfile: own.key }),
    );
    const url = `https://127.0.0.1:${port}`;
    const access = { url, username: 'guest', password: 'guest', tls };
    using management = new RabbitMQManagement({ access, vhost: '/', log: silentLogger });
    try {
      expect(await management.queues()).toEqual([]);

      server.setSecureContext(await served(second));
      server.closeAllConnections();
      await use(second);
      expect(await management.queues()).toEqual([]);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    }
  });
});
