/**
 * Results that tasks have stored. Counterpart of `celery.backends.redis`: `celery-task-meta-<id>` holds an object in
 * the format of `result_serializer`.
 */
import { z } from 'zod';
import {
  MalformedMessageError,
  ResultBackendUnavailableError,
  UnreadableResultError,
} from '../../errors.js';
import type { Logger } from '../../log.js';
import { ThrottledLog } from '../../throttled-log.js';
import { cutText, isCutByWorker } from '../tasks/task-text.js';
import { taskTexts, type TaskText } from '../tasks/task.js';
import { parseIsoTimeOrNull } from '../parse-iso-time.js';
import { maskText, maxKeptText } from '../messages/masked-text.js';
import { parsePythonJson, toPlainJson } from '../python/python-json.js';
import { argumentsRepr, exceptionRepr, pythonRepr, type OnCut } from '../python/python-repr.js';
import { standardRedactor, type Redaction } from '../redaction/redactor.js';
import { isCustom } from '../states.js';
import { readStoredPayload } from './stored-payload.js';
import { describeRedisAddress } from '../transport/address/redis-address.js';
import type { RedisAddress } from '../transport/address/redis-address.js';
import { isForbidden, refusalWords, withoutUser } from '../transport/redis/redis-errors.js';
import { RedisConnection } from '../transport/redis/redis-connection.js';
import { trimValue } from '../messages/trimmed-value.js';
import type { ResultBackend, StoredResult, TaskMeta } from '../transport/transport.js';

const metaPrefix = 'celery-task-meta-';
const mgetBatch = 500;
const maxRetries = 1_000_000;

const text = z.string().nullish().catch(null);
const meta = z.object({
  status: z.string(),
  result: z.unknown().optional(),
  traceback: text,
  date_done: text,
  name: text,
  args: z.unknown().optional(),
  kwargs: z.unknown().optional(),
  worker: text,
  queue: text,
  retries: z.number().int().min(0).max(maxRetries).nullish().catch(null),
});
const exceptionResult = z.object({ exc_type: z.string(), exc_message: z.unknown().optional() });

/**
 * Texts and values are cut with a margin, masked, and cut to what is kept.
 * @returns null when the text is not a task's meta: a foreign key must not fail the read
 */
export function parseTaskMeta(
  id: string,
  text: string,
  redaction: Redaction = standardRedactor.tasks,
): TaskMeta | null {
  return readTaskMeta(id, parsePythonJson(text), redaction);
}

function readTaskMeta(id: string, value: unknown, redaction: Redaction): TaskMeta | null {
  const parsed = meta.safeParse(value);
  if (!parsed.success) return null;
  const { status, date_done, name, args, kwargs, worker, queue, retries } = parsed.data;
  const trimmed = trimValue(parsed.data.result);
  const result = redaction.value(trimmed.value);
  const state = status.toUpperCase();
  // What is stored before the end is a pid, an error or the progress that the task reports: it has returned nothing.
  const succeeded = state === 'SUCCESS' && result !== undefined;
  const failure = state === 'SUCCESS' ? null : (exceptionResult.safeParse(result).data ?? null);
  const isOwnShape = state === 'FAILURE' && failure === null && (result ?? null) !== null;
  const cut = new Set<TaskText>();
  const onCut =
    (field: TaskText): OnCut =>
    () =>
      cut.add(field);
  if (trimmed.isCut && (succeeded || failure !== null || isOwnShape))
    cut.add(succeeded ? 'result' : 'exception');
  return {
    id,
    state,
    result: succeeded ? pythonRepr(result, maxKeptText, onCut('result')) : null,
    progress: (isCustom(state) || isOwnShape) && !trimmed.isCut ? progressOf(result) : null,
    ...(isOwnShape && { isOwnShape }),
    exception: isOwnShape
      ? describeOwn(result, onCut('exception'))
      : failure && describeException(failure, onCut('exception')),
    traceback: described('traceback', parsed.data.traceback ?? null, redaction, onCut('traceback')),
    doneAt: parseIsoTimeOrNull(date_done), // naive before Celery 5.3
    args: describeArguments('args', args, redaction, onCut('args')),
    kwargs: describeArguments('kwargs', kwargs, redaction, onCut('kwargs')),
    name: name ?? null,
    worker: worker ?? null,
    queue: queue ?? null,
    retries: retries ?? null,
    truncated: taskTexts.filter((field) => cut.has(field)),
  };
}

