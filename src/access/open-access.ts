/** Builds access control from the settings: reads the files, and refuses settings that would let in unintended clients. */
import { isIP } from 'node:net';
import type { JWTVerifyGetKey } from 'jose';
import { ConfigError } from '../errors.js';
import { ThrottledLog } from '../throttled-log.js';
import type { Logger } from '../log.js';
import { readSettingsFile } from '../settings-file.js';
import { AllowedHosts } from './allowed-hosts.js';
import type { Scheme } from './attempt.js';
import type { AuditLog } from './audit-log.js';
import { parseAuthFile } from './auth-file.js';
import type { AuthFile } from './auth-file.js';
import { Authenticator } from './authenticator.js';
import { BasicScheme, userFingerprint } from './basic.js';
import { JwtScheme, tokenFingerprint, TokenScheme } from './bearer.js';
import { FailedAttempts } from './failed-attempts.js';
import type { AttemptCounter } from './failed-attempts.js';
import { isWide, shownSubnet } from './ip-address.js';
import type { Subnet } from './ip-address.js';
import { createJwtVerifier, localKeys, remoteKeys } from './jwt.js';
import { LiveSessions } from './live-sessions.js';
import { isLoopback } from './loopback.js';
import { RoleMap } from './role-map.js';
import { ProxyScheme, TrustedProxies } from './trusted-proxies.js';
import type { AnonymousMode, Role, Viewer } from './viewer.js';

/** The settings of access control; an empty text means that the setting is not set. */
export interface AccessSettings {
  /** Where the gateway listens. */
  readonly host: string;
  readonly anonymous: AnonymousMode;
  readonly authFile: string;
  readonly jwtJwks: string;
  readonly jwtIssuer: string;
  readonly jwtAudience: string;
  readonly jwtRoleClaim: string;
  readonly jwtUserClaim: string;
  readonly trustedProxies: readonly Subnet[];
  readonly proxyUserHeader: string;
  readonly proxyRoleHeader: string;
  readonly roleMap: ReadonlyMap<string, Role>;
  readonly allowedHosts: readonly string[];
}

export interface AccessServices {
  readonly audit: AuditLog;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** What replicas of the gateway share; null, as by default, where it counts for itself. */
  readonly attempts?: AttemptCounter | null;
}

export interface Access {
  readonly authenticator: Authenticator;
  /** The names that clients may address the gateway by; null if any name is accepted. */
  readonly hosts: AllowedHosts | null;
}

/** Disposing it writes the repeated lines that were only counted so far to the log. */
export interface OpenedAccess extends Access, Disposable {
  /** The files that the gateway reads again while it runs. */
  readonly files: readonly CredentialsFile[];
  /** Logs which clients are let in without credentials; call it once the gateway listens. */
  readonly announce: () => void;
}

/** @throws ConfigError in one line, when settings contradict each other, or would let in everybody from anywhere */
export async function openAccess(
  settings: AccessSettings,
  services: AccessServices,
): Promise<OpenedAccess> {
  const { audit, log, clock } = services;
  const proxies = new TrustedProxies(settings.trustedProxies);
  const failures = new FailedAttempts({ clock, shared: services.attempts ?? null });
  const jwtFailures = new ThrottledLog({ log, message: 'the keys of JWTs cannot be read' });
  const sessions = new LiveSessions();
  const ofProxies = proxySchemes(settings, proxies);
  const ofFile = fileSchemes(settings, { failures, sessions });
  const ofJwts = jwtSchemes(settings, { ...services, failures: jwtFailures, sessions });
  const schemes = [...ofProxies, ...ofFile.schemes, ...ofJwts.schemes];
  const isOpen = settings.anonymous === 'auto' && schemes.length === 0;
  const anonymous = anonymousRole(settings, schemes);
  const authenticator = new Authenticator({
    schemes,
    anonymous,
    audit,
    clock,
    proxies,
    failures,
    sessions,
  });
  const useSchemes = (): void =>
    authenticator.replaceSchemes([...ofProxies, ...ofFile.schemes, ...ofJwts.schemes]);
  return {
    authenticator,
    files: [ofFile, ofJwts].flatMap(({ file }) => {
      if (file === null) return [];
      const apply = (text: string): void => {
        file.apply(text);
        useSchemes();
      };
      return [{ ...file, apply }];
    }),
    hosts: allowedHosts(settings, schemes, anonymous),
    announce: () => {
      const wide = settings.trustedProxies.filter(isWide).map(shownSubnet);
      if (wide.length > 0)
        log.warn('many addresses are trusted as proxies, each may set any client address and user', {
          networks: wide,
          see: '--trusted-proxies',
        });
      if (isOpen) {
        const message = 'no credentials configured, any local client may do everything';
        log.warn(message, { see: '--auth-file' });
      } else if (anonymous !== null) log.info('anonymous access is enabled', { role: anonymous });
    },
    [Symbol.dispose]: () => jwtFailures[Symbol.dispose](),
  };
}

