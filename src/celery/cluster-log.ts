/**
 * Writes to the log what happens to the workers of a cluster: which ones appear, die, return, and which running tasks
 * die with them. Changes of one kind within a second share a line, so that a rolling restart does not fill the log.
 */
import type { LogFields, Logger } from '../log.js';
import type { State } from './events/state.js';
import type { WorkerChange, WorkerChangeCause } from './events/worker-status-emitter.js';

/** Milliseconds for which changes of one kind are gathered. */
const window = 1_000;
/** Workers, or ids of tasks, that a line names; the rest are counted. */
const maxNamed = 20;

interface Line {
  readonly level: 'info' | 'warn';
  readonly message: string;
}

const workerLines: Readonly<Record<WorkerChangeCause, Line>> = {
  APPEARED: { level: 'info', message: 'workers appeared' },
  RESTARTED: { level: 'warn', message: 'workers restarted' },
  RETURNED: { level: 'info', message: 'workers returned' },
  SAID_GOODBYE: { level: 'info', message: 'workers shut down' },
  FELL_SILENT: { level: 'warn', message: 'workers went offline without a goodbye' },
  FORGOTTEN: { level: 'info', message: 'offline workers are not listed any more' },
};
const orphanLine: Line = { level: 'warn', message: 'running tasks lost their worker' };

interface Gathered {
  count: number;
  readonly named: LogFields[];
}

export interface ClusterLogOptions {
  readonly log: Logger;
  readonly state: Pick<State, 'onWorkerChange' | 'onOrphaned' | 'task'>;
}

export class ClusterLog implements Disposable {
  readonly #log: Logger;
  readonly #gathered = new Map<Line, Gathered>();
  readonly #stop: readonly (() => void)[];
  #timer: NodeJS.Timeout | undefined;

  constructor({ log, state }: ClusterLogOptions) {
    this.#log = log;
    this.#stop = [
      state.onWorkerChange((change) => {
        if (isNews(change)) this.#add(workerLines[change.cause], describeWorker(change));
      }),
      state.onOrphaned((ids) => {
        for (const id of ids) {
          const task = state.task(id);
          this.#add(orphanLine, { id, name: task?.name ?? null, worker: task?.worker ?? null });
        }
      }),
    ];
  }

  /** Writes what was gathered last. */
  [Symbol.dispose](): void {
    for (const stop of this.#stop) stop();
    clearTimeout(this.#timer);
    this.#flush();
  }

  #add(line: Line, fields: LogFields): void {
    const gathered = this.#gathered.get(line) ?? { count: 0, named: [] };
    this.#gathered.set(line, gathered);
    gathered.count++;
    if (gathered.named.length < maxNamed) gathered.named.push(fields);
    this.#timer ??= setTimeout(() => this.#flush(), window).unref();
  }

  #flush(): void {
    this.#timer = undefined;
    const gathered = new Map(this.#gathered);
    this.#gathered.clear();
    for (const line of [...Object.values(workerLines), orphanLine]) {
      const { count = 0, named } = gathered.get(line) ?? {};
      if (count === 0) continue;
      const name = line === orphanLine ? 'tasks' : 'workers';
      this.#log[line.level](line.message, { count, [name]: named });
    }
  }
}

/** Late heartbeats alone are none: a solo pool sends no heartbeats while it works. */
function isNews({ cause, previous, worker: { status } }: WorkerChange): boolean {
  if (cause === 'FELL_SILENT') return status === 'OFFLINE';
  return cause !== 'RETURNED' || previous === 'OFFLINE';
}

function describeWorker({ worker: { hostname, pid, lastHeartbeatAt }, at }: WorkerChange): LogFields {
  return {
    hostname,
    pid,
    at: new Date(at).toISOString(),
    lastHeartbeatAt: lastHeartbeatAt === null ? null : new Date(lastHeartbeatAt).toISOString(),
  };
}
