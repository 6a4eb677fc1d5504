/**
 * Runs Python to its end, in the sample application's directory and environment.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { assertMayStart } from './guard.js';
import { disown, own } from './leftovers.js';

/** Where `cluster.py` and `ledger.py` are. */
export const applicationDir = join(import.meta.dirname, '..', 'fixtures', 'cluster');

/** Characters of its output in failure messages: the last ones. */
const shown = 4_000;

/** Which application, and how to reach its broker: the environment that `cluster.py` reads. */
export interface Application {
  readonly python: string;
  readonly broker: string;
  /** By default the broker itself on Redis. */
  readonly resultBackend?: string | undefined;
  /** Such as `KEYPREFIX` or `RESULT_EXTENDED`, see `cluster.py`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export function applicationEnv(application: Application): Record<string, string | undefined> {
  return {
    BROKER_URL: application.broker,
    RESULT_BACKEND: application.resultBackend,
    PYTHONUNBUFFERED: '1', // a line must be seen when it is printed
    PYTHONDONTWRITEBYTECODE: '1', // nothing of ours in the checkout, and no cache shared by two Pythons
    ...application.env,
  };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program's output; rejects when it takes longer than the deadline. */
export async function runPython(
  application: Application,
  args: readonly string[],
  deadlineMs = 30_000,
): Promise<Finished> {
  assertMayStart(application.python);
  const child = spawn(application.python, args, {
    cwd: applicationDir,
    env: { ...process.env, ...applicationEnv(application) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) {
    child.on('error', () => undefined);
    throw new Error(`No program ${application.python}`);
  }
  own(pid);
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      disown(pid);
      clearTimeout(timer);
      resolve(code);
    });
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (child.killed)
    throw new Error(
      `${args.join(' ')} took more than ${deadlineMs} ms\n${stdout.slice(-shown)}${stderr.slice(-shown)}`,
    );
  return { code, stdout, stderr };
}

/** As `runPython`, but an exit code other than 0 is an error that shows what the program said. */
export async function pythonOutput(
  application: Application,
  args: readonly string[],
  deadlineMs?: number,
): Promise<string> {
  const { code, stdout, stderr } = await runPython(application, args, deadlineMs);
  if (code !== 0)
    throw new Error(
      `${args.join(' ')} ended with ${code}\n${stdout.slice(-shown)}${stderr.slice(-shown)}`,
    );
  return stdout;
}
