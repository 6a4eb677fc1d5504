/**
 * What the gateway needs from a broker. Counterpart of `kombu.transport.base`, reduced to monitoring:
 * the event stream, remote control with replies, queue depths and results. No client library's type
 * crosses this contract, and every promise settles within the transport's own deadline.
 *
 * Errors: whatever needs the broker rejects with BrokerUnavailableError while there is no connection,
 * and with TimeoutError when the broker accepts a command and does not answer it.
 */
import type { TaskText } from '../tasks/task.js';
import type { UnreadableResultError } from '../../errors.js';
import type { SlicedWork } from '../../slices.js';
import type { OutgoingTask, RawMessage } from '../messages/message.js';
import type { Impairment } from './impairments.js';

export type TransportKind = 'memory' | 'redis' | 'amqp';

/** Names on the wire that a cluster may have changed; defaults are Celery's. */
export interface WireNames {
  /** `control_exchange`: remote control goes to `<it>.pidbox`, replies to `reply.<it>.pidbox`. */
  readonly controlExchange: string;
  /** `event_exchange`. */
  readonly eventExchange: string;
}

/** Options of every transport. */
export interface TransportOptions extends WireNames {
  /** Event messages that have arrived may take this much memory until they are decoded. */
  readonly eventBacklogBytes: number;
}

/**
 * @param receivedAt epoch milliseconds at which it came off the wire; now, when it is left out
 * @returns the work that handles the message, for the transport to do before the next message; undefined if it is done
 */
export type EventMessageListener = (
  message: RawMessage,
  receivedAt?: number,
) => SlicedWork<undefined> | undefined;

/** Event messages between the wire and the decoder. */
export interface EventIntake {
  readonly waitingMessages: number;
  readonly waitingBytes: number;
  /** Thrown away since the start, because more arrived than may wait. */
  readonly lostMessages: number;
  readonly lostBytes: number;
}

/** A span of time, in epoch milliseconds, in which event messages arrived and had to be thrown away. */
export interface EventLoss {
  readonly from: number;
  readonly to: number;
  readonly messages: number;
  readonly bytes: number;
}

/** Messages that were taken without some of their headers, which are of a type that we cannot read. */
export interface UnreadHeaders {
  /** Since the start. */
  readonly messages: number;
  /** Null before the first. */
  readonly lastReason: string | null;
}

export interface ConnectionStatus {
  readonly connected: boolean;
  /** Epoch milliseconds of the last change of `connected`; of the start before any. */
  readonly since: number;
  /** How often the connection was regained after a loss. */
  readonly reconnects: number;
  /** Why it is not connected, without credentials; null while it is. */
  readonly reason: string | null;
}

/** A remote control request, as `kombu.pidbox` lays it out. */
export interface ControlRequest {
  readonly method: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Exact node names, or null for every worker. */
  readonly destination: readonly string[] | null;
  /** Null for a cast, which gets no replies. */
  readonly ticket: string | null;
}

/** What became of a queue's waiting messages. */
export interface Purge {
  /** Whether they are gone. */
  readonly purged: boolean;
  /** How many those were; where none has gone, how many there are. */
  readonly messages: number;
}

/** Figures of a queue that a broker may be unable to report. */
export const queueFigures = ['messages', 'messagesByPriority', 'unacknowledged'] as const;
export type QueueFigure = (typeof queueFigures)[number];

/** Why figures are null, for operators: by figure, only those that are unknown. */
export type UnknownFigures = Readonly<Partial<Record<QueueFigure, string>>>;

export interface QueueDepth {
  readonly name: string;
  /** False when the broker has certainly no such queue; absent where it may have one. Redis knows no empty queues. */
  readonly exists?: boolean;
  /** Waiting messages, all priorities; 0 when the broker has no such queue, null if unknown. */
  readonly messages: number | null;
  /** Why figures of this queue are null; absent when all are known, or the broker never reports them. */
  readonly unknown?: UnknownFigures;
  /** Only priorities with waiting messages; null if the broker does not count by priority. */
  readonly messagesByPriority:
    readonly { readonly priority: number; readonly messages: number }[] | null;
  /** Messages delivered and not acknowledged; null if the broker does not report it. */
  readonly unacknowledged: number | null;
  /** Consumers as the broker counts them; null if it does not (Redis), so that workers must be asked. */
  readonly consumers: number | null;
  /** Id of the task that is served next; null when the queue is empty or the message is not a task. */
  readonly oldestTaskId: string | null;
  /** Epoch milliseconds at which the message that is served next was sent; null when the broker does not know. */
  readonly oldestSentAt: number | null;
  /** Null if the broker does not report it. */
  readonly kind: 'list' | 'memory' | 'classic' | 'quorum' | 'stream' | null;
}

/** Whose pidbox is bound. */
export interface BoundNodes {
  readonly nodes: readonly string[];
  /**
   * Whether a named node that is missing has certainly no pidbox, and one that is there certainly has. Otherwise the
   * names of those that were killed linger.
   */
  readonly exact: boolean;
}

export interface Transport extends AsyncDisposable {
  readonly kind: TransportKind;
  /** Host, port and database, without credentials. */
  readonly address: string;
  readonly connection: ConnectionStatus;

