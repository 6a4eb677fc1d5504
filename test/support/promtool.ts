/** Prometheus' own judge of what it is given. */
import { runProgram } from './program.js';

export interface Judgement {
  readonly status: number | null;
  readonly output: string;
}

/** @param input what it reads from its standard input */
export function promtool(args: readonly string[], input = ''): Judgement {
  const { status, stdout, stderr } = runProgram('promtool', args, { input });
  return { status, output: stdout + stderr };
}
