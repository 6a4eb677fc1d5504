/**
 * Keys and channels of a Celery cluster on Redis. Counterpart of the naming in `kombu.transport.redis`.
 * `global_keyprefix` is put literally before keys and channels alike.
 */
import { isNamedByUuid } from '../../queues/broadcast-queues.js';
import type { TransportOptions } from '../transport.js';

/** Transport options by kombu's names, in camelCase. */
export interface RedisOptions extends TransportOptions {
  /** `global_keyprefix`, empty by default. */
  readonly globalKeyprefix: string;
  /** `fanout_prefix`: true is `/{db}.`, false is none, and a text may contain `{db}`. */
  readonly fanoutPrefix: boolean | string;
  /** `sep`: between a queue and its priority step, and between the parts of a binding. */
  readonly sep: string;
  /** `priority_steps`: the priorities that have a list of their own. */
  readonly prioritySteps: readonly number[];
  /**
   * `fanout_patterns`: whether events are published under their routing key (true, Celery's default) or all on the
   * exchange's own channel (false); `auto` listens to both.
   */
  readonly fanoutPatterns: boolean | 'auto';
  /** `unacked_key`: the hash of messages that were delivered and not acknowledged. */
  readonly unackedKey: string;
  /** `unacked_index_key`: the sorted set of their delivery tags by time of delivery. */
  readonly unackedIndexKey: string;
  /** `visibility_timeout`, milliseconds: after it a message that is not acknowledged is delivered again. */
  readonly visibilityTimeout: number;
}

export const defaultRedisOptions: RedisOptions = {
  globalKeyprefix: '',
  fanoutPrefix: true,
  sep: '\x06\x16',
  prioritySteps: [0, 3, 6, 9],
  fanoutPatterns: 'auto',
  unackedKey: 'unacked',
  unackedIndexKey: 'unacked_index',
  visibilityTimeout: 3_600_000,
  controlExchange: 'celery',
  eventExchange: 'celeryev',
  eventBacklogBytes: 256 * 1024 * 1024,
};

/** kombu's virtual transports know no higher one. */
export const maxPriority = 9;
/** Separators that applications choose in place of kombu's own. */
const usualSeparators = [defaultRedisOptions.sep, ':', '.', '-', '_', '/', '|'] as const;

/** A list that holds messages of a queue: those of this priority, and of those up to the next step. */
export interface QueueList {
  readonly priority: number;
  readonly key: string;
}

export interface Binding {
  readonly routingKey: string;
  /** A Python regular expression for topic exchanges, else empty. */
  readonly pattern: string;
  readonly queue: string;
}

export class RedisNames {
  readonly sep: string;
  readonly prioritySteps: readonly number[];
  readonly #keyprefix: string;
  /** More than one where clusters of the same database may have either. */
  readonly #fanoutPrefixes: readonly string[];
  readonly #control: string;
  readonly #events: string;
  readonly #fanoutPatterns: RedisOptions['fanoutPatterns'];
  /** The hash of messages that were delivered and not acknowledged. */
  readonly unackedKey: string;

  /** @param sentinel whether Celery finds Redis through Sentinels: kombu before 5.4 then leaves `{db}` as it is */
  constructor(options: RedisOptions, db: number, sentinel = false) {
    const { fanoutPrefix } = options;
    const prefix = fanoutPrefix === true ? '/{db}.' : fanoutPrefix === false ? '' : fanoutPrefix;
    this.sep = options.sep;
    this.prioritySteps = [...options.prioritySteps].sort((a, b) => a - b);
    this.#keyprefix = options.globalKeyprefix;
    const current = prefix.replaceAll('{db}', String(db));
    this.#fanoutPrefixes = sentinel && prefix !== current ? [current, prefix] : [current];
    this.#control = options.controlExchange;
    this.#events = options.eventExchange;
    this.#fanoutPatterns = options.fanoutPatterns;
    this.unackedKey = this.key(options.unackedKey);
  }

  key(name: string): string {
    return this.#keyprefix + name;
  }

  withoutPrefix(key: string): string {
    return key.slice(this.#keyprefix.length);
  }

  get controlExchange(): string {
    return `${this.#control}.pidbox`;
  }

  /** One for each receiver, where Celery has one for all: its binding is a key that can expire. */
  replyExchange(oid: string): string {
    return `${oid}.reply.${this.#control}.pidbox`;
  }

  /** Requests are published on each. */
  get controlChannels(): readonly string[] {
    return this.#fanoutPrefixes.map((prefix) => this.#keyprefix + prefix + this.controlExchange);
  }

  /** What PSUBSCRIBE takes: glob characters of the configured names are escaped, a last star is ours. */
  get eventPatterns(): readonly string[] {
    return this.#fanoutPatterns === false
      ? this.#eventChannels.map(escapeGlob)
      : this.#eventChannels.map((channel) => startingWith(`${channel}/`));
  }

  /** The channels of applications with `fanout_patterns: false`, where the setting leaves it open. */
  get otherEventPatterns(): readonly string[] {
    return this.#fanoutPatterns === 'auto' ? this.#eventChannels.map(escapeGlob) : [];
  }

  get #eventChannels(): readonly string[] {
    return this.#fanoutPrefixes.map((prefix) => `${this.#keyprefix}${prefix}${this.#events}`);
  }

