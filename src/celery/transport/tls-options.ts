/**
 * The `ssl_*` parameters of a `rediss://` or `amqps://` URL, by the names and values of redis-py. Certificates are
 * verified unless `ssl_cert_reqs` is `none`: kombu would leave that out when nothing is said.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { ConfigError } from '../../errors.js';

export interface TlsSettings {
  /** Certificates and key, read at the start. */
  readonly context: SecureContext;
  readonly verify: boolean;
  /** Whether the certificate must be of the host that was connected to. */
  readonly checkHostname: boolean;
}

const prefix = 'ssl_';
const files = { ca: 'ssl_ca_certs', cert: 'ssl_certfile', key: 'ssl_keyfile' } as const;
const others = ['ssl_cert_reqs', 'ssl_check_hostname', 'ssl_password'];
const known: readonly string[] = [...Object.values(files), ...others];

/** As a client, OpenSSL verifies an `optional` certificate too. */
const verifies: Readonly<Record<string, boolean>> = {
  required: true,
  optional: true,
  none: false,
  CERT_REQUIRED: true,
  CERT_OPTIONAL: true,
  CERT_NONE: false,
};

export function hasTlsParameters(parameters: URLSearchParams): boolean {
  return [...parameters.keys()].some((name) => name.startsWith(prefix));
}

/** @throws ConfigError, also when a file cannot be read; it names the parameter and never the file. */
export function readTls(parameters: URLSearchParams): TlsSettings {
  for (const name of parameters.keys())
    if (name.startsWith(prefix) && !known.includes(name))
      throw new ConfigError(`has an ssl_ parameter that is none of ${known.join(', ')}`);
  const verify = verifies[parameters.get('ssl_cert_reqs') ?? 'required'];
  if (verify === undefined)
    throw new ConfigError('must have required, optional or none in ssl_cert_reqs');
  const passphrase = parameters.get('ssl_password');
  const checkHostname = (parameters.get('ssl_check_hostname') ?? '').toLowerCase() !== 'false';
  return {
    context: secureContext({
      ...readFiles(parameters),
      ...(passphrase !== null && { passphrase }),
    }),
    verify,
    checkHostname: verify && checkHostname,
  };
}

/** What Node's `tls.connect` takes. */
export function tlsOptions({ context, verify, checkHostname }: TlsSettings): ConnectionOptions {
  return {
    secureContext: context,
    rejectUnauthorized: verify,
    ...(!checkHostname && { checkServerIdentity: () => undefined }),
  };
}

function readFiles(parameters: URLSearchParams): Partial<Record<keyof typeof files, Buffer>> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([option, name]) => {
      const path = parameters.get(name);
      return path === null || path === '' ? [] : [[option, readFile(name, path)]];
    }),
  );
}

function readFile(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new ConfigError(`names a file in ${name} that cannot be read${code}`, { cause });
  }
}

function secureContext(options: Parameters<typeof createSecureContext>[0]): SecureContext {
  try {
    return createSecureContext(options);
  } catch (cause) {
    throw new ConfigError('names certificates or a key that OpenSSL does not accept', { cause });
  }
}
