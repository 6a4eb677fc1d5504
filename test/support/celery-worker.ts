/**
 * A real Celery worker that runs the sample application, in a process group of its own, so that a
 * prefork pool is paused and killed with it.
 */
import { Child, type Exit } from './process.js';
import { applicationDir, applicationEnv, type Application } from './python.js';

export type Pool = 'prefork' | 'solo' | 'threads' | 'gevent';

export interface WorkerOptions extends Application {
  /** Its node name; what has no `@` gets `@test`. */
  readonly hostname?: string | undefined;
  /** Default: `prefork`, as in Celery. */
  readonly pool?: Pool | undefined;
  /** Default: 2; a solo pool has always one. */
  readonly concurrency?: number | undefined;
  /** Default: every queue of the application. */
  readonly queues?: readonly string[] | undefined;
  /** Whether it starts with `-E`, that is, sends task events. Default: true. */
  readonly events?: boolean | undefined;
  /** Whether it synchronizes with other workers when it starts (mingle): one second, and a `hello` broadcast. Default: false. */
  readonly mingle?: boolean | undefined;
  /** More arguments of `celery worker`. */
  readonly args?: readonly string[] | undefined;
}

/** Resolves when the worker says that it is ready. */
export async function startWorker(options: WorkerOptions): Promise<CeleryWorker> {
  const worker = new CeleryWorker(options);
  try {
    await worker.waitForLine(/ ready\.$/, 30_000);
    return worker;
  } catch (error) {
    await worker.kill();
    throw error;
  }
}

export class CeleryWorker implements AsyncDisposable {
  readonly hostname: string;
  readonly options: WorkerOptions;
  readonly #child: Child;

  constructor(options: WorkerOptions) {
    const { hostname = 'w1', pool = 'prefork', concurrency = 2, queues, args = [] } = options;
    const { events = true, mingle = false } = options;
    this.options = options;
    this.hostname = hostname.includes('@') ? hostname : `${hostname}@test`;
    this.#child = new Child(
      options.python,
      [
        ...['-m', 'celery', '-A', 'cluster', 'worker', '--loglevel', 'INFO'],
        ...['--hostname', this.hostname, '--pool', pool],
        ...(pool === 'solo' ? [] : ['--concurrency', String(concurrency)]),
        ...(queues ? ['--queues', queues.join(',')] : []),
        ...(events ? ['--task-events'] : []),
        ...(mingle ? [] : ['--without-mingle']),
        ...args,
      ],
      {
        name: `worker ${this.hostname}`,
        cwd: applicationDir,
        env: applicationEnv(options),
        group: true,
      },
    );
  }

  /** Of the main process; those of a prefork pool are in the answer to `inspect stats`. */
  get pid(): number {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.running;
  }

  get exited(): Promise<Exit> {
    return this.#child.exited;
  }

  /** How many lines it has logged; pass it to `waitForLine` to see only what comes later. */
  get lineCount(): number {
    return this.#child.lineCount;
  }

  waitForLine(pattern: RegExp, deadlineMs?: number, from?: number): Promise<string> {
    return this.#child.waitForLine(pattern, deadlineMs, from);
  }

  log(lines?: number): string {
    return this.#child.log(lines);
  }

  /** A warm shutdown, which says goodbye (`worker-offline`); SIGKILL after 5 s, when tasks take longer. */
  stop(): Promise<Exit> {
    return this.#child.stop();
  }

  /** Kills it and its pool without a goodbye event. */
  kill(): Promise<Exit> {
    return this.#child.kill();
  }

  /** Connected and silent: no heartbeats, no replies, no tasks. */
  pause(): void {
    this.#child.pause();
  }

  resume(): void {
    this.#child.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
