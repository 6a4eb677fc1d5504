/** Runs a program to its end, where the running suite may start it. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { assertMayStart } from './guard.js';

export interface ProgramOptions {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** What it reads from its standard input. */
  readonly input?: string | undefined;
  /** Milliseconds; 30,000 by default. */
  readonly timeout?: number | undefined;
}

export interface ProgramEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Blocks this process: not for a program that has to talk to it. */
export function runProgram(
  command: string,
  args: readonly string[],
  { timeout = 30_000, env, ...options }: ProgramOptions = {},
): ProgramEnd {
  assertMayStart(command);
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...options,
    timeout,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** What it prints; rejects with that where it does not end with 0. */
export async function programOutput(
  command: string,
  args: readonly string[],
  { timeout = 30_000, env, cwd }: Omit<ProgramOptions, 'input'> = {},
): Promise<string> {
  assertMayStart(command);
  const options = { cwd, timeout, env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)(command, args, options);
  return stdout;
}
