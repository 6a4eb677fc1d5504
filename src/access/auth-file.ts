/**
 * The file of those who may come in, one a line: `user <name> <role> <scrypt hash>` or `token <name> <role> <SHA-256>`,
 * as `celeryql hash-password` and `celeryql create-token` print them. Complaints name the line, never what it holds.
 */
import { ConfigError } from '../errors.js';
import { maxNameLength } from './attempt.js';
import type { User } from './basic.js';
import type { Token } from './bearer.js';
import { parsePasswordHash } from './password-hash.js';
import { isRole, roles } from './viewer.js';

export interface AuthFile {
  readonly users: readonly User[];
  readonly tokens: readonly Token[];
}

/** @throws ConfigError that completes "<setting> ..." */
export function parseAuthFile(text: string): AuthFile {
  const users = new Map<string, User>();
  const tokens: Token[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/);
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const refuse = (what: string): never => {
      throw new ConfigError(`has ${what} in line ${index + 1}`);
    };
    const [kind = '', name = '', role = '', secret = ''] = words;
    if ((kind !== 'user' && kind !== 'token') || words.length !== 4)
      return refuse('neither `user <name> <role> <hash>` nor `token <name> <role> <hash>`');
    if (name.length > maxNameLength || name === '__proto__' || (kind === 'user' && name.includes(':')))
      return refuse('a name that cannot be used');
    if (!isRole(role)) return refuse(`a role other than ${roles.join(', ')}`);
    if (kind === 'token') {
      if (!/^[0-9a-f]{64}$/i.test(secret))
        return refuse('a token that is no SHA-256 in hexadecimal digits');
      tokens.push({ name, role, sha256: Buffer.from(secret, 'hex') });
      continue;
    }
    if (users.has(name)) return refuse('a user who was there before');
    const password = parsePasswordHash(secret) ?? refuse('a password that is no hash of scrypt');
    users.set(name, { name, role, password });
  }
  // Without this, a file emptied by mistake would count as no credentials at all.
  if (users.size + tokens.length === 0) throw new ConfigError('contains no user and no token');
  return { users: [...users.values()], tokens };
}
