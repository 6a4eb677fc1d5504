/**
 * The events of a cluster, and their parser. Counterpart of `celery.events.event`.
 *
 * What an event must have is strict, because a wrong value would file it under the wrong worker, task or time: such
 * an event is malformed, alone, also within a batch. What it may have is lenient: see event-fields.ts. Fields that
 * Celery does not know are never copied. `utcoffset` is ignored, as the timestamp is UTC already.
 */
import {
  clockTicks,
  count,
  frequency,
  identifier,
  isObject,
  loadAverage,
  retries,
  seconds,
  shortText,
  text,
} from './event-fields.js';
import { parseIsoTime } from '../parse-iso-time.js';
import { maxIdLength, taskIdText } from '../task-id.js';
import { maskText } from '../messages/masked-text.js';
import { standardRedactor, type Redaction } from '../redaction/redactor.js';
import { isCutByWorker } from '../tasks/task-text.js';
import type { TaskText } from '../tasks/task.js';

export { maxIdLength } from '../task-id.js';

interface CommonFields {
  /** Such as `task-received`: the group, a dash and the subject. */
  readonly type: string;
  /** Node name of the sender. */
  readonly hostname: string;
  /** Epoch milliseconds, by the sender's clock. */
  readonly timestampMs: number;
  /** Lamport clock of the sending process. */
  readonly clock: number | null;
  /** Process id of the sender: a pool child for events that a task sends itself. */
  readonly pid: number | null;
}

/** Null if the event does not report it. */
export interface WorkerFields {
  readonly freqSeconds: number | null;
  readonly activeCount: number | null;
  readonly processed: number | null;
  readonly loadAverage: readonly number[] | null;
  readonly softwareIdent: string | null;
  readonly softwareVersion: string | null;
  readonly softwareSystem: string | null;
}

/** Null if the event does not report it. */
export interface TaskFields {
  readonly name: string | null;
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly result: string | null;
  readonly exception: string | null;
  readonly traceback: string | null;
  /** Those of the texts that no longer show that they were cut, since that part is masked or left out. */
  readonly cut?: readonly TaskText[] | undefined;
  readonly runtimeSeconds: number | null;
  readonly retries: number | null;
  /** Null if the task has none; undefined if the event does not report it. */
  readonly eta: number | null | undefined;
  readonly expires: number | null | undefined;
  readonly queue: string | null;
  readonly exchange: string | null;
  readonly routingKey: string | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
}

export interface WorkerEvent extends CommonFields {
  readonly group: 'worker';
  /** `online`, `heartbeat`, `offline`, and what gossip sends. */
  readonly subject: string;
  readonly fields: WorkerFields;
}

export interface TaskEvent extends CommonFields {
  readonly group: 'task';
  readonly subject: string;
  readonly uuid: string;
  /** The state that the subject stands for; a custom one is the subject in upper case. */
  readonly state: string;
  readonly fields: TaskFields;
}

/** An application's own event, of a group that Celery does not know. */
export interface OtherEvent extends CommonFields {
  readonly group: 'other';
  readonly subject: string;
}

export type CeleryEvent = WorkerEvent | TaskEvent | OtherEvent;

export interface ParsedEvents {
  readonly events: readonly CeleryEvent[];
  /** One reason for each event that was left out. */
  readonly malformed: readonly string[];
}

const maxTypeLength = 128;
const year2000 = 946_684_800;
const year2100 = 4_102_444_800;
/** Why an event is left out whose id, an integer, has lost digits: its message has them. */
export const inexactId = 'the uuid has more digits than a number here';

/** `TASK_EVENT_TO_STATE`, and what Celery has left out of it: a task cancelled when the connection is lost is sent again. */
const subjectStates: ReadonlyMap<string, string> = new Map([
  ['sent', 'PENDING'],
  ['received', 'RECEIVED'],
  ['started', 'STARTED'],
  ['failed', 'FAILURE'],
  ['retried', 'RETRY'],
  ['succeeded', 'SUCCESS'],
  ['revoked', 'REVOKED'],
  ['rejected', 'REJECTED'],
  ['cancelled', 'RETRY'],
]);

