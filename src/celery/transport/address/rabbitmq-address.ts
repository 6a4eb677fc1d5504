/** Addresses of RabbitMQ's management API. */
import { ConfigError } from '../../../errors.js';
import { amqpPort, amqpsPort, bracketed } from './amqp-address.js';
import type { AmqpNode } from './amqp-address.js';
import { decodePercent } from './percent-encoding.js';
import type { TlsSettings } from './tls-options.js';

export interface ManagementAddress {
  /** Without credentials and without a slash at the end. */
  readonly url: string;
  /** Null for the broker's own. */
  readonly username: string | null;
  readonly password: string | null;
}

/** An address together with what it takes to be let in. */
export interface ManagementAccess {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly tls: TlsSettings | null;
}

/**
 * @returns null for `auto`, which looks where it usually is; false for `none`, which does without
 * @throws ConfigError that says what is wrong without repeating the text, which may hold a password.
 */
export function parseManagementUrl(text: string): ManagementAddress | false | null {
  if (text === 'auto') return null;
  if (text === 'none') return false;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new ConfigError('must be auto, none or a URL such as http://host:15672');
  return {
    url: `${url.protocol}//${url.host}${url.pathname.replace(/(?<!\/)\/+$/, '').replace(/\/api$/, '')}`,
    username: decodePercent(url.username) || null,
    password: decodePercent(url.password) || null,
  };
}

/**
 * URL of the management API; null if none is configured and the broker is not at RabbitMQ's usual port: its
 * credentials are sent to nothing else. To a broker with TLS they are not sent in the clear either.
 */
export function managementAccess(
  configured: ManagementAddress | false | null,
  node: AmqpNode,
): ManagementAccess | null {
  if (configured === false) return null;
  const { username, password, tls, host, port } = node;
  if (configured !== null) {
    return {
      url: configured.url,
      username: configured.username ?? username,
      password: configured.username === null ? password : (configured.password ?? ''),
      tls,
    };
  }
  if (tls === null && port === amqpPort)
    return { url: `http://${bracketed(host)}:15672`, username, password, tls };
  if (tls !== null && port === amqpsPort)
    return { url: `https://${bracketed(host)}:15671`, username, password, tls };
  return null;
}
