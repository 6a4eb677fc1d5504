/**
 * The replies to one broadcast, and when to stop waiting for more. Celery's own client cannot know and waits out its
 * timeout; here the number of pidboxes that received the request and the names of the workers that live tell.
 */

import type { BoundNodes } from './transport/transport.js';

/** `nearly`: all have answered but doubtful ones, which get a short while longer. */
export type Progress = 'waiting' | 'nearly' | 'done';

/** More nodes than this are not a cluster but an accident. */
const maxReplies = 10_000;

export class ReplyGathering {
  readonly replies = new Map<string, unknown>();
  readonly #destination: readonly string[] | null;
  readonly #living: readonly string[];
  #published = false;
  #receivers: number | null = null;
  #bound: BoundNodes | null = null;

  /**
   * @param destination the nodes addressed, or null for all
   * @param living names of the workers that are alive by their heartbeats
   */
  constructor(destination: readonly string[] | null, living: readonly string[]) {
    this.#destination = destination;
    this.#living = living;
  }

  /** The broker has taken the request; `receivers` pidboxes got it, or null when the broker cannot tell. */
  published(receivers: number | null): void {
    this.#published = true;
    this.#receivers = receivers;
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

  get progress(): Progress {
    if (!this.#published) return 'waiting';
    return this.#destination === null ? this.#ofAll() : this.#ofNamed(this.#destination);
  }

  /** Nodes that should have answered and have not, sorted. */
  get silent(): readonly string[] {
    if (this.#destination !== null) return this.#missing(this.#destination).sort();
    // Bound names count only while more pidboxes listen than have replied: the others were killed.
    const listening = this.#allListenersReplied ? [] : (this.#bound?.nodes ?? []);
    return [...new Set(this.#missing([...this.#living, ...listening]))].sort();
  }

  #ofNamed(destination: readonly string[]): Progress {
    const unheard = this.#missing(destination);
    if (unheard.length === 0) return 'done';
    // A node that neither listens nor lives cannot answer: do not wait for it as long as for the others.
    const able = new Set(this.#bound?.nodes ?? unheard);
    if (unheard.some((name) => able.has(name))) return 'waiting';
    if (this.#bound?.exact === true) return 'done';
    return unheard.some((name) => this.#living.includes(name)) ? 'waiting' : 'nearly';
  }

  #ofAll(): Progress {
    const allLiving = this.#missing(this.#living).length === 0;
    const allBound =
      this.#bound !== null && this.replies.size > 0 && this.#missing(this.#bound.nodes).length === 0;
    // Who lives by its heartbeats and has no pidbox was killed since, and is known to.
    if (allBound && this.#bound?.exact === true) return 'done';
    if (allLiving && (this.#allListenersReplied || allBound)) return 'done';
    // Doubtful: a receiver that nobody knows by name, or a worker that is known and does not listen.
    if (this.#allListenersReplied || (allLiving && this.#living.length > 0)) return 'nearly';
    return 'waiting';
  }

  get #allListenersReplied(): boolean {
    return this.#receivers !== null && this.replies.size >= this.#receivers;
  }

  #missing(hostnames: readonly string[]): string[] {
    return hostnames.filter((hostname) => !this.replies.has(hostname));
  }
}
