/** Who is let in, and what they may do. */
import { hostnameOf } from '../access/hostname.js';
import { isBoundless, parseSubnet } from '../access/ip-address.js';
import type { Subnet } from '../access/ip-address.js';
import { anonymousModes, isRole, roles } from '../access/viewer.js';
import type { AnonymousMode, Role } from '../access/viewer.js';
import { ConfigError } from '../errors.js';
import { boolean, list, nonEmpty, oneOf, text, wholeNumber } from './parsers.js';
import { setting } from './setting.js';

export const accessSettings = {
  anonymous: setting<AnonymousMode>(
    'anonymous',
    'ANONYMOUS',
    oneOf(anonymousModes),
    'auto',
    'auto',
    `what everybody may do who does not say who they are: ${anonymousModes.join(', ')}; \`auto\` is everything on this machine as long as no credentials are configured, and nothing otherwise`,
  ),
  authFile: setting(
    'auth-file',
    'AUTH_FILE',
    text,
    '',
    'none',
    'file of users and tokens, a line each: `user <name> <role> <scrypt hash>`, `token <name> <role> <SHA-256>`',
  ),
  jwtJwks: setting(
    'jwt-jwks',
    'JWT_JWKS',
    text,
    '',
    'none',
    'keys that JWTs are signed with (JWKS): a URL such as `https://id.example.com/jwks.json`, or a file',
  ),
  jwtIssuer: setting('jwt-issuer', 'JWT_ISSUER', text, '', 'none', '`iss` that a JWT must have'),
  jwtAudience: setting('jwt-audience', 'JWT_AUDIENCE', text, '', 'none', '`aud` that a JWT must have'),
  jwtUserClaim: setting(
    'jwt-user-claim',
    'JWT_USER_CLAIM',
    nonEmpty,
    'sub',
    'sub',
    "claim of a JWT that holds the user's name",
  ),
  jwtRoleClaim: setting(
    'jwt-role-claim',
    'JWT_ROLE_CLAIM',
    nonEmpty,
    'role',
    'role',
    'claim of a JWT that holds the role or the groups, such as `realm_access.roles`',
  ),
  trustedProxies: setting<readonly Subnet[]>(
    'trusted-proxies',
    'TRUSTED_PROXIES',
    subnets,
    [],
    'none',
    'addresses of proxies that are believed, such as `10.0.0.0/8,::1`: their `X-Forwarded-For` tells the client',
  ),
  proxyUserHeader: setting(
    'proxy-user-header',
    'PROXY_USER_HEADER',
    headerName,
    '',
    'none',
    'header in which trusted proxies name the user whom they signed in, such as `X-Forwarded-User`',
  ),
  proxyRoleHeader: setting(
    'proxy-role-header',
    'PROXY_ROLE_HEADER',
    headerName,
    '',
    'none',
    'header in which they name roles or groups, separated by commas; without it their users are viewers',
  ),
  roleMap: setting<ReadonlyMap<string, Role>>(
    'role-map',
    'ROLE_MAP',
    roleMap,
    new Map(),
    'none',
    'roles of the groups in JWTs and from proxies, such as `ops=operator,platform=admin`',
  ),
  allowedHosts: setting<readonly string[]>(
    'allowed-hosts',
    'ALLOWED_HOSTS',
    hostNames,
    [],
    'none',
    "names besides this machine's own by which clients address the gateway; required if other machines need no credentials, else optional",
  ),
  readOnly: setting(
    'read-only',
    'READ_ONLY',
    boolean,
    false,
    'false',
    'refuses every mutation, whoever asks: true or false',
  ),
  auditSize: setting(
    'audit-size',
    'AUDIT_SIZE',
    wholeNumber(1, 1_000_000),
    10_000,
    '10000',
    'records that the audit log holds at most, of what was done and of what was refused',
  ),
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

/** In lower case, as Node tells them. */
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