  /** A channel of our own beside those of the events, which no pattern of a receiver of events matches. */
  echoChannel(oid: string): string {
    return `${this.#keyprefix}${this.#fanoutPrefixes[0] ?? ''}${this.#events}.celeryql.${oid}`;
  }

  /** What PSUBSCRIBE takes for exactly this channel. */
  exactPattern(channel: string): string {
    return escapeGlob(channel);
  }

  /** What SCAN takes to find every exchange's bindings. */
  get bindingPattern(): string {
    return startingWith(this.bindingKey(''));
  }

  bindingKey(exchange: string): string {
    return this.key(`_kombu.binding.${exchange}`);
  }

  /** The exchange of a key that SCAN found. */
  exchangeOf(bindingKey: string): string {
    return bindingKey.slice(this.bindingKey('').length);
  }

  replyQueue(oid: string): string {
    return `${oid}.reply.${this.#control}.pidbox`;
  }

  /** The member of the reply exchange's binding set without which no worker replies. */
  replyBinding(oid: string): string {
    return [oid, '', this.replyQueue(oid)].join(this.sep);
  }

  /** Null for what no separator makes a binding. */
  binding(member: string): Binding | null {
    const [routingKey, pattern, queue] = member.split(this.sep);
    if (routingKey !== undefined && pattern !== undefined && queue)
      return { routingKey, pattern, queue };
    return this.#bindingOfOthers(member);
  }

  /** Bindings of an application with another `sep`: all but topic exchanges have no pattern, so the text shows it. */
  #bindingOfOthers(member: string): Binding | null {
    for (const sep of usualSeparators) {
      const [routingKey, queue, ...more] = member.split(sep + sep);
      if (routingKey !== undefined && queue && more.length === 0)
        return { routingKey, pattern: '', queue };
    }
    return null;
  }

  /** The node of a worker's pidbox queue, or null for anything else. */
  nodeOf(queue: string): string | null {
    const suffix = `.${this.controlExchange}`;
    return queue.endsWith(suffix) && queue.length > suffix.length
      ? queue.slice(0, -suffix.length)
      : null;
  }

  /** Monitoring's own exchanges, which hold no tasks. */
  isInternalExchange(exchange: string): boolean {
    return exchange === this.#events || exchange.endsWith('.pidbox');
  }

  /**
   * Whether it is a subscription to a fanout exchange (`kombu.common.Broadcast`), named by a UUID: its messages are
   * published and never wait, and the name stays bound when its worker is killed.
   */
  isBroadcastMember(exchange: string, { routingKey, queue }: Binding): boolean {
    return exchange !== queue && routingKey !== queue && isNamedByUuid(queue);
  }

  isInternalQueue(queue: string): boolean {
    return queue.startsWith(`${this.#events}.`) || queue.endsWith('.pidbox');
  }

  /** The lists of a queue, by priority; the step 0 has the queue's own name. */
  queueKeys(queue: string): readonly QueueList[] {
    return this.prioritySteps.map((priority) => ({ priority, key: this.queueKey(queue, priority) }));
  }

  /**
   * The lists of a queue that the settings do not name: of other priorities, and under other separators.
   *
   * @param everySeparator also the usual ones, rather than the configured one alone
   */
  otherQueueKeys(queue: string, everySeparator: boolean): readonly QueueList[] {
    const separators = new Set([this.sep, ...(everySeparator ? usualSeparators : [])]);
    return [...separators].flatMap((sep) =>
      everyStep
        .filter((priority) => sep !== this.sep || !this.prioritySteps.includes(priority))
        .map((priority) => ({ priority, key: this.queueKey(queue, priority, sep) })),
    );
  }

  /** What SCAN takes to find every list whose name is that of the queue, a separator, and a step. */
  queueKeyPattern(queue: string): string {
    return `${startingWith(this.key(queue))}[1-9]`;
  }

  /** The list that takes messages of this priority: that of the next lower step, and of the highest where none is lower. */
  queueKeyFor(queue: string, priority: number): string {
    const capped = Math.min(priority, maxPriority);
    const step = this.prioritySteps.findLast((one) => one <= capped) ?? this.prioritySteps.at(-1);
    return this.queueKey(queue, step ?? 0);
  }

  queueKey(queue: string, step: number, sep = this.sep): string {
    return this.key(step === 0 ? queue : queue + sep + String(step));
  }
}

/** Besides the queue's own name. */
const everyStep = Array.from({ length: maxPriority }, (_, index) => index + 1);

/** A glob of Redis's in which only the last star is one. */
function startingWith(prefix: string): string {
  return `${escapeGlob(prefix)}*`;
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