/**
 * Where the address of the caller lets it in, the name that it addresses the gateway by is checked. Callers with
 * credentials may use any name, unless the names are set: then they hold for everybody.
 * @throws ConfigError where clients of other machines address the gateway by names that it does not know
 */
function allowedHosts(
  { host, allowedHosts: names, anonymous: mode }: AccessSettings,
  schemes: readonly Scheme[],
  anonymous: Role | null,
): AllowedHosts | null {
  const isLocal = isLoopback(host);
  const known = isLocal || isIP(host) !== 0 ? names : [...names, host];
  const withoutCredentials = [
    ...(anonymous === null ? [] : [`--anonymous ${mode}`]),
    ...(schemes.some(({ method }) => method === 'proxy') ? ['--proxy-user-header'] : []),
  ];
  const [way] = withoutCredentials;
  if (way === undefined && names.length === 0) return null;
  if (way !== undefined && known.length === 0 && !isLocal)
    throw new ConfigError(
      `--host ${host} with ${way} accepts callers without credentials; set --allowed-hosts (ALLOWED_HOSTS) to the names ` +
        'by which clients address the gateway, such as celeryql.example.com, so that no web page can reach it by ' +
        'another name; IP addresses and localhost need no entry: `localhost` is enough where nothing else is used',
    );
  const hasCredentialSchemes = schemes.some(({ method }) => method !== 'proxy');
  const scope = names.length > 0 || !hasCredentialSchemes ? 'everybody' : 'without_credentials';
  return new AllowedHosts(known, { ipAddresses: !isLocal, scope });
}

function anonymousRole({ anonymous, host }: AccessSettings, schemes: readonly Scheme[]): Role | null {
  if (anonymous === 'none' && schemes.length === 0)
    throw new ConfigError(
      '--anonymous none rejects every client, because no credentials are configured; see --auth-file',
    );
  if (anonymous === 'none') return null;
  if (anonymous !== 'auto') return anonymous;
  if (schemes.length > 0) return null;
  if (isLoopback(host)) return 'admin';
  throw new ConfigError(
    `--host ${host} accepts other machines, but no credentials are configured: set --auth-file, --jwt-jwks or ` +
      '--proxy-user-header, or set the role of anonymous callers, such as --anonymous viewer',
  );
}

/** Names of the headers in which a trusted proxy says who the user is. */
export function identityHeaders(
  settings: Pick<AccessSettings, 'proxyUserHeader' | 'proxyRoleHeader'>,
): readonly string[] {
  return [settings.proxyUserHeader, settings.proxyRoleHeader].filter((name) => name !== '');
}

function proxySchemes(settings: AccessSettings, proxies: TrustedProxies): Scheme[] {
  const { trustedProxies, proxyUserHeader, proxyRoleHeader, roleMap } = settings;
  if (proxyUserHeader === '') {
    if (proxyRoleHeader !== '') throw new ConfigError('--proxy-role-header needs --proxy-user-header');
    return [];
  }
  if (trustedProxies.length === 0)
    throw new ConfigError(
      '--proxy-user-header needs --trusted-proxies: the header of other clients is ignored',
    );
  return [
    new ProxyScheme({
      proxies,
      userHeader: proxyUserHeader,
      roleHeader: proxyRoleHeader === '' ? null : proxyRoleHeader,
      roles: new RoleMap(roleMap),
    }),
  ];
}

/** A file that holds credentials or keys. */
interface CredentialsFile {
  readonly setting: string;
  readonly path: string;
  readonly text: string;
  /**
   * Replaces the credentials by those of `text`; the sessions of credentials that are no longer in it end.
   * @throws ConfigError, with nothing changed
   */
  readonly apply: (text: string) => void;
}

/** Schemes that are rebuilt when the content of their file changes. */
interface FileSchemes {
  readonly schemes: readonly Scheme[];
  readonly file: CredentialsFile | null;
}

