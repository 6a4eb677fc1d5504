/** Who may see something. */
import type { Role, Viewer } from './viewer.js';

/** Whoever bears one of the names or has one of the roles: exactly these, an admin no more than others. */
export interface Visibility {
  readonly users: readonly string[];
  readonly roles: readonly Role[];
}

/** @param visibility null is everybody */
export function maySee(viewer: Viewer, visibility: Visibility | null): boolean {
  if (visibility === null) return true;
  return visibility.users.includes(viewer.name) || visibility.roles.includes(viewer.role);
}
