/** Who asks, and what they may do. */

/** From least to most: each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * What a caller without credentials may do. `auto`: everything on this machine as long as no credentials are
 * configured, and nothing otherwise.
 */
export const anonymousModes = ['auto', 'none', ...roles] as const;
export type AnonymousMode = (typeof anonymousModes)[number];

/** How they showed who they are. */
export const authenticationMethods = ['none', 'basic', 'bearer', 'jwt', 'proxy'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

export interface Viewer {
  readonly name: string;
  readonly role: Role;
  readonly method: AuthenticationMethod;
  /** Epoch milliseconds after which it counts no more; null when it has no end. */
  readonly expiresAt: number | null;
}

export function hasRole({ role }: Viewer, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/**
 * Whether the request itself bore a secret of the caller. An anonymous caller, and a user whom a proxy's header names, is
 * let in for where the request comes from.
 */
export function hasCredentials({ method }: Viewer): boolean {
  return method !== 'none' && method !== 'proxy';
}

/** A caller without credentials, where anonymous access is enabled. */
export function anonymous(role: Role): Viewer {
  return { name: 'anonymous', role, method: 'none', expiresAt: null };
}

export function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}

/** The one that may do most; null of none. */
export function highest(found: readonly Role[]): Role | null {
  return roles.findLast((role) => found.includes(role)) ?? null;
}

/** The one that may do least; null of none. */
export function lowest(found: readonly Role[]): Role | null {
  return roles.find((role) => found.includes(role)) ?? null;
}
