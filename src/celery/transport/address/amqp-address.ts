/**
 * Addresses of RabbitMQ, as Celery writes them (`kombu.utils.url`): one URL, or several joined by `;`, which are tried
 * in turn. Credentials and virtual hosts are percent-encoded.
 */
import { ConfigError } from '../../../errors.js';
import { decodePercent } from './percent-encoding.js';
import { readTls } from './tls-options.js';
import type { TlsSettings } from './tls-options.js';

/** One place where the cluster's broker may be. */
export interface AmqpNode {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly vhost: string;
  /** Null for a connection in the clear. */
  readonly tls: TlsSettings | null;
}

export interface AmqpAddress {
  readonly scheme: 'amqp';
  /** At least one, in the order in which they are tried. */
  readonly nodes: readonly [AmqpNode, ...AmqpNode[]];
}

export const amqpPort = 5672;
export const amqpsPort = 5671;
/** Whether a scheme means TLS. */
const schemes: ReadonlyMap<string, boolean> = new Map([
  ['amqp', false],
  ['pyamqp', false],
  ['librabbitmq', false],
  ['amqps', true],
]);
export const amqpSchemes: readonly string[] = [...schemes.keys()];

const notUrl = 'is not a URL such as amqp://user:password@host:5672/vhost';
/** More nodes than this are not a cluster but an accident. */
const maxNodes = 32;

/**
 * @throws ConfigError that says what is wrong without repeating the text, which may hold a password.
 */
export function parseAmqpUrl(text: string): AmqpAddress {
  const texts = text.split(';').filter((part) => part.trim() !== '');
  if (texts.length > maxNodes) throw new ConfigError(`names more than ${maxNodes} brokers`);
  const [first, ...others] = texts.map(parseNode);
  if (first === undefined) throw new ConfigError(notUrl);
  return { scheme: 'amqp', nodes: [first, ...others] };
}

/** What may be shown of an address: never its credentials. */
export function describeAmqpAddress({ nodes }: AmqpAddress): string {
  return nodes.map(describeAmqpNode).join(';');
}

export function describeAmqpNode({ host, port, vhost, tls }: AmqpNode): string {
  const path = vhost === '/' ? '' : encodeURIComponent(vhost);
  return `${tls === null ? 'amqp' : 'amqps'}://${bracketed(host)}:${port}/${path}`;
}

/** As a URL has it: the address of IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function parseNode(text: string): AmqpNode {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text.trim())?.[1]?.toLowerCase() ?? '';
  const secure = schemes.get(scheme);
  if (secure === undefined) throw new ConfigError(notUrl);
  const rest = text.trim().slice(scheme.length + '://'.length);
  // Celery allows a host to be left out, which the URL standard does not.
  const complete = rest.replace(
    /^([^/?#]*@)?(?=(?::\d*)?(?:[/?#]|$))/,
    (before) => `${before}localhost`,
  );
  const url = URL.canParse(`amqp://${complete}`) ? new URL(`amqp://${complete}`) : null;
  if (url === null) throw new ConfigError(notUrl);
  const path = decodePercent(url.pathname.replace(/^\//, ''));
  const username = decodePercent(url.username);
  return {
    host: decodePercent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? amqpsPort : amqpPort) : Number(url.port),
    username: username || 'guest',
    // A name without a password has an empty one; without either both are RabbitMQ's defaults.
    password: decodePercent(url.password) || (username ? '' : 'guest'),
    vhost: path || '/',
    tls: secure ? readTls(url.searchParams) : null,
  };
}
