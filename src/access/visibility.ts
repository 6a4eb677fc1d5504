/** Who may see something. */
import { authenticationMethods } from './viewer.js';
import type { Role, Viewer } from './viewer.js';

/** Users who bear one of the names or have one of the roles: exactly these, an admin no more than others. */
export interface Visibility {
  /** `jwt:ann` is the user of that method alone; `ann` every user of the name, whatever the method. */
  readonly users: readonly string[];
  readonly roles: readonly Role[];
}

/** @param visibility null is everybody */
export function maySee(viewer: Viewer, visibility: Visibility | null): boolean {
  if (visibility === null) return true;
  return (
    visibility.users.some((user) => isMeant(viewer, user)) || visibility.roles.includes(viewer.role)
  );
}

function isMeant({ name, method }: Viewer, user: string): boolean {
  return hasMethod(user) ? user === `${method}:${name}` : user === name;
}

/** Whether the name of a user says by which method they come. */
export function hasMethod(user: string): boolean {
  const [prefix, ...rest] = user.split(':');
  return rest.length > 0 && authenticationMethods.some((method) => method === prefix);
}
