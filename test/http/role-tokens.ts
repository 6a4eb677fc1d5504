/** For a test server: anonymous clients may read, and the name of a role is the token of a client with that role. */
import type { AuditLog } from '../../src/access/audit-log.js';
import { Authenticator } from '../../src/access/authenticator.js';
import { sha256Of, TokenScheme } from '../../src/access/bearer.js';
import type { Access } from '../../src/access/open-access.js';
import { roles } from '../../src/access/viewer.js';

export function roleTokens(audit: AuditLog): Access {
  const tokens = roles.map((role) => ({ name: `the ${role}`, role, sha256: sha256Of(role) }));
  const given = { schemes: [new TokenScheme(tokens)], anonymous: 'viewer', audit } as const;
  return { authenticator: new Authenticator({ ...given, clock: Date.now }), hosts: null };
}
