/**
 * The replies to one broadcast, and when to stop waiting for more. Celery's own client cannot know and waits out its
 * timeout; here the number of pidboxes that got the request, and the names of the live workers, show it.
 */
import type { BoundNodes } from '../transport/transport.js';

/** `nearly`: all have answered but doubtful ones, which get a short while longer. */
export type Progress = 'waiting' | 'nearly' | 'done';

/** Why a reply cannot be read. */
export interface UnreadableReply {
  readonly reason: string;
  /** Null if unknown. */
  readonly contentType: string | null;
}

/** What is known of a node that may have sent a reply that cannot be read. */
export interface UnreadableAnswer extends UnreadableReply {
  /** Whether another node may have sent it, so that this one may have died; false when left out. */
  readonly isUncertain?: boolean;
}

/** More nodes than this are not a cluster but an accident. */
const maxReplies = 10_000;

export class ReplyGathering {
  readonly replies = new Map<string, unknown>();
  readonly #destination: readonly string[] | null;
  readonly #living: ReadonlySet<string>;
  readonly #usual: ReadonlySet<string>;
  readonly #notListening: ReadonlySet<string>;
  #published = false;
  #receivers: number | null = null;
  #bound: BoundNodes | null = null;
  /** Replies that cannot be read. They count as answers, though they do not name their sender. */
  #unreadable = 0;
  #lastUnreadable: UnreadableReply | null = null;

  /**
   * @param destination the nodes addressed, or null for all
   * @param living names of the workers that are alive by their heartbeats
   * @param usual nodes whose last reply could not be read
   * @param notListening names of workers that are alive and do not listen: they are silent, and not waited for
   */
  constructor(
    destination: readonly string[] | null,
    living: readonly string[],
    usual: ReadonlySet<string> = new Set(),
    notListening: readonly string[] = [],
  ) {
    this.#usual = usual;
    this.#destination = destination;
    this.#notListening = new Set(notListening);
    this.#living = new Set(living.filter((hostname) => !this.#notListening.has(hostname)));
  }

  /** The broker has taken the request; `receivers` pidboxes got it, or null if the broker does not count them. */
  published(receivers: number | null): void {
    this.#published = true;
    this.#receivers = receivers;
  }

  /** Pidboxes that took the request; null when the broker does not count them. */
  get receivers(): number | null {
    return this.#receivers;
  }

  get isPublished(): boolean {
    return this.#published;
  }

  /** Nodes whose pidbox is bound. */
  bound(nodes: BoundNodes): void {
    this.#bound = nodes;
  }

  add(hostname: string, value: unknown): void {
    if (this.replies.size < maxReplies) this.replies.set(hostname, value);
  }

