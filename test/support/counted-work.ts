/**
 * Counts work instead of timing it: how often V8 entered the functions and blocks of all scripts, the gateway's and its
 * libraries'. The same request gives the same count on any machine. What runs inside of V8 and Node, such as regular
 * expressions and JSON, is not counted.
 */
import { Session } from 'node:inspector/promises';

export class WorkCounter implements AsyncDisposable {
  readonly #session = new Session();

  /** Call it before the modules are imported: functions compiled earlier are counted without their blocks. */
  static async start(): Promise<WorkCounter> {
    const counter = new WorkCounter();
    counter.#session.connect();
    await counter.#session.post('Profiler.enable');
    await counter.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return counter;
  }

  /** Entries of functions and blocks while `run` runs. */
  async count(run: () => Promise<unknown>): Promise<number> {
    await this.#take();
    await run();
    return this.#take();
  }

  async #take(): Promise<number> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    let entries = 0;
    for (const { url, functions } of result) {
      if (url.includes('/test/')) continue;
      for (const { ranges } of functions) for (const { count } of ranges) entries += count;
    }
    return entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }
}
