/**
 * Shuts workers down. Workers do not reply to that: a worker sends `worker-offline`, and its pidbox goes. That may take
 * long, since a warm shutdown waits for the running tasks.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { State } from '../events/state.js';
import type { Mailbox } from '../pidbox/mailbox.js';
import type { Transport } from '../transport/transport.js';
import { emptyOutcome, combined, type ControlOutcome } from './control-outcome.js';
import type { Addressed, ControlSender } from './control-sender.js';

/** Milliseconds between two looks for pidboxes; goodbye events count at once. */
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
    const { hostnames, missing } = await this.#sender.resolveTargets('shutdown', asked);
    if (hostnames.length === 0) return missing;
    const waiting = new Set(hostnames);
    const done = new AbortController();
    const stop = state.onWorkerStatus(({ hostname, online }) => {
      if (online || !waiting.delete(hostname)) return;
      onChange?.();
      if (waiting.size === 0) done.abort();
    });
    try {
      await mailbox.cast('shutdown', {}, hostnames, 'CONTROL');
      onChange?.();
      await this.#untilGone(waiting, done.signal);
    } finally {
      stop();
    }
    onChange?.();
    const gone = hostnames.filter((hostname) => !waiting.has(hostname));
    const silent = [...waiting].sort();
    const { confirmationTime } = this.#sender;
    await this.#sender.examine(silent);
    return combined(missing, {
      ...emptyOutcome,
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

  /** Workers without events send no `worker-offline`; RabbitMQ, which knows pidboxes by name, shows that they are gone. */
  async #untilGone(waiting: Set<string>, done: AbortSignal): Promise<void> {
    const end = performance.now() + this.#sender.confirmationTime;
    while (waiting.size > 0 && performance.now() < end) {
      await delay(pause, undefined, { ref: false, signal: done }).catch(() => undefined);
      const names = [...waiting];
      const bound = await this.#options.transport.boundNodes(names).catch(() => null);
      if (bound?.exact !== true) continue;
      for (const name of names) if (!bound.nodes.includes(name)) waiting.delete(name);
    }
  }
}
