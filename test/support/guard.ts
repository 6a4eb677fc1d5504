/**
 * Which programs the running suite may start. A program other than Node's own starts only while a suite runs that
 * named it to `describeWith`, on every machine: so no suite can depend on a program that may be missing without the
 * line that says it was skipped. Programs are started in this folder alone, which lint holds.
 */
import { basename } from 'node:path';
import { isPythonClient } from './python-clients.js';
import type { Need } from './requirements.js';

/** What every machine with Node and the core utilities has. */
const alwaysThere: ReadonlySet<string> = new Set(['node', 'npm', 'sh']);

/** What names a program to `describeWith`; any Python is a Celery release's. */
function needFor(program: string): string {
  if (program === 'redis-server') return 'redis';
  if (/^(epmd|unshare|rabbitmq.*)$/.test(program)) return 'rabbitmq';
  return /^python/.test(program) ? 'celery' : program;
}

const grants = new Map<string, number>();

function granted(need: Need): string {
  return need.split(':', 1)[0] ?? need;
}

/** Called when a suite with these needs begins. */
export function grant(needs: readonly Need[]): void {
  for (const need of needs.map(granted)) grants.set(need, (grants.get(need) ?? 0) + 1);
}

/** Called when it ends. */
export function revoke(needs: readonly Need[]): void {
  for (const need of needs.map(granted)) grants.set(need, (grants.get(need) ?? 0) - 1);
}

/** @throws Error where the running suite did not name the program */
export function assertMayStart(command: string): void {
  const program = basename(command);
  if (alwaysThere.has(program) || command === process.execPath) return;
  const need = isPythonClient(command) ? 'python-clients' : needFor(program);
  if ((grants.get(need) ?? 0) > 0) return;
  throw new Error(`${program} starts only in a suite that needs it: describeWith(['${need}'], ...)`);
}
