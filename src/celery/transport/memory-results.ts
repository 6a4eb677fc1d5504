/** Reads the results that embedded workers stored. Counterpart of `celery.backends.cache` over memory. */
import { z } from 'zod';
import { exceptionRepr } from '../python-repr.js';
import type { MemoryBus } from './memory-bus.js';
import type { ResultBackend, TaskMeta } from './transport.js';

/** Celery's stored meta; the last four only with `result_extended`. */
const storedMeta = z.object({
  task_id: z.string(),
  status: z.string(),
  result: z.unknown(),
  traceback: z.string().nullish(),
  date_done: z.string().nullish(),
  name: z.string().nullish(),
  worker: z.string().nullish(),
  queue: z.string().nullish(),
  retries: z.number().nullish(),
});

const storedException = z.object({ exc_type: z.string(), exc_message: z.array(z.unknown()) });

export interface MemoryResultBackendOptions {
  /** Longest JSON text of a result that is passed on. */
  readonly maxResultLength?: number;
}

export class MemoryResultBackend implements ResultBackend {
  readonly address = 'embedded';
  readonly #bus: MemoryBus;
  readonly #maxResultLength: number;

  constructor(bus: MemoryBus, { maxResultLength = 64 * 1024 }: MemoryResultBackendOptions = {}) {
    this.#bus = bus;
    this.#maxResultLength = maxResultLength;
  }

  async fetch(ids: readonly string[]): Promise<readonly (TaskMeta | null)[]> {
    return ids.map((id) => {
      const text = this.#bus.findResult(id);
      return text === null ? null : this.#read(text);
    });
  }

  async ping(): Promise<void> {
    // Nothing to reach: the results are in this process.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The bus holds the results and lives as long as its cluster.
  }

  #read(text: string): TaskMeta | null {
    const parsed = storedMeta.safeParse(tryJson(text));
    if (!parsed.success) return null;
    const meta = parsed.data;
    const failure = storedException.safeParse(meta.result);
    // A task may return a value of that very shape: only these states store an exception.
    const failed = ['FAILURE', 'RETRY', 'REVOKED'].includes(meta.status) && failure.success;
    return {
      id: meta.task_id,
      state: meta.status,
      result: failed ? null : (JSON.stringify(meta.result) ?? 'null').slice(0, this.#maxResultLength),
      exception: failed ? exceptionRepr(failure.data.exc_type, failure.data.exc_message) : null,
      traceback: meta.traceback ?? null,
      doneAt: epochMilliseconds(meta.date_done ?? null),
      name: meta.name ?? null,
      worker: meta.worker ?? null,
      queue: meta.queue ?? null,
      retries: meta.retries ?? null,
    };
  }
}

/** Celery 5.2 writes `date_done` without an offset, in UTC. */
function epochMilliseconds(iso: string | null): number | null {
  if (iso === null) return null;
  const time = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(time) ? null : time;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
