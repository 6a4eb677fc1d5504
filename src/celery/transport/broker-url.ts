/** Broker and result backend addresses, as Celery writes them (`kombu.utils.url`). Credentials are percent-encoded. */
import { ConfigError } from '../../errors.js';

export interface RedisAddress {
  readonly scheme: 'redis';
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
}

export type BrokerAddress = RedisAddress;

const redisHost = '127.0.0.1';
const redisPort = 6379;
/** The place of a host that was left out, which Celery allows and the URL standard does not. */
const missingHost = /^(redis:\/\/(?:[^/?#]*@)?)(?=(?::\d*)?(?:[/?#]|$))/i;

/**
 * @throws ConfigError that says what is wrong without repeating the text, which may hold a password.
 */
export function parseBrokerUrl(text: string): BrokerAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new ConfigError('is not a URL such as redis://host:6379/0');
  if (scheme !== 'redis')
    throw new ConfigError(`has scheme ${scheme}://, but only redis:// can be watched`);
  const complete = text.replace(missingHost, (before) => before + redisHost);
  const url = URL.canParse(complete) ? new URL(complete) : null;
  if (url === null) throw new ConfigError('is not a URL such as redis://host:6379/0');
  const path = decode(url.pathname.replace(/^\//, ''));
  if (!/^\d{0,9}$/.test(path))
    throw new ConfigError('must end in the number of a database, as in redis://host:6379/0');
  return {
    scheme: 'redis',
    host: decode(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? redisPort : Number(url.port),
    db: Number(path),
    username: decode(url.username) || null,
    password: decode(url.password) || null,
  };
}

/** What may be shown of an address: never its credentials. */
export function describeAddress({ scheme, host, port, db }: BrokerAddress): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/${db}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ConfigError('has a percent sign that is not followed by two hexadecimal digits', {
      cause,
    });
  }
}
