/**
 * The `ssl_*` parameters of a `rediss://` or `amqps://` URL, by the names and values of redis-py. Certificates are
 * verified unless `ssl_cert_reqs` is `none`: kombu would leave that out when nothing is said.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../../../errors.js';

export interface TlsSettings {
  /** Certificates and key, as their files are when it is asked for: at every new connection. */
  readonly context: SecureContext;
  /** Paths of the files, by the names of their parameters. */
  readonly files: Readonly<Record<string, string>>;
  /** Passphrase of the key; null if none is configured. */
  readonly passphrase: string | null;
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
  const contents = new TlsFiles(parameters, passphrase);
  return {
    get context() {
      return contents.context;
    },
    files: pathsIn(parameters),
    passphrase,
    verify,
    checkHostname: verify && checkHostname,
  };
}

/** What Node's `tls.connect` takes; the files are read anew whenever the context is taken out of it. */
export function tlsOptions(settings: TlsSettings): ConnectionOptions {
  const { verify, checkHostname } = settings;
  return {
    get secureContext() {
      return settings.context;
    },
    rejectUnauthorized: verify,
    ...(!checkHostname && { checkServerIdentity: () => undefined }),
  };
}

/** Certificates are renewed while the gateway runs, and its connections are made anew. */
class TlsFiles {
  readonly #parameters: URLSearchParams;
  readonly #passphrase: string | null;
  #contents: Partial<Record<keyof typeof files, Buffer>>;
  #context: SecureContext;

  /** @throws ConfigError for files that cannot be read or used */
  constructor(parameters: URLSearchParams, passphrase: string | null) {
    this.#parameters = parameters;
    this.#passphrase = passphrase;
    this.#contents = readFiles(parameters);
    this.#context = this.#contextOf(this.#contents);
  }

  /** The context of the files that were valid last: in the middle of a renewal key and certificate may not match. */
  get context(): SecureContext {
    try {
      const contents = readFiles(this.#parameters);
      if (!isDeepStrictEqual(contents, this.#contents)) {
        // OpenSSL takes an authority that it cannot read for none at all.
        assertCertificates(contents);
        this.#context = this.#contextOf(contents);
        this.#contents = contents;
      }
    } catch {
      // The next connection looks again; until then the server says what it makes of the old ones.
    }
    return this.#context;
  }

  #contextOf(contents: Partial<Record<keyof typeof files, Buffer>>): SecureContext {
    const passphrase = this.#passphrase;
    return secureContext({ ...contents, ...(passphrase !== null && { passphrase }) });
  }
}

/** @throws Error where one of them is no certificate */
function assertCertificates({ ca, cert }: Partial<Record<keyof typeof files, Buffer>>): void {
  for (const certificate of [ca, cert])
    if (certificate !== undefined && new X509Certificate(certificate).raw.length === 0)
      throw new Error('an empty certificate');
}

function pathsIn(parameters: URLSearchParams): Readonly<Record<string, string>> {
  const named = Object.values(files).map((name) => [name, parameters.get(name) ?? ''] as const);
  return Object.fromEntries(named.filter(([, path]) => path !== ''));
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
    // A pipe could keep the gateway waiting for ever.
    if (!statSync(path).isFile()) throw new ConfigError(`names something in ${name} that is not a file`);
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
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
