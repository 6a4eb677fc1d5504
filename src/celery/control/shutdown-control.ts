/**
 * Shuts workers down. Nobody replies to that: a worker says goodbye by an event, and its pidbox goes. It may be long in
 * coming, since a warm shutdown waits for the tasks that run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { State } from '../events/state.js';
import type { Mailbox } from '../pidbox.js';
import type { Transport } from '../transport/transport.js';
import { nothing, together, type ControlOutcome } from './outcome.js';
import type { Addressed, ControlSender } from './sender.js';

/** Milliseconds between two looks for pidboxes; goodbyes are heard at once. */
const pause = 250;
const therefore = 'it may be busy, and goes when its tasks have ended';

export interface ShutdownOptions {
  readonly mailbox: Mailbox;
  readonly transport: Transport;
  readonly state: State;
}

export class ShutdownControl {
  readonly #sender: ControlSender;
  readonly #options: ShutdownOptions;

  constructor(sender: ControlSender, options: ShutdownOptions) {
    this.#sender = sender;
    this.#options = options;
  }

  async shutdown({ hostnames: asked, onChange }: Addressed): Promise<ControlOutcome> {
    const { mailbox, state } = this.#options;
    const { hostnames, missing } = await this.#sender.roll('shutdown', asked);
    if (hostnames.length === 0) return missing;
    const waiting = new Set(hostnames);
    const heard = new AbortController();
    const stop = state.onWorkerStatus(({ hostname, online }) => {
      if (online || !waiting.delete(hostname)) return;
      onChange?.();
      if (waiting.size === 0) heard.abort();
    });
    try {
      await mailbox.cast('shutdown', {}, hostnames, 'CONTROL');
      onChange?.();
      await this.#untilGone(waiting, heard.signal);
    } finally {
      stop();
    }
    onChange?.();
    const gone = hostnames.filter((hostname) => !waiting.has(hostname));
    const silent = [...waiting].sort();
    const { confirmationTime } = this.#sender;
    await this.#sender.examine(silent);
    return together(missing, {
      ...nothing,
      replies: gone.map((hostname) => ({
        hostname,
        ok: true,
        message: 'went offline',
        confirmed: true,
      })),
      silent,
      failures: silent.map((hostname) => ({
        hostname,
        error: this.#sender.noReply('shutdown', hostname, confirmationTime, therefore),
      })),
    });
  }

  /** Workers without heartbeats say no goodbye, but where names of pidboxes are certain, those tell. */
  async #untilGone(waiting: Set<string>, heard: AbortSignal): Promise<void> {
    const end = performance.now() + this.#sender.confirmationTime;
    while (waiting.size > 0 && performance.now() < end) {
      await delay(pause, undefined, { ref: false, signal: heard }).catch(() => undefined);
      const names = [...waiting];
      const bound = await this.#options.transport.boundNodes(names).catch(() => null);
      if (bound?.exact !== true) continue;
      for (const name of names) if (!bound.nodes.includes(name)) waiting.delete(name);
    }
  }
}
