/** From the groups of other systems to the roles here. */
import { ForbiddenError } from '../errors.js';
import { highest, isRole } from './viewer.js';
import type { Role } from './viewer.js';

export class RoleMap {
  readonly #roles: ReadonlyMap<string, Role>;

  constructor(roles: ReadonlyMap<string, Role>) {
    this.#roles = roles;
  }

  /**
   * The most that any of the groups gives; a group that is not in the map may be the name of a role.
   * @throws ForbiddenError when none gives anything
   */
  roleOf(name: string, groups: readonly string[]): Role {
    const found = groups.flatMap((text) => {
      const group = text.trim();
      return this.#roles.get(group) ?? (isRole(group) ? group : []);
    });
    const role = highest(found);
    if (role === null) throw new ForbiddenError(`${name} has no role here`);
    return role;
  }
}
