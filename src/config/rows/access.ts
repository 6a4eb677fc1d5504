/** Who is let in, and what they may do. */
import { hostnameOf } from '../../access/hostname.js';
import { isBoundless, parseSubnet } from '../../access/ip-address.js';
import type { Subnet } from '../../access/ip-address.js';
import { anonymousModes, isRole, roles } from '../../access/viewer.js';
import type { AnonymousMode, Role } from '../../access/viewer.js';
import { ConfigError } from '../../errors.js';
import { boolean, list, nonEmpty, oneOf, text, wholeNumber } from '../parsers.js';
import { setting } from '../setting.js';

export const accessSettings = {
  anonymous: setting<AnonymousMode>({
    flag: 'anonymous',
    parse: oneOf(anonymousModes),
    default: 'auto',
    doc: `role of clients without credentials: ${anonymousModes.join(', ')}; \`auto\` is \`admin\` for clients on this machine while no credentials are configured, and \`none\` otherwise`,
  }),
  authFile: setting({
    flag: 'auth-file',
    parse: text,
    default: '',
    shown: 'none',
    doc: 'file of users and tokens, one on each line: `user <name> <role> <scrypt hash>` or `token <name> <role> <SHA-256>`',
  }),
  jwtJwks: setting({
    flag: 'jwt-jwks',
    parse: text,
    default: '',
    shown: 'none',
    doc: 'public keys (JWKS) that verify JWTs: a URL such as `https://id.example.com/jwks.json`, or a file',
  }),
  jwtIssuer: setting({
    flag: 'jwt-issuer',
    parse: text,
    default: '',
    shown: 'none',
    doc: 'value of `iss` that a JWT must have',
  }),
  jwtAudience: setting({
    flag: 'jwt-audience',
    parse: text,
    default: '',
    shown: 'none',
    doc: 'value of `aud` that a JWT must have',
  }),
  jwtUserClaim: setting({
    flag: 'jwt-user-claim',
    parse: nonEmpty,
    default: 'sub',
    doc: "claim of a JWT that holds the user's name",
  }),
  jwtRoleClaim: setting({
    flag: 'jwt-role-claim',
    parse: nonEmpty,
    default: 'role',
    doc: 'claim of a JWT that holds the role or the groups, such as `realm_access.roles`',
  }),
  trustedProxies: setting<readonly Subnet[]>({
    flag: 'trusted-proxies',
    parse: subnets,
    default: [],
    shown: 'none',
    doc: 'addresses of trusted proxies, such as `10.0.0.0/8,::1`; the gateway takes the address of the client from their `X-Forwarded-For`',
  }),
  proxyUserHeader: setting({
    flag: 'proxy-user-header',
    parse: headerName,
    default: '',
    shown: 'none',
    doc: 'header in which trusted proxies send the name of the user whom they authenticated, such as `X-Forwarded-User`',
  }),
  proxyRoleHeader: setting({
    flag: 'proxy-role-header',
    parse: headerName,
    default: '',
    shown: 'none',
    doc: 'header in which trusted proxies send the roles or groups of the user, separated by commas; without this header users are viewers',
  }),
  roleMap: setting<ReadonlyMap<string, Role>>({
    flag: 'role-map',
    parse: roleMap,
    default: new Map(),
    shown: 'none',
    doc: 'roles of the groups in JWTs and from proxies, such as `ops=operator,platform=admin`',
  }),
  allowedHosts: setting<readonly string[]>({
    flag: 'allowed-hosts',
    parse: hostNames,
    default: [],
    shown: 'none',
    doc: 'host names, besides those of this machine, by which clients may address the gateway, separated by commas; required if clients on other machines need no credentials, otherwise optional',
  }),
  readOnly: setting({
    flag: 'read-only',
    parse: boolean,
    default: false,
    doc: 'whether every mutation is rejected, for every role: true or false',
  }),
  auditSize: setting({
    flag: 'audit-size',
    parse: wholeNumber(1, 1_000_000),
    default: 10_000,
    doc: 'maximum number of records in the audit log of mutations that were executed or rejected',
  }),
} as const;

function subnets(value: string): readonly Subnet[] {
  return list(value).map((item) => {
    const subnet = parseSubnet(item);
    if (subnet === null) throw new ConfigError('must be IP addresses or networks such as 10.0.0.0/8');
    if (isBoundless(subnet))
      throw new ConfigError(
        'must not hold networks wider than /8 (IPv6: /7): any client in one could name itself as any user; give the ' +
          'addresses of the proxies',
      );
    return subnet;
  });
}

/** As browsers send them in `Host`, without the port. */
function hostNames(value: string): readonly string[] {
  return list(value).map((item) => {
    const name = /:\d*$/.test(item) && !item.includes(']') ? null : hostnameOf(item);
    if (name === null)
      throw new ConfigError('must be host names such as celeryql.example.com, without scheme or port');
    return name;
  });
}

/** In lower case, as Node reports them. */
function headerName(value: string): string {
  if (!/^[a-z0-9-]{1,100}$/i.test(value)) throw new ConfigError('must be the name of a header');
  return value.toLowerCase();
}

function roleMap(value: string): ReadonlyMap<string, Role> {
  return new Map(
    list(value).map((item) => {
      const at = item.lastIndexOf('=');
      const [group, role] = [item.slice(0, at).trim(), item.slice(at + 1).trim()];
      if (at < 1 || !isRole(role))
        throw new ConfigError(`must be groups and roles (${roles.join(', ')}) such as ops=operator`);
      return [group, role] as const;
    }),
  );
}