/**
 * Reads the body of an event message: one event, or a batch of them, which Celery 5.2 also sends empty. Secrets are
 * masked before they are stored.
 */
export function parseEvents(body: unknown, redaction: Redaction = standardRedactor.tasks): ParsedEvents {
  const events: CeleryEvent[] = [];
  const malformed: string[] = [];
  for (const element of elementsOf(body)) {
    const event = parseEvent(element, redaction);
    if (typeof event === 'string') malformed.push(event);
    else events.push(event);
  }
  return { events, malformed };
}

/** The events of a message's body, which is one of them or a list. */
export function elementsOf(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? body : [body];
}

function isInexact(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}

/** The event with its secrets masked, or why it is none. */
export function parseEvent(value: unknown, redaction: Redaction): CeleryEvent | string {
  if (!isObject(value)) return 'the event is not an object';
  const type = value['type'];
  if (typeof type !== 'string' || type.length > maxTypeLength) return 'the type is not a short string';
  const dash = type.indexOf('-');
  if (dash < 1 || dash === type.length - 1) return 'the type has no group or no subject';
  const hostname = identifier(value['hostname'], maxIdLength);
  if (hostname === null) return 'the hostname is not a short string';
  const timestamp = value['timestamp'];
  if (typeof timestamp !== 'number') return 'the timestamp is not a number';
  if (!(timestamp >= year2000 && timestamp < year2100)) return 'the timestamp is not of this century';
  const clock = value['clock'];

  const timestampMs = Math.round(timestamp * 1000);
  const subject = type.slice(dash + 1);
  // An absurd clock costs only the clock. Workers adopt the largest clock that they receive: one event of 10^30
  // makes every worker count on from there, and refusing those events would blind the gateway for good.
  const common = {
    type,
    subject,
    hostname,
    timestampMs,
    clock: clockTicks(clock),
    pid: count(value['pid']),
  };
  if (type.startsWith('task-')) {
    const uuid = taskIdText(value['uuid']);
    if (uuid === null) return isInexact(value['uuid']) ? inexactId : 'the uuid is not an id';
    const state = subjectStates.get(subject) ?? subject.toUpperCase();
    return { group: 'task', ...common, uuid, state, fields: taskFields(value, redaction) };
  }
  if (type.startsWith('worker-')) {
    return { group: 'worker', ...common, fields: workerFields(value) };
  }
  return { group: 'other', ...common };
}

function taskFields(value: Readonly<Record<string, unknown>>, redaction: Redaction): TaskFields {
  let cut: TaskText[] | undefined;
  const masked = (field: TaskText): string | null => {
    const received = text(value[field]);
    if (received === null) return null;
    const shown = maskText(field, received, redaction);
    if (shown.isCut || (shown.text !== received && isCutByWorker(received))) (cut ??= []).push(field);
    return shown.text;
  };
  const texts = {
    args: masked('args'),
    kwargs: masked('kwargs'),
    result: masked('result'),
    exception: masked('exception'),
    traceback: masked('traceback'),
  };
  return {
    name: shortText(value['name']),
    ...texts,
    cut,
    runtimeSeconds: seconds(value['runtime']),
    retries: retries(value['retries']),
    eta: parseIsoTime(value['eta']),
    expires: parseIsoTime(value['expires']),
    queue: shortText(value['queue']),
    // The default exchange is named '': a string like any other here.
    exchange: value['exchange'] === '' ? '' : shortText(value['exchange']),
    routingKey: shortText(value['routing_key']),
    rootId: taskIdText(value['root_id']),
    parentId: taskIdText(value['parent_id']),
  };
}

function workerFields(value: Readonly<Record<string, unknown>>): WorkerFields {
  return {
    freqSeconds: frequency(value['freq']),
    activeCount: count(value['active']),
    processed: count(value['processed']),
    loadAverage: loadAverage(value['loadavg']),
    softwareIdent: shortText(value['sw_ident']),
    softwareVersion: shortText(value['sw_ver']),
    softwareSystem: shortText(value['sw_sys']),
  };
}
