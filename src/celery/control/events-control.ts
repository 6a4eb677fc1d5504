/**
 * Task events on and off. A worker that was started with `-E` cannot be switched off: it says that they are "already
 * disabled" and goes on sending. To check, send `enable_events`: a worker that was really off answers "enabled"; then
 * disable it again.
 */
import { refused, combined, type ControlOutcome } from './control-outcome.js';
import type { Addressed, ControlSender } from './control-sender.js';
import type { WorkerLocks } from './worker-locks.js';

/** In the words of `celery.worker.control`. */
const alreadyDisabled = 'task events already disabled';
const alreadyEnabled = 'task events already enabled';
const cannot =
  'it was started with -E (worker_send_task_events), and goes on sending: remote control cannot switch that off';

export class EventsControl {
  readonly #sender: ControlSender;
  readonly #locks: WorkerLocks;

  constructor(sender: ControlSender, locks: WorkerLocks) {
    this.#sender = sender;
    this.#locks = locks;
  }

  async enable(addressed: Addressed): Promise<ControlOutcome> {
    const { hostnames, missing } = await this.#sender.resolveTargets(
      'enable_events',
      addressed.hostnames,
    );
    return this.#locks.run(hostnames, this.#sender.longestLock, async () =>
      combined(await this.#sender.send('enable_events', {}, hostnames, addressed.onChange), missing),
    );
  }

  async disable({ hostnames: asked, onChange }: Addressed): Promise<ControlOutcome> {
    const { hostnames, missing } = await this.#sender.resolveTargets('disable_events', asked);
    return this.#locks.run(hostnames, this.#sender.longestLock, async () => {
      const sent = await this.#sender.send('disable_events', {}, hostnames, onChange);
      const doubtful = sent.replies.filter(({ message }) => message === alreadyDisabled);
      const rest = { ...sent, replies: sent.replies.filter((reply) => !doubtful.includes(reply)) };
      const tried = await this.#tryOut(doubtful.map(({ hostname }) => hostname));
      return combined(rest, tried, missing);
    });
  }

  /** Checks workers that say their events are disabled already. */
  async #tryOut(hostnames: readonly string[]): Promise<ControlOutcome> {
    const enabled = await this.#sender.send('enable_events', {}, hostnames);
    const isOn = new Set(
      enabled.replies
        .filter(({ message }) => message === alreadyEnabled)
        .map(({ hostname }) => hostname),
    );
    const wereOff = hostnames.filter((hostname) => !isOn.has(hostname));
    const undone = await this.#sender.send('disable_events', {}, wereOff);
    const replies = undone.replies.map((reply) =>
      reply.ok ? { ...reply, message: alreadyDisabled } : reply,
    );
    return combined(
      { ...undone, replies },
      { ...enabled, replies: [] }, // workers that did not answer this remain unknown
      ...[...isOn].map((hostname) => refused('disable_events', hostname, cannot)),
    );
  }
}
