/**
 * Addresses of Redis, as Celery writes them (`kombu.utils.url`, `celery.backends.redis`): a host with or without TLS,
 * a unix socket, or the Sentinels that know the master. Credentials are percent-encoded.
 */
import { ConfigError } from '../../../errors.js';
import { decodePercent } from './percent-encoding.js';
import { hasTlsParameters, readTls } from './tls-options.js';
import type { TlsSettings } from './tls-options.js';

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** Sentinels, and what must be known to ask them: transport options `master_name` and `sentinel_kwargs`. */
export interface SentinelPlace {
  readonly kind: 'sentinel';
  readonly sentinels: readonly HostAndPort[];
  readonly masterName: string;
  readonly username: string | null;
  readonly password: string | null;
  /** Whether the Sentinels speak TLS too, with the certificates of the master. */
  readonly tls: boolean;
}

export type RedisPlace =
  | ({ readonly kind: 'tcp' } & HostAndPort)
  | { readonly kind: 'unix'; readonly path: string }
  | SentinelPlace;

/** One server, and how to log in. */
export interface RedisNode {
  readonly place: RedisPlace;
  /** Null for a connection in the clear. */
  readonly tls: TlsSettings | null;
  readonly db: number;
  /** Credentials of Redis; the Sentinels have their own. */
  readonly username: string | null;
  readonly password: string | null;
}

export interface RedisAddress extends RedisNode {
  readonly scheme: 'redis';
  /** The servers that are tried next, in this order, when this one cannot be reached; absent for a single server. */
  readonly fallbacks?: readonly RedisNode[];
}

/** Celery reads some parameters of a broker's URL otherwise than of a result backend's. */
export type RedisRole = 'broker' | 'result backend';