export class RedisResultBackend implements ResultBackend {
  readonly address: string;
  readonly #connection: RedisConnection;
  readonly #keyprefix: string;
  readonly #redaction: Redaction;
  readonly #refused: ThrottledLog;

  /** @param keyprefix `global_keyprefix` of `result_backend_transport_options`; never the broker's */
  constructor(
    address: RedisAddress,
    keyprefix: string,
    log: Logger,
    redaction: Redaction = standardRedactor.tasks,
  ) {
    this.#redaction = redaction;
    this.address = describeRedisAddress(address);
    this.#keyprefix = completePrefix(keyprefix);
    const message = 'the result backend refuses what the gateway needs';
    this.#refused = new ThrottledLog({ log, message });
    this.#connection = new RedisConnection({
      address,
      name: 'celeryql-results',
      log,
      onAnswer: (command, error) => {
        if (isForbidden(error)) this.#refused.add(command, { reason: withoutUser(refusalWords(error)) });
      },
      Unavailable: ResultBackendUnavailableError,
    });
    this.#connection.start();
  }

  async fetch(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    const payloads: (Buffer | null)[] = [];
    for (let start = 0; start < ids.length; start += mgetBatch) {
      const keys = ids.slice(start, start + mgetBatch).map((id) => this.#keyprefix + metaPrefix + id);
      payloads.push(...(await this.#connection.run((client) => client.mgetBuffer(keys))));
    }
    return ids.map((id, index) => {
      const payload = payloads[index] ?? null;
      return payload && readStoredResult(id, payload, this.#redaction);
    });
  }

  async ping(): Promise<void> {
    // Reading, as `fetch` does: PING succeeds also where this user may not read.
    await this.#connection.run((client) => client.mget(`${this.#keyprefix}${metaPrefix}celeryql-ping`));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#connection.dispose();
    this.#refused[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** What is stored under a task's key: its meta, or why that cannot be read. */
export function readStoredResult(
  id: string,
  payload: Buffer,
  redaction: Redaction = standardRedactor.tasks,
): StoredResult {
  try {
    const meta = readTaskMeta(id, readStoredPayload(payload), redaction);
    return meta ?? new UnreadableResultError(id, "it is not a task's result");
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    return new UnreadableResultError(id, error.message, error.contentType);
  }
}

/** What a task reports with `update_state(meta=...)`. */
function progressOf(result: unknown): unknown {
  const progress = toPlainJson(result ?? null);
  return JSON.stringify(progress).length <= maxKeptText ? progress : null;
}

/** As Celery's backends do since 5.3. */
function completePrefix(keyprefix: string): string {
  return keyprefix === '' || /[:_.-]$/.test(keyprefix) ? keyprefix : `${keyprefix}_`;
}

/** As `task-failed` events show it: `ValueError('boom')`. */
function describeException(
  { exc_type, exc_message }: z.infer<typeof exceptionResult>,
  onCut: OnCut,
): string {
  const args: readonly unknown[] = Array.isArray(exc_message) ? exc_message : [exc_message];
  return exceptionRepr(exc_type, args, maxKeptText, onCut);
}

/** A failure that is no exception: `update_state(state='FAILURE', meta='no such customer')`. */
function describeOwn(result: unknown, onCut: OnCut): string {
  if (typeof result !== 'string') return pythonRepr(result, maxKeptText, onCut);
  return shorten('exception', result, onCut);
}

/** Stored as values, or as the representations that the message had. */
function describeArguments(
  field: 'args' | 'kwargs',
  value: unknown,
  redaction: Redaction,
  onCut: OnCut,
): string | null {
  if (typeof value === 'string') return described(field, value, redaction, onCut);
  const trimmed = trimValue(value);
  if (trimmed.isCut) onCut();
  return argumentsRepr(redaction.value(trimmed.value), maxKeptText, onCut);
}

/** A text that was stored as such. */
function described(
  field: TaskText,
  value: string | null,
  redaction: Redaction,
  onCut: OnCut,
): string | null {
  if (value === null) return null;
  // What shows that it was cut may be masked.
  if (field !== 'traceback' && isCutByWorker(value)) onCut();
  const masked = maskText(field, value, redaction);
  if (masked.isCut) onCut();
  return shorten(field, masked.text, onCut);
}

function shorten(field: TaskText, value: string, onCut: OnCut): string {
  const kept = cutText(field, value, maxKeptText);
  if (kept !== value || (field !== 'traceback' && isCutByWorker(value))) onCut();
  return kept;
}