const noSchemes: FileSchemes = { schemes: [], file: null };

function fileSchemes(
  { authFile }: AccessSettings,
  { failures, sessions }: { readonly failures: FailedAttempts; readonly sessions: LiveSessions },
): FileSchemes {
  if (authFile === '') return noSchemes;
  const schemesOf = ({ users, tokens }: AuthFile): readonly Scheme[] => [
    ...(users.length > 0 ? [new BasicScheme({ users, failures, sessions })] : []),
    ...(tokens.length > 0 ? [new TokenScheme(tokens, sessions)] : []),
  ];
  const { text, parsed } = readSetting('--auth-file', authFile, parseAuthFile);
  let schemes = schemesOf(parsed);
  const apply = (changed: string): void => {
    const file = parseAuthFile(changed);
    schemes = schemesOf(file);
    sessions.replace('auth-file', [
      ...file.users.map(userFingerprint),
      ...file.tokens.map(tokenFingerprint),
    ]);
  };
  return {
    get schemes() {
      return schemes;
    },
    file: { setting: '--auth-file', path: authFile, text, apply },
  };
}

function jwtSchemes(settings: AccessSettings, { clock, failures, sessions }: JwtServices): FileSchemes {
  const { jwtJwks, jwtIssuer, jwtAudience } = settings;
  if (jwtJwks === '') {
    if (jwtIssuer !== '' || jwtAudience !== '')
      throw new ConfigError('--jwt-issuer and --jwt-audience need --jwt-jwks');
    return noSchemes;
  }
  if (jwtIssuer === '' || jwtAudience === '')
    throw new ConfigError('--jwt-jwks needs --jwt-issuer and --jwt-audience');
  const schemesOf = (keys: JWTVerifyGetKey): readonly Scheme[] => [
    new JwtScheme(
      createJwtVerifier({
        keys,
        clock,
        issuer: jwtIssuer,
        audience: jwtAudience,
        userClaim: settings.jwtUserClaim,
        roleClaim: settings.jwtRoleClaim,
        roles: new RoleMap(settings.roleMap),
        failures,
      }),
    ),
  ];
  if (/^https?:/i.test(jwtJwks)) return { schemes: schemesOf(remoteKeys(jwksUrl(jwtJwks))), file: null };
  const { text, parsed } = readSetting('--jwt-jwks', jwtJwks, localKeys);
  // Which key has signed a token is not known afterwards: with any other content all tokens are checked anew.
  const withSessions = (keys: JWTVerifyGetKey, content: string) =>
    schemesOf(keys).map((scheme) =>
      noting(scheme, (viewer) => sessions.granted(viewer, 'jwks', content)),
    );
  let schemes = withSessions(parsed, text);
  const apply = (changed: string): void => {
    schemes = withSessions(localKeys(changed), changed);
    sessions.replace('jwks', [changed]);
  };
  return {
    get schemes() {
      return schemes;
    },
    file: { setting: '--jwt-jwks', path: jwtJwks, text, apply },
  };
}

interface JwtServices extends Pick<AccessServices, 'clock'> {
  readonly failures: ThrottledLog;
  readonly sessions: LiveSessions;
}

/** The same scheme, which passes every viewer that it lets in to `note`. */
function noting(scheme: Scheme, note: (viewer: Viewer) => Viewer): Scheme {
  const { method, challenge } = scheme;
  return {
    method,
    challenge,
    authenticate: async (attempt) => {
      const viewer = await scheme.authenticate(attempt);
      return viewer && note(viewer);
    },
    claimedName: (attempt) => scheme.claimedName?.(attempt) ?? null,
  };
}

/** Over plain HTTP an attacker on the network could replace the keys, and with them sign any token. */
function jwksUrl(text: string): URL {
  if (!URL.canParse(text)) throw new ConfigError('--jwt-jwks is not a URL');
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new ConfigError(
      '--jwt-jwks must be an https:// URL: over http:// an attacker on the network could replace the keys; save them to a file ' +
        'if HTTPS is not available',
    );
  return url;
}

/** @throws ConfigError that names the flag */
function readSetting<T>(
  flag: string,
  path: string,
  parse: (text: string) => T,
): { readonly text: string; readonly parsed: T } {
  try {
    const { text } = readSettingsFile(path);
    return { text, parsed: parse(text) };
  } catch (error) {
    throw error instanceof ConfigError
      ? new ConfigError(`${flag} ${error.message}`, { cause: error.cause })
      : error;
  }
}
