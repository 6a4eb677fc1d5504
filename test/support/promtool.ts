/** Prometheus' own judge of what it is given. */
import { spawnSync } from 'node:child_process';

export interface Judgement {
  readonly status: number | null;
  readonly output: string;
}

/** @param input what it reads from its standard input */
export function promtool(args: readonly string[], input = ''): Judgement {
  const options = { input, encoding: 'utf8', timeout: 30_000, maxBuffer: 64 * 1024 * 1024 } as const;
  const { status, stdout, stderr } = spawnSync('promtool', args, options);
  return { status, output: stdout + stderr };
}
