/**
 * Results that tasks have stored. Counterpart of `celery.backends.redis`: `celery-task-meta-<id>` holds a JSON
 * object, which Python may have written with NaN and Infinity in it.
 */
import { z } from 'zod';
import type { Logger } from '../log.js';
import { describeAddress } from './transport/broker-url.js';
import type { RedisAddress } from './transport/broker-url.js';
import { RedisLink } from './transport/redis-link.js';
import type { ResultBackend, TaskMeta } from './transport/transport.js';
import { pythonRepr } from './python-repr.js';

const metaPrefix = 'celery-task-meta-';
const mgetBatch = 500;
/** Longer results are cut: the monitor shows them, it does not carry them. */
const maxResultLength = 10_000;

const meta = z.object({
  status: z.string(),
  result: z.unknown().optional(),
  traceback: z.string().nullish().catch(null),
  date_done: z.string().nullish().catch(null),
  name: z.string().nullish().catch(null),
  worker: z.string().nullish().catch(null),
  queue: z.string().nullish().catch(null),
  retries: z.number().int().nullish().catch(null),
});
const exceptionResult = z.object({ exc_type: z.string(), exc_message: z.unknown().optional() });

/** @returns null when the text is not a task's meta: a foreign key must not fail the read. */
export function parseTaskMeta(id: string, text: string): TaskMeta | null {
  const parsed = meta.safeParse(parsePythonJson(text));
  if (!parsed.success) return null;
  const { status, result, traceback, date_done, name, worker, queue, retries } = parsed.data;
  const failure = exceptionResult.safeParse(result);
  return {
    id,
    state: status.toUpperCase(),
    result:
      failure.success || result === undefined ? null : JSON.stringify(result).slice(0, maxResultLength),
    exception: failure.success ? describeException(failure.data) : null,
    traceback: traceback ?? null,
    doneAt: parseDate(date_done ?? null),
    name: name ?? null,
    worker: worker ?? null,
    queue: queue ?? null,
    retries: retries ?? null,
  };
}

export class RedisResultBackend implements ResultBackend {
  readonly address: string;
  readonly #link: RedisLink;
  readonly #keyprefix: string;

  constructor(address: RedisAddress, keyprefix: string, log: Logger) {
    this.address = describeAddress(address);
    this.#keyprefix = keyprefix;
    this.#link = new RedisLink({ address, name: 'celeryql-results', log });
    this.#link.start();
  }

  async fetch(ids: readonly string[]): Promise<readonly (TaskMeta | null)[]> {
    const texts: (string | null)[] = [];
    for (let start = 0; start < ids.length; start += mgetBatch) {
      const keys = ids.slice(start, start + mgetBatch).map((id) => this.#keyprefix + metaPrefix + id);
      texts.push(...(await this.#link.run((client) => client.mget(keys))));
    }
    return ids.map((id, index) => {
      const text = texts[index];
      return typeof text === 'string' ? parseTaskMeta(id, text) : null;
    });
  }

  async ping(): Promise<void> {
    await this.#link.run((client) => client.ping());
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#link.dispose();
    return Promise.resolve();
  }
}

/** As `task-failed` events show it: `ValueError('boom')`. */
function describeException({ exc_type, exc_message }: z.infer<typeof exceptionResult>): string {
  const args = Array.isArray(exc_message) ? exc_message : [exc_message];
  return `${exc_type}(${args.map((arg) => pythonRepr(arg)).join(', ')})`;
}

/** Celery 5.2 writes naive UTC, 5.3 and later an offset. */
function parseDate(text: string | null): number | null {
  if (text === null) return null;
  const time = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : time;
}

/** Python writes NaN, Infinity and -Infinity as bare words; outside of strings they become null. */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const cleaned = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
      token.startsWith('"') ? token : 'null',
    );
    try {
      return JSON.parse(cleaned);
    } catch {
      return null;
    }
  }
}
