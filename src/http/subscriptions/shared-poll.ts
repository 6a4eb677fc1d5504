/** One poll for all subscribers of the same: one timer, and one look at a time that all of them share. */
import type { PollingOptions } from '../../cache/polling-iterator.js';

/** Milliseconds in which a subscriber that joins gets the last look, if nothing has changed since. */
const moment = 100;

/** What was seen at one moment. What is made of it is made once, and only if a subscriber takes it. */
export class Look<R, T> {
  /** Of the state when it was reported. */
  readonly version: number;
  readonly #report: R;
  readonly #make: (report: R) => Promise<T>;
  #made: Promise<T> | undefined;

  constructor(report: R, version: number, make: (report: R) => Promise<T>) {
    this.version = version;
    this.#report = report;
    this.#make = make;
  }

  read(): Promise<T> {
    this.#made ??= this.#make(this.#report);
    return this.#made;
  }
}

export interface SharedPollOptions<R, T> {
  /** Without the clock: the timers are the process's. */
  readonly polled: Omit<PollingOptions<R>, 'clock'>;
  readonly make: (report: R) => Promise<T>;
  /** Called when the last subscriber has left, and when the poll has ended. */
  readonly onEmpty: () => void;
}

/**
 * Each subscriber gets a look when it joins, and then one whenever the version has changed, at most one per interval. All
 * get theirs at the same ticks; one that joins between two ticks waits for the second of those that follow. Nothing is
 * queued: a subscriber that is slow misses ticks and gets the state of a later one. The timer runs only while a subscriber
 * waits.
 */
export class SharedPoll<R, T> {
  readonly #options: SharedPollOptions<R, T>;
  readonly #subscribers = new Set<PollSubscriber<R, T>>();
  readonly #waiting = new Set<PollSubscriber<R, T>>();
  readonly #onAborted = (): void => this.#end();
  /** The last one, for the moment in which others may join it. */
  #latest: Look<R, T> | null = null;
  #forgetting: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasBegun = false;
  #tick = 0;
  #tickAt = 0;

  constructor(options: SharedPollOptions<R, T>) {
    this.#options = options;
    for (const signal of options.polled.signals) signal.addEventListener('abort', this.#onAborted);
  }

  get hasEnded(): boolean {
    return this.#options.polled.signals.some(({ aborted }) => aborted);
  }

  /** Subscribers at this moment. */
  get size(): number {
    return this.#subscribers.size;
  }

  join(): PollSubscriber<R, T> {
    const subscriber = new PollSubscriber(this);
    this.#subscribers.add(subscriber);
    return subscriber;
  }

  /** For a subscriber that joins: the state now. */
  first(): { readonly look: Look<R, T>; readonly nextTick: number } {
    const latest = this.#latest;
    const isSame = latest !== null && latest.version === this.#options.polled.version();
    const look = isSame ? latest : this.#look();
    if (this.#hasBegun) return { look, nextTick: this.#tick + 2 };
    this.#hasBegun = true;
    this.#tickAt = performance.now();
    return { look, nextTick: this.#tick + 1 };
  }

  wait(subscriber: PollSubscriber<R, T>): void {
    this.#waiting.add(subscriber);
    this.#schedule();
  }

  leave(subscriber: PollSubscriber<R, T>): void {
    this.#waiting.delete(subscriber);
    if (this.#waiting.size === 0) this.#stopTimer();
    if (this.#subscribers.delete(subscriber) && this.#subscribers.size === 0) this.#close();
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#tickAt + this.#options.polled.intervalMs - performance.now();
    this.#timer = setTimeout(() => this.#onTick(), Math.max(0, wait)).unref();
  }

  #onTick(): void {
    this.#timer = undefined;
    this.#tick++;
    this.#tickAt = performance.now();
    try {
      this.#giveLooks();
    } catch (error) {
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const subscriber of waiting) subscriber.fail(error);
    }
    if (this.#waiting.size > 0) this.#schedule();
  }

  #giveLooks(): void {
    const version = this.#options.polled.version();
    let look: Look<R, T> | null = null;
    for (const subscriber of this.#waiting) {
      if (!subscriber.takes(this.#tick, version)) continue;
      look ??= this.#look();
      this.#waiting.delete(subscriber);
      subscriber.give(look, this.#tick + 1);
    }
  }

  #look(): Look<R, T> {
    const { polled, make } = this.#options;
    const report = polled.report();
    const look = new Look(report, polled.version(), make); // the report's own sweep may have moved the version
    this.#latest = look;
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => (this.#latest = null), moment).unref();
    return look;
  }

  #end(): void {
    for (const subscriber of this.#waiting) subscriber.end();
    this.#waiting.clear();
    this.#close();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #close(): void {
    this.#stopTimer();
    clearTimeout(this.#forgetting);
    this.#latest = null;
    for (const signal of this.#options.polled.signals)
      signal.removeEventListener('abort', this.#onAborted);
    this.#options.onEmpty();
  }
}

const ended = { done: true, value: undefined } as const;

interface Reader<R, T> {
  readonly resolve: (result: IteratorResult<Look<R, T>, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** One subscriber's part of a shared poll. It leaves when it is returned. */
export class PollSubscriber<R, T> implements AsyncIterableIterator<Look<R, T>> {
  readonly #poll: SharedPoll<R, T>;
  /** Of the last look; null before the first. */
  #version: number | null = null;
  #nextTick = 0;
  #hasLeft = false;
  #readers: Reader<R, T>[] = [];

  constructor(poll: SharedPoll<R, T>) {
    this.#poll = poll;
  }

  next(): Promise<IteratorResult<Look<R, T>, undefined>> {
    if (this.#hasLeft || this.#poll.hasEnded) return Promise.resolve(ended);
    if (this.#version === null) {
      const { look, nextTick } = this.#poll.first();
      this.#version = look.version;
      this.#nextTick = nextTick;
      return Promise.resolve({ done: false, value: look });
    }
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#poll.wait(this);
    });
  }

  return(): Promise<IteratorResult<Look<R, T>, undefined>> {
    this.#hasLeft = true;
    this.#poll.leave(this);
    this.end();
    return Promise.resolve(ended);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether it is due at the tick and has not seen this version. */
  takes(tick: number, version: number): boolean {
    return tick >= this.#nextTick && version !== this.#version;
  }

  give(look: Look<R, T>, nextTick: number): void {
    this.#version = look.version;
    this.#nextTick = nextTick;
    this.#readers.shift()?.resolve({ done: false, value: look });
    if (this.#readers.length > 0) this.#poll.wait(this);
  }

  /** Ends the reads that wait. */
  end(): void {
    for (const { resolve } of this.#readers.splice(0)) resolve(ended);
  }

  /** Lets the reads that wait fail. */
  fail(error: unknown): void {
    for (const { reject } of this.#readers.splice(0)) reject(error);
  }
}
