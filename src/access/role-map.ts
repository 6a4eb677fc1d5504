/** From the groups of other systems to the roles here. */
import { ForbiddenError } from '../errors.js';
import { highest, isRole, lowest } from './viewer.js';
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
    const { mapped, named } = this.#rolesOf(groups);
    return granted(name, highest([...mapped, ...named]));
  }

  /**
   * Of a header, in which a proxy may have added its own to what the client had sent: the least of the roles in it. Of
   * groups in the map a user has many, so that they count as the one role that is the most of them.
   * @throws ForbiddenError when none gives anything
   */
  roleInHeader(name: string, groups: readonly string[]): Role {
    const { mapped, named } = this.#rolesOf(groups);
    const ofGroups = highest(mapped);
    return granted(name, lowest(ofGroups === null ? named : [...named, ofGroups]));
  }

  #rolesOf(groups: readonly string[]): { readonly mapped: Role[]; readonly named: Role[] } {
    const names = groups.map((text) => text.trim());
    return {
      mapped: names.flatMap((group) => this.#roles.get(group) ?? []),
      named: names.filter((group) => !this.#roles.has(group)).filter(isRole),
    };
  }
}

function granted(name: string, role: Role | null): Role {
  if (role === null) throw new ForbiddenError(`${name} has no role`);
  return role;
}
