import type { JudgedGoal } from './goals.mjs';
import type { Cell } from './table.mjs';

export interface Machine {
  /** Of the measurement, as YYYY-MM-DD. */
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  /** Whether servers and load had cores of their own. */
  readonly pinned: boolean;
}

export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly goals: readonly JudgedGoal[];
  readonly notes: readonly string[];
}

export interface Results {
  readonly subjects: readonly (Measured & { readonly machine: Machine })[];
}

export function merge(before: Results, machine: Machine, measured: readonly Measured[]): Results;
export function readResults(): Promise<Results>;
export function pagesOf(results: Results): Promise<(readonly [path: string, text: string])[]>;
export function writeReports(machine: Machine, measured: readonly Measured[]): Promise<void>;
