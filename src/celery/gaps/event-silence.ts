/**
 * Distinguishes a cluster without workers from one whose events go elsewhere: when none came for a while, the workers
 * are asked to
 * send a heartbeat, and whether they are there. Celery's own receiver asks for heartbeats too when it starts.
 */
import type { Transport } from '../transport/transport.js';

export interface EventSilenceOptions {
  readonly transport: Pick<Transport, 'connection' | 'settingHints'>;
  /** Epoch milliseconds of the last event, readable or not; null before the first. */
  readonly lastEventAt: () => number | null;
  /** Asks all workers for a heartbeat, to which no worker replies. */
  readonly requestHeartbeats: () => Promise<void>;
  /** Names of the workers that answer a ping. */
  readonly ping: () => Promise<readonly string[]>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Milliseconds between two looks at the clock. */
const interval = 2_500;
/** Milliseconds without any event after which the workers are asked: five heartbeats. */
const silence = 10_000;
/** Milliseconds between two questions while the silence lasts. */
const pause = 30_000;
/** Milliseconds between two searches for an application that the settings do not fit. */
const searchPause = 60_000;
/** Milliseconds for which an answer counts; by then the next one is due. */
const answerCounts = 75_000;

export class EventSilence implements Disposable {
  readonly #options: EventSilenceOptions;
  #timer: NodeJS.Timeout | undefined;
  #askedAt = -Infinity;
  #searchedAt = -Infinity;
  #hints: readonly string[] = [];
  #answer: { readonly at: number; readonly hostnames: readonly string[] } | null = null;

  constructor(options: EventSilenceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.look(), interval).unref();
  }

  /** Workers that answered while no event came, though they were asked to send one; none when there is no silence. */
  get answering(): readonly string[] {
    if (this.#answer === null || !this.#isSilent) return [];
    const { at, hostnames } = this.#answer;
    const hasCome = (this.#options.lastEventAt() ?? 0) >= at;
    return hasCome || this.#options.clock() - at > answerCounts ? [] : hostnames;
  }

  /**
   * What the broker shows of an application that the settings do not fit, with the settings to change; only while no
   * worker has ever been seen.
   */
  get hints(): readonly string[] {
    return this.#isUnseen ? this.#hints : [];
  }

  async look(): Promise<void> {
    const { clock, requestHeartbeats, ping } = this.#options;
    const now = clock();
    if (!this.#isSilent || now - this.#askedAt < pause) return;
    this.#askedAt = now;
    try {
      await requestHeartbeats();
      this.#answer = { hostnames: await ping(), at: now };
      await this.#search(now);
    } catch {
      this.#answer = null; // the broker is away, or refuses: that is said elsewhere
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #search(now: number): Promise<void> {
    if (!this.#isUnseen || now - this.#searchedAt < searchPause) return;
    this.#searchedAt = now;
    this.#hints = (await this.#options.transport.settingHints?.()) ?? [];
  }

  get #isUnseen(): boolean {
    return this.#options.lastEventAt() === null && (this.#answer?.hostnames.length ?? 0) === 0;
  }

  get #isSilent(): boolean {
    const { transport, lastEventAt, clock } = this.#options;
    const { connected, since } = transport.connection;
    return connected && clock() - Math.max(lastEventAt() ?? 0, since) > silence;
  }
}
