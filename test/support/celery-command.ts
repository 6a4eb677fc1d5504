/**
 * Celery's own clients, as the measure for ours: `celery inspect`, a sender of tasks, and the ledger.
 */
import { pythonOutput, runPython, type Application } from './python.js';

const nobodyReplied = 69; // EX_UNAVAILABLE

export interface InspectOptions {
  readonly destination?: readonly string[] | undefined;
  /** Seconds; Celery waits this long for a broadcast, 1 by default. */
  readonly timeout?: number | undefined;
  /** Arguments of the command itself, such as the ids of `query_task`. */
  readonly args?: readonly string[] | undefined;
}

/** What `celery inspect` prints: one value per node name, and `{}` when no worker replied. */
export async function celeryInspect(
  application: Application,
  method: string,
  { destination, timeout, args = [] }: InspectOptions = {},
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runPython(application, [
    ...['-m', 'celery', '-A', 'cluster', 'inspect', '--json'],
    ...(destination ? ['--destination', destination.join(',')] : []),
    ...(timeout === undefined ? [] : ['--timeout', String(timeout)]),
    method,
    ...args,
  ]);
  if (code === nobodyReplied) return {};
  if (code !== 0) throw new Error(`celery inspect ${method} ended with ${code}\n${stdout}${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

export interface Call {
  /** A task's name, such as `demo.add`; see `cluster.py`. */
  readonly name: string;
  readonly args?: readonly unknown[] | undefined;
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Of `apply_async`: `queue`, `countdown`, `priority`, `task_id`, `expires`... */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

const sendAll = `
import json, sys, cluster
cluster.declare()
for call in json.loads(sys.argv[1]):
    print(cluster.app.tasks[call['name']].apply_async(
        call.get('args'), call.get('kwargs'), **call.get('options') or {}).id)
`;

/** Sends tasks in order from one process, and returns their ids; does not wait for them. */
export async function sendTasks(application: Application, calls: readonly Call[]): Promise<string[]> {
  const output = await pythonOutput(application, ['-c', sendAll, JSON.stringify(calls)]);
  return output.trim().split('\n').filter(Boolean);
}

const timeStats = `
import json, sys, time
from cluster import app
times, options = json.loads(sys.argv[1])
app.control.inspect(**options).stats()  # connects
for _ in range(times):
    started = time.perf_counter()
    app.control.inspect(**options).stats()
    print(time.perf_counter() - started)
`;

export interface TimeOptions {
  readonly times?: number | undefined;
  readonly destination?: readonly string[] | undefined;
  readonly timeout?: number | undefined;
}

/** Seconds that each of `times` calls of `app.control.inspect().stats()` takes in one connected process. */
export async function timeInspectStats(
  application: Application,
  options: TimeOptions = {},
): Promise<number[]> {
  const { times = 5, ...inspect } = options;
  const output = await pythonOutput(
    application,
    ['-c', timeStats, JSON.stringify([times, inspect])],
    120_000,
  );
  return output.trim().split('\n').map(Number);
}

export interface LedgerOptions {
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  readonly deadlineMs?: number | undefined;
}

/** What must have become of one task, by its sender and the result backend. */
export interface LedgerEntry {
  readonly id: string;
  readonly name: string;
  readonly state: 'SUCCESS' | 'FAILURE';
  readonly retries: number;
  /** `repr()` of the error, as the `task-failed` event has it; null when it succeeded. */
  readonly exception: string | null;
  /** The JSON value; null when it failed. */
  readonly result: unknown;
}

/** Sends seeded tasks of mixed kinds (see `ledger.py`) and resolves when all of them are final. */
export async function runLedger(
  application: Application,
  { count = 500, seed = 1, deadlineMs = 120_000 }: LedgerOptions = {},
): Promise<LedgerEntry[]> {
  const args = ['ledger.py', '--count', String(count), '--seed', String(seed)];
  const output = await pythonOutput(application, args, deadlineMs);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LedgerEntry);
}