  /** A reply came that cannot be read: the name of its sender is in its body. */
  addUnreadable(reply: UnreadableReply): void {
    if (this.#unreadable < maxReplies) this.#unreadable++;
    this.#lastUnreadable = reply;
  }

  get progress(): Progress {
    if (!this.#published) return 'waiting';
    return this.#destination === null ? this.#ofAll() : this.#ofNamed(this.#destination);
  }

  /** Nodes that should have answered and have not, sorted. */
  get silent(): readonly string[] {
    const senders = new Set(this.#unreadable === 0 ? [] : this.#possibleSenders);
    return this.#unanswered.filter((name) => !senders.has(name));
  }

  /**
   * Nodes that answered in a way that cannot be read. They are those from which no other reply came, if there are no
   * more of them than such replies; otherwise each of them may have sent one, and is named as such.
   */
  get unreadable(): ReadonlyMap<string, UnreadableAnswer> {
    const last = this.#lastUnreadable;
    if (last === null) return new Map();
    const names = this.#possibleSenders;
    const { contentType } = last;
    const reason =
      names.length <= this.#unreadable
        ? last.reason
        : `${last.reason} (${this.#unreadable} of ${names.length} workers answered so: which ones is unknown)`;
    const answer = this.#isCertain(names)
      ? { reason, contentType }
      : { reason, contentType, isUncertain: true };
    return new Map(names.map((name) => [name, answer]));
  }

  /** The nodes of whose answer there is no doubt, though it cannot be read. */
  get certainUnreadable(): readonly string[] {
    const names = this.#possibleSenders;
    return this.#isCertain(names) ? names : [];
  }

  /** A guess by earlier replies is not certain: another of the nodes may have begun to answer so. */
  #isCertain(senders: readonly string[]): boolean {
    if (senders.length > this.#unreadable) return false;
    const names = new Set(senders);
    return this.#unanswered.every((name) => names.has(name));
  }

  /** Replies that cannot be read, of nodes whose names are unknown. */
  get unnamed(): UnreadableReply | null {
    return this.#unreadable > this.#possibleSenders.length ? this.#lastUnreadable : null;
  }

  get #possibleSenders(): readonly string[] {
    const unanswered = this.#unanswered;
    const usual = unanswered.filter((name) => this.#usual.has(name));
    if (usual.length === this.#unreadable) return usual;
    if (unanswered.length >= this.#unreadable || this.#destination !== null) return unanswered;
    // Names of pidboxes linger on Redis: they say who answered only if there are just as many.
    const bound = this.#missing([...new Set([...this.#living, ...(this.#bound?.nodes ?? [])])]).sort();
    return bound.length === this.#unreadable ? bound : unanswered;
  }

  /** Nodes that should have answered, and from which no readable reply came, sorted. */
  get #unanswered(): readonly string[] {
    if (this.#destination !== null) return this.#missing(this.#destination).sort();
    // Bound names count only while more pidboxes listen than have replied: the others were killed.
    const listening = this.#allListenersReplied ? [] : (this.#bound?.nodes ?? []);
    return [...new Set(this.#missing([...this.#living, ...this.#notListening, ...listening]))].sort();
  }

  #ofNamed(destination: readonly string[]): Progress {
    const missing = this.#missing(destination);
    if (missing.length <= this.#unreadable) return 'done';
    // A node without a pidbox cannot answer, even if it sends heartbeats.
    if (this.#allListenersReplied) return 'nearly';
    // A node that neither listens nor is alive cannot answer: do not wait for it as long as for the others.
    const able = new Set(this.#bound?.nodes ?? missing);
    if (this.#isOutstanding(missing.filter((name) => able.has(name) && !this.#notListening.has(name))))
      return 'waiting';
    if (this.#bound?.exact === true) return 'done';
    return this.#isOutstanding(missing.filter((name) => this.#living.has(name))) ? 'waiting' : 'nearly';
  }

  #ofAll(): Progress {
    const allLiving = !this.#isOutstanding(this.#missing([...this.#living]));
    const allBound =
      this.#bound !== null &&
      this.#bound.nodes.length > 0 &&
      this.#answers > 0 &&
      !this.#isOutstanding(this.#missing(this.#bound.nodes));
    // Who lives by its heartbeats and has no pidbox was killed since, and is known to.
    if (allBound && this.#bound?.exact === true) return 'done';
    if (allLiving && (this.#allListenersReplied || allBound)) return 'done';
    // Doubtful: a receiver of unknown name, or a known worker that does not listen.
    if (this.#allListenersReplied || (allLiving && this.#living.size > 0)) return 'nearly';
    return 'waiting';
  }

  get #answers(): number {
    return this.replies.size + this.#unreadable;
  }

  get #allListenersReplied(): boolean {
    return this.#receivers !== null && this.#answers >= this.#receivers;
  }

  /** Whether more of these are missing than may have sent the replies that cannot be read. */
  #isOutstanding(missing: readonly string[]): boolean {
    return missing.length > this.#unreadable;
  }

  #missing(hostnames: readonly string[]): string[] {
    return hostnames.filter((hostname) => !this.replies.has(hostname));
  }
}
