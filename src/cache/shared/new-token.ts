import { randomBytes } from 'node:crypto';

/** A text that no process generates twice. */
export function newToken(): string {
  return randomBytes(12).toString('base64url');
}
