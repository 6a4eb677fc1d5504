/**
 * Asks each worker once for its settings, which are large and may hold secrets, and keeps only how they differ from
 * the gateway's. A worker that restarts is asked again; one whose answer cannot be read is not. Where the question
 * itself fails, or is not answered, it is asked again, a few times.
 */
import { compareConfiguration } from './configuration.js';
import type { Difference, GatewayConfiguration } from './configuration.js';
import type { InspectLoader } from './inspect/inspect-loader.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../listeners.js';
import { WorkerBatches } from './inspect/worker-batches.js';

export interface ConfigurationCheckerOptions {
  readonly inspect: Pick<InspectLoader, 'load'>;
  readonly gateway: GatewayConfiguration;
  /** Milliseconds from a failed question to the next one; 5 s when left out. */
  readonly retryPause?: number;
  readonly onListenerError?: OnListenerError;
}

/** A difference, and the workers that have it. */
export interface ConfigurationFinding extends Difference {
  readonly hostnames: readonly string[];
}

/** Maximum workers to ask: more of them share the settings of the others. */
const maxWorkers = 1_000;
/** Maximum failed or unanswered requests to a worker; then it is not asked until it restarts. */
const maxFailures = 5;
/** Milliseconds from a failure to the next question, times the failures so far. */
const retryPause = 5_000;

export class ConfigurationChecker {
  readonly #options: ConfigurationCheckerOptions;
  /** Null while the worker has not answered. */
  readonly #differences = new Map<string, readonly Difference[] | null>();
  readonly #failures = new Map<string, number>();
  readonly #listeners: Listeners<[]>;
  readonly #batches = new WorkerBatches((hostnames) => this.#ask(hostnames));

  constructor(options: ConfigurationCheckerOptions) {
    this.#options = options;
    this.#listeners = new Listeners(
      'configuration of workers',
      options.onListenerError ?? ignoreListenerErrors,
    );
  }

  /** Calls back when `findings` or `known` has changed; returns what stops it. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Call this when a worker has come online. Never rejects. */
  async add(hostname: string): Promise<void> {
    if (this.#differences.has(hostname) || this.#differences.size >= maxWorkers) return;
    this.#differences.set(hostname, null);
    await this.#batches.add(hostname).catch(() => this.#failed(hostname));
  }

  /** Call this when a worker has gone, or has restarted. */
  forget(hostname: string): void {
    this.#failures.delete(hostname);
    const wasKnown = (this.#differences.get(hostname) ?? null) !== null;
    this.#differences.delete(hostname);
    if (wasKnown) this.#listeners.notify();
  }

  /** How many workers have reported their settings. */
  get known(): number {
    return [...this.#differences.values()].filter((differences) => differences !== null).length;
  }

  /** The harmful ones first. */
  findings(): readonly ConfigurationFinding[] {
    const found = new Map<string, { difference: Difference; hostnames: string[] }>();
    for (const [hostname, differences] of this.#differences)
      for (const difference of differences ?? []) {
        const finding = found.get(difference.message);
        if (finding) finding.hostnames.push(hostname);
        else found.set(difference.message, { difference, hostnames: [hostname] });
      }
    return [...found.values()]
      .map(({ difference, hostnames }) => ({ ...difference, hostnames: hostnames.sort() }))
      .sort((a, b) => Number(b.isHarmful) - Number(a.isHarmful));
  }

  /** Redis may have been away for a moment, or the worker busy: it is asked again. */
  #failed(hostname: string): void {
    if (this.#differences.get(hostname) !== null) return; // gone, or it has answered
    const failures = (this.#failures.get(hostname) ?? 0) + 1;
    if (failures >= maxFailures) return;
    this.#failures.set(hostname, failures);
    const again = (): void => {
      if (this.#failures.get(hostname) !== failures || this.#differences.get(hostname) !== null) return;
      this.#differences.delete(hostname);
      void this.add(hostname);
    };
    setTimeout(again, (this.#options.retryPause ?? retryPause) * failures).unref();
  }

  async #ask(hostnames: readonly string[]): Promise<void> {
    const { inspect, gateway } = this.#options;
    const results = await Promise.all(hostnames.map((hostname) => inspect.load('conf', { hostname })));
    for (const { replies, silent } of results) {
      // A worker says that it has come before it listens.
      for (const hostname of silent) this.#failed(hostname);
      for (const [hostname, reply] of replies)
        if (reply.ok && this.#differences.has(hostname))
          this.#learned(hostname, compareConfiguration(reply.value, gateway));
    }
  }

  #learned(hostname: string, differences: readonly Difference[]): void {
    this.#differences.set(hostname, differences);
    this.#listeners.notify();
  }
}
