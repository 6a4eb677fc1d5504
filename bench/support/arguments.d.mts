export interface BenchArguments {
  readonly subjects: readonly string[];
  /** Null without `--compare`. */
  readonly compare: string | null;
  readonly rounds: number;
  /** Of the soak. */
  readonly minutes: number;
  readonly quick: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

export class ArgumentError extends Error {}
export const usage: string;
export function parseArguments(argv: readonly string[], known: readonly string[]): BenchArguments;
