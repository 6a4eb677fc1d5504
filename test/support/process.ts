/**
 * A server that a test runs and ends with `await using`. Its last lines are kept for failure messages. Its output
 * shows that it is ready, and its exit that it is gone: no test sleeps for that.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { assertMayStart } from './guard.js';
import { disown, killQuietly, own, signalQuietly } from './leftovers.js';

/** Enough to see why a server failed, little enough for one that logs a line per task. */
const keptLines = 2_000;
/** SIGTERM becomes SIGKILL after this: a worker may be in the middle of a long task. */
const graceMs = 5_000;

export interface ChildOptions {
  /** How failure messages call it. */
  readonly name?: string | undefined;
  readonly cwd?: string | undefined;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Its own process group, so that what it forks (Celery's prefork pool) is paused and killed with it. */
  readonly group?: boolean | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Child implements AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it has ended and all of its output was read. */
  readonly exited: Promise<Exit>;
  readonly #target: number;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<(line: string) => void>();
  #dropped = 0;
  #exit: Exit | undefined;

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    this.name = options.name ?? command;
    assertMayStart(command);
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      detached: options.group ?? false, // detached is Node's word for "in a new process group"
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.once('error', (error) => this.#read(`(${error.message})`));
    if (child.pid === undefined)
      throw new Error(`${this.name} cannot be started: no program ${command}`);
    this.pid = child.pid;
    this.#target = options.group ? -child.pid : child.pid;
    own(this.#target);
    this.exited = this.#watch(child);
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** How many lines it has printed; pass it to `waitForLine` to see only what comes later. */
  get lineCount(): number {
    return this.#dropped + this.#lines.length;
  }

  /** Its last lines, for failure messages. */
  log(lines = 100): string {
    return this.#lines.slice(-lines).join('\n');
  }

  /** The first line that matches, among those printed since line `from`, or printed within the deadline. */
  waitForLine(pattern: RegExp, deadlineMs = 20_000, from = 0): Promise<string> {
    const kept = this.#lines.slice(Math.max(0, from - this.#dropped));
    const found = kept.find((line) => pattern.test(line));
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const watch = (line: string) => {
        if (!pattern.test(line)) return;
        finish();
        resolve(line);
      };
      const fail = (why: string) => {
        finish();
        reject(new Error(`${this.name} ${why}\n${this.log()}`));
      };
      const timer = setTimeout(() => fail(`did not print ${pattern} in ${deadlineMs} ms`), deadlineMs);
      const finish = () => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      this.#watchers.add(watch);
      void this.exited.then((exit) => fail(`ended (${exit.signal ?? exit.code}) before ${pattern}`));
    });
  }

  /** SIGTERM, then SIGKILL when it has not ended in time. Harmless when it has ended already. */
  async stop(grace = graceMs): Promise<Exit> {
    if (this.#exit) return this.#exit;
    signalQuietly(this.pid, 'SIGTERM'); // the server alone: it ends its own pool in good order
    this.resume(); // a paused process takes note of SIGTERM only when it goes on
    const timer = setTimeout(() => killQuietly(this.#target), grace);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL: it closes no connection. */
  async kill(): Promise<Exit> {
    if (this.#exit) return this.#exit;
    killQuietly(this.#target);
    return this.exited;
  }

  /** SIGSTOP: connections stay open, nothing answers. */
  pause(): void {
    if (this.running) signalQuietly(this.#target, 'SIGSTOP');
  }

  resume(): void {
    if (this.running) signalQuietly(this.#target, 'SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #watch(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Exit> {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#read(line));
    }
    return new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        if (this.#target < 0) killQuietly(this.#target); // pool children that it left behind
        disown(this.#target);
        this.#exit = { code, signal };
      });
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  #read(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) {
      this.#lines.shift();
      this.#dropped++;
    }
    for (const watch of [...this.#watchers]) watch(line);
  }
}