const redisHost = '127.0.0.1';
const redisPort = 6379;
const sentinelPort = 26_379;
/** The place of a host that was left out, which Celery allows and the URL standard does not. */
const missingHost = /^([a-z+]+:\/\/(?:[^/?#]*@)?)(?=(?::\d*)?(?:[/?#]|$))/i;

/** The text between the host and the path. */
const portOfUrl = /^[a-z+]+:\/\/(?:[^/?#]*@)?(?:\[[^\]/?#]*\]|[^:/?#@[\]]*):([^/?#@]*)(?=[/?#]|$)/i;
/** More servers than this are a mistake. */
const maxNodes = 32;
/** Between two addresses, or behind the last: a password may hold a semicolon where Celery does not split. */
const separators: Readonly<Record<RedisRole, RegExp>> = {
  broker: /;/,
  'result backend': /;(?=\s*(?:[a-z+]+:\/\/|;|$))/i,
};
const parsers: Readonly<Record<string, (text: string, role: RedisRole) => RedisAddress>> = {
  'redis:': parseRedisUrl,
  'rediss:': parseRedisUrl,
  'redis+socket:': parseRedisSocketUrl,
  'socket:': parseRedisSocketUrl,
};

/**
 * One address, or several with `;` between them, which are tried in turn, as in `kombu.Connection`.
 *
 * @throws ConfigError that says what is wrong without repeating the text, which may hold a password.
 */
export function parseRedisUrls(text: string, role: RedisRole = 'broker'): RedisAddress {
  const texts = text
    .split(separators[role])
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (texts.length > maxNodes) throw new ConfigError(`names more than ${maxNodes} servers`);
  const [first, ...others] = texts.map((part, index) => parseNode(part, role, index));
  if (first === undefined) throw new ConfigError('is not a URL such as redis://host:6379/0');
  const another = others.findIndex(({ db }) => db !== first.db);
  if (another !== -1)
    throw new ConfigError(
      `names database ${first.db} in address 1 and another in address ${another + 2}: all must have the same`,
    );
  return others.length === 0 ? first : { ...first, fallbacks: others };
}

function parseNode(text: string, role: RedisRole, index: number): RedisAddress {
  const scheme = /^[a-z+]+:(?=\/\/)/i.exec(text)?.[0].toLowerCase() ?? '';
  const parse = role === 'broker' && scheme === 'socket:' ? undefined : parsers[scheme];
  if (parse === undefined)
    throw new ConfigError(
      `must have redis://, rediss:// or redis+socket:// before each address, which number ${index + 1} has not (a semicolon within a password is written %3B)`,
    );
  return parse(text, role);
}

/**
 * @throws ConfigError that says what is wrong without repeating the text, which may hold a password.
 */
export function parseRedisUrl(text: string, role: RedisRole = 'broker'): RedisAddress {
  const url = parseUrl(text, 'redis://host:6379/0');
  const secure = url.protocol === 'rediss:';
  if (hasTlsParameters(url.searchParams) && !secure && role === 'result backend')
    throw new ConfigError('has ssl_ parameters, for which Celery wants rediss://');
  return {
    scheme: 'redis',
    place: { kind: 'tcp', ...hostAndPort(url, redisPort) },
    tls: secure || hasTlsParameters(url.searchParams) ? readTls(url.searchParams) : null,
    db: database((role === 'result backend' && url.searchParams.get('db')) || pathOf(url), role),
    ...credentials(url),
  };
}

/** `redis+socket:///run/redis.sock?virtual_host=1`; of result backends also `socket://` and `db=1`. */
export function parseRedisSocketUrl(text: string, role: RedisRole = 'broker'): RedisAddress {
  const url = parseUrl(text, 'redis+socket:///run/redis.sock?virtual_host=0');
  if (!missingHost.test(text) || pathOf(url) === '')
    throw new ConfigError(
      'must have three slashes before the path, as in redis+socket:///run/redis.sock',
    );
  const parameters = url.searchParams;
  const db = (role === 'result backend' && parameters.get('db')) || parameters.get('virtual_host');
  return {
    scheme: 'redis',
    place: { kind: 'unix', path: `/${pathOf(url)}` },
    tls: null,
    db: database(db ?? '', role),
    ...credentials(url),
  };
}

/**
 * `sentinel://h1:26379/0;sentinel://h2:26379`: database, credentials and parameters are those of the first, as in kombu.
 * `withSentinel` adds what the URL cannot contain.
 */
export function parseSentinelUrl(text: string): RedisAddress {
  const example = 'sentinel://host1:26379/0;sentinel://host2:26379';
  const urls = text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part) => parseUrl(part.trim(), example));
  const [first, ...others] = urls;
  if (first === undefined || others.some((url) => url.protocol !== 'sentinel:'))
    throw new ConfigError(`must have sentinel:// before each address, as in ${example}`);
  if (others.some((url) => url.search !== ''))
    throw new ConfigError('must have its parameters at the first address, where Celery looks for them');
  return {
    scheme: 'redis',
    place: {
      kind: 'sentinel',
      sentinels: urls.map((url) => hostAndPort(url, sentinelPort)),
      masterName: '',
      username: null,
      password: null,
      tls: false,
    },
    tls: hasTlsParameters(first.searchParams) ? readTls(first.searchParams) : null,
    db: database(pathOf(first), 'broker'),
    ...credentials(first),
  };
}

export interface SentinelSettings {
  readonly masterName: string;
  readonly sentinelUsername: string;
  readonly sentinelPassword: string;
  readonly sentinelTls: boolean;
}

/** @throws ConfigError if Sentinels are configured without the name of a master. */
export function withSentinel(address: RedisAddress, settings: SentinelSettings): RedisAddress {
  if (address.place.kind !== 'sentinel') return address;
  const { masterName, sentinelUsername, sentinelPassword, sentinelTls } = settings;
  if (masterName === '')
    throw new ConfigError('--master-name (MASTER_NAME) must be set to use Sentinels');
  if (sentinelTls && address.tls === null)
    throw new ConfigError(
      '--sentinel-tls (SENTINEL_TLS) needs ?ssl_cert_reqs=required in the address of the Sentinels',
    );
  const place: SentinelPlace = {
    ...address.place,
    masterName,
    username: sentinelUsername || null,
    password: sentinelPassword || null,
    tls: sentinelTls,
  };
  return { ...address, place };
}

/** What may be shown of an address: never its credentials. */
export function describeRedisAddress({ fallbacks = [], ...first }: RedisAddress): string {
  return [first, ...fallbacks].map(describeRedisNode).join(';');
}

export function describeRedisNode({ place, tls, db }: RedisNode): string {
  switch (place.kind) {
    case 'tcp':
      return `${tls === null ? 'redis' : 'rediss'}://${describeHost(place)}/${db}`;
    case 'unix':
      return `redis+socket://${place.path}?virtual_host=${db}`;
    case 'sentinel':
      return `${place.sentinels.map((host) => `sentinel://${describeHost(host)}`).join(';')}/${db}`;
  }
}

export function describeHost({ host, port }: HostAndPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function parseUrl(text: string, example: string): URL {
  const complete = text.replace(missingHost, (before) => before + redisHost);
  const [, port = ''] = portOfUrl.exec(complete) ?? [];
  if (port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw new ConfigError('has a port that is not a number from 0 to 65535');
  if (!URL.canParse(complete)) throw new ConfigError(`is not a URL such as ${example}`);
  return new URL(complete);
}

function hostAndPort(url: URL, defaultPort: number): HostAndPort {
  return {
    host: decodePercent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || defaultPort, // kombu takes 0 as missing
  };
}

function pathOf(url: URL): string {
  return decodePercent(url.pathname.replace(/^\//, ''));
}

/** The slash of kombu's own banner, `redis://host:6379//`, may precede it; the result backend strips any number of them. */
function database(text: string, role: RedisRole): number {
  const digits = role === 'broker' ? text.replace(/^\//, '') : trimSlashes(text);
  if (/^\d{0,9}$/.test(digits)) return Number(digits);
  throw new ConfigError('must end in the number of a database, as in redis://host:6379/0');
}

function trimSlashes(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === '/') start++;
  while (end > start && text[end - 1] === '/') end--;
  return text.slice(start, end);
}

function credentials(url: URL): Pick<RedisAddress, 'username' | 'password'> {
  return {
    username: decodePercent(url.username) || null,
    password: decodePercent(url.password) || null,
  };
}
