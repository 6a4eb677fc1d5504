/** Who asks, and what they may do. */

/** From least to most: each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

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

/** Who names nobody, where that is allowed. */
export function anonymous(role: Role): Viewer {
  return { name: 'anonymous', role, method: 'none', expiresAt: null };
}
