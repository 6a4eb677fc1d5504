/** Who may see a cluster: users of two methods may have one name. */
import { describe, expect, it } from 'vitest';
import { maySee } from '../../../src/access/visibility.js';
import type { AuthenticationMethod } from '../../../src/access/viewer.js';
import { createLogger } from '../../../src/log.js';
import { warnOfSharedNames } from '../../../src/access/shared-names.js';

const viewer = (method: AuthenticationMethod, name: string) =>
  ({ method, name, role: 'viewer', expiresAt: null }) as const;
const visibleTo = (...users: string[]) => ({ users, roles: [] });

describe('A name in visibleTo', () => {
  it.each([
    ['ann', 'basic', 'ann', true],
    ['ann', 'jwt', 'ann', true],
    ['ann', 'jwt', 'Ann', false],
    ['basic:ann', 'basic', 'ann', true],
    ['basic:ann', 'jwt', 'ann', false],
    ['basic:ann', 'jwt', 'basic:ann', false],
    ['jwt:auth0|7:x', 'jwt', 'auth0|7:x', true],
    ['ldap:ann', 'jwt', 'ldap:ann', true],
    ['none:anonymous', 'none', 'anonymous', true],
    ['none:anonymous', 'jwt', 'anonymous', false],
  ] as const)('%s is, for %s %s: %s', (user, method, name, seen) => {
    expect(maySee(viewer(method, name), visibleTo(user))).toBe(seen);
  });
});

describe('Names without a method', () => {
  const warned = (methods: readonly AuthenticationMethod[], ...users: string[]) => {
    const lines: string[] = [];
    const clusters = [{ name: 'shop', visibleTo: visibleTo(...users) }];
    warnOfSharedNames(
      clusters,
      methods,
      createLogger('warn', (line) => void lines.push(line)),
    );
    return lines.map((line) => JSON.parse(line) as unknown);
  };

  it('are warned of where several methods could give them', () => {
    expect(warned(['basic', 'jwt'], 'jwt:bob', 'ann')).toMatchObject([
      { clusters: ['shop'], methods: ['basic', 'jwt'] },
    ]);
  });

  it('are not where one method alone gives names, or each name has its method', () => {
    expect(warned(['basic'], 'ann')).toEqual([]);
    expect(warned(['basic', 'jwt'], 'jwt:ann', 'basic:ann')).toEqual([]);
  });
});