  /** Called after `connection` has changed; returns the function that stops it. */
  onConnection(listener: (state: ConnectionStatus) => void): () => void;

  /**
   * What the broker refuses at the moment, or what does not work, though the connection is there; empty while all is
   * well. Known within seconds, from the outcomes of what is done anyway and from cheap trials of the rest.
   */
  readonly impairments: readonly Impairment[];

  /** Called after `impairments` has changed; returns what stops it. */
  onImpairment(listener: () => void): () => void;

  /** Starts connecting and keeps trying, at most a second between tries. Never rejects. */
  start(): void;

  /**
   * Streams every event message of the cluster, and goes on by itself after a reconnect. One listener only;
   * what it throws must not stop the stream.
   */
  subscribeEvents(listener: EventMessageListener): void;

  /** What of the event stream waits to be decoded, and what was lost on our side. */
  readonly intake: EventIntake;

  /** Absent where headers are part of what is decoded later, as on Redis. */
  readonly unreadHeaders?: UnreadHeaders;

  /** Called after a span of time in which messages arrived and were thrown away; returns what stops it. */
  onEventLoss(listener: (loss: EventLoss) => void): () => void;

  /**
   * Streams the replies to requests sent through `publishRequest`. One listener only.
   *
   * @param isAwaited whether the caller waits for a reply at the moment, always by default; while it does not, a
   * transport that polls for replies need not hurry
   */
  subscribeReplies(listener: (message: RawMessage) => void, isAwaited?: () => boolean): void;

  /**
   * Publishes a request to the workers' pidboxes. Resolves to the number of pidboxes that received it,
   * whether addressed or not, or null if the broker does not count them.
   */
  publishRequest(request: ControlRequest): Promise<number | null>;

  /**
   * The nodes whose pidbox is bound: all of them where the broker can list them, else those of the `known` ones and
   * of others that were found before.
   */
  boundNodes(known: readonly string[]): Promise<BoundNodes>;

  /**
   * Looks for an application that our settings do not fit: what it left in the broker, each with the setting to change.
   * Absent where nothing can be found. Meant for where no worker answers, about once a minute.
   */
  settingHints?(): Promise<readonly string[]>;

  /**
   * False if the broker does not list queues, as RabbitMQ without its management API: `queueNames` is then
   * empty, and names must come from workers and events. Absent where it does.
   */
  readonly listsQueues?: boolean;

  /** Names of the queues that the broker knows, monitoring's own and those of one process excluded. */
  queueNames(): Promise<readonly string[]>;

  queueDepths(names: readonly string[]): Promise<readonly QueueDepth[]>;

  /** Tasks that the broker itself holds until their ETA; null if it holds none, or unknown. */
  delayedMessages(): Promise<number | null>;

  /** The messages that are served next, in the order of service, at most `count`; none of them is taken. */
  peek(queue: string, count: number): Promise<readonly RawMessage[]>;

  /** Whether the broker has a queue of that name, monitoring's own excluded. */
  hasQueue(name: string): Promise<boolean>;

  /**
   * Resolves when the broker has the message. Whether a message that it did not confirm has arrived is unknown.
   * @throws UnknownQueueError where the broker itself finds no such queue
   */
  sendTask(message: OutgoingTask): Promise<void>;

  /**
   * Removes the waiting messages of a queue, of all priorities, if there are exactly as many as expected; those that
   * workers hold stay. In one step where the broker knows one: RabbitMQ does not, so that what arrives between the look
   * and the purge goes too.
   * @throws PurgeImpossibleError where the number of waiting messages is unknown, or the broker cannot remove them
   */
  purge(queue: string, expectedMessages: number): Promise<Purge>;

  /** One round trip to the broker. */
  ping(): Promise<void>;

  /** Removes everything of the gateway's from the broker and closes the connections. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Reads stored results. Counterpart of `celery.backends`. It rejects with ResultBackendUnavailableError. */
export interface ResultBackend extends AsyncDisposable {
  readonly address: string;
  /** What is stored, in the order of the ids: null where nothing is, an error where it cannot be read. */
  fetch(ids: readonly string[]): Promise<readonly (StoredResult | null)[]>;
  ping(): Promise<void>;
}

/** A task's result, or why what is stored as that cannot be read. */
export type StoredResult = TaskMeta | UnreadableResultError;

/** `celery-task-meta-<id>`. Times are epoch milliseconds. */
export interface TaskMeta {
  readonly id: string;
  readonly state: string;
  /** In the notation of Python, as events have it; null unless the task has succeeded. */
  readonly result: string | null;
  /**
   * What the task stored with `update_state(meta=...)` in a custom state, such as PROGRESS, or as a failure of its own
   * shape: a JSON value. Null in every other state.
   */
  readonly progress?: unknown;
  /** Whether it is a FAILURE that the application stored by itself: such a task may still run. */
  readonly isOwnShape?: boolean;
  /** `ExcType('message')` for failures, as events have it. */
  readonly exception: string | null;
  readonly traceback: string | null;
  readonly doneAt: number | null;
  /** This and the following fields only with `result_extended`. Arguments in Python's notation. */
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly name: string | null;
  readonly worker: string | null;
  readonly queue: string | null;
  readonly retries: number | null;
  /** Which texts the reader has cut. */
  readonly truncated: readonly TaskText[];
}
