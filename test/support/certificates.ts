/** A certificate authority of the test's own, and certificates that it signed: files that exist until they are disposed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOutput } from './program.js';

export interface Certificates extends AsyncDisposable {
  readonly ca: string;
  /** The server's, for 127.0.0.1 by default; clients may show it as well. */
  readonly cert: string;
  readonly key: string;
}

/** @param name a subject alternative name, such as `DNS:elsewhere` */
export async function makeCertificates(name = 'IP:127.0.0.1'): Promise<Certificates> {
  const dir = await mkdtemp(join(tmpdir(), 'celeryql-certificates-'));
  const path = (file: string): string => join(dir, file);
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  const extensions = path('extensions');
  await writeFile(extensions, `subjectAltName=${name}`);
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    path('ca.key'),
    '-out',
    path('ca.crt'),
    '-subj',
    '/CN=ca',
  );
  await openssl(
    'req',
    ...key,
    '-keyout',
    path('server.key'),
    '-out',
    path('server.csr'),
    '-subj',
    '/CN=redis',
  );
  await openssl(
    ...['x509', '-req', '-in', path('server.csr'), '-out', path('server.crt'), '-days', '1'],
    ...['-CA', path('ca.crt'), '-CAkey', path('ca.key'), '-CAcreateserial', '-extfile', extensions],
  );
  return {
    ca: path('ca.crt'),
    cert: path('server.crt'),
    key: path('server.key'),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

async function openssl(...args: string[]): Promise<void> {
  await programOutput('openssl', args);
}
