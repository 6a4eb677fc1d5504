/**
 * Grows, shrinks and restarts pools. Celery does not check: asked to shrink by as many processes as there are, it ends them
 * all, says that it could not, and takes tasks for ever after without running one. So each worker is asked for its size
 * first, one control at a time, and left alone until the new size shows.
 */
import type { WorkerStatsReply } from '../inspect/inspect.js';
import { refused, combined, type ControlOutcome } from './control-outcome.js';
import type { Addressed, ControlSender } from './control-sender.js';
import type { WorkerLocks } from './worker-locks.js';

/** The last resize of a pool whose worker does not report its new size. */
interface Resized {
  readonly pid: number | null;
  /** Uptime in seconds when the command was sent. */
  readonly uptime: number | null;
  /** When the command was sent, by `performance.now()`. */
  readonly at: number;
  /** The size that the worker reported then, and still reports. */
  readonly shown: number;
  readonly size: number;
}

const maxRemembered = 1_000;
/** Seconds that uptimes, which are whole, may be off. */
const uptimeSlack = 3;

export class PoolControl {
  readonly #sender: ControlSender;
  readonly #locks: WorkerLocks;
  /** Gevent pools of Celery 5.2 say for ever how large they were at the start. */
  readonly #resized = new Map<string, Resized>();

  constructor(sender: ControlSender, locks: WorkerLocks) {
    this.#sender = sender;
    this.#locks = locks;
  }

  grow(n: number, addressed: Addressed): Promise<ControlOutcome> {
    return this.#resize('pool_grow', n, n, addressed);
  }

  shrink(n: number, addressed: Addressed): Promise<ControlOutcome> {
    return this.#resize('pool_shrink', n, -n, addressed);
  }

  /**
   * A process goes when it has ended its next task, and Celery sends one that does nothing: so the first one to go shows
   * that the others will. Without processes the restart cannot be observed.
   */
  async restart({ hostnames, onChange }: Addressed): Promise<ControlOutcome> {
    const sender = this.#sender;
    const targets = await sender.resolveTargets('pool_restart', hostnames);
    return this.#locks.run(targets.hostnames, sender.longestLock, async () => {
      const { answers, unanswered } = await sender.ask('stats', 'pool_restart', targets.hostnames);
      const sent = await sender.send('pool_restart', {}, [...answers.keys()], onChange);
      const [seen, unseen] = partition(
        sent,
        (hostname) => answers.get(hostname)?.pool?.processes != null,
      );
      const confirmed = await sender.confirm('pool_restart', seen, 'stats', (hostname, { pool }) => {
        const former = answers.get(hostname)?.pool?.processes ?? [];
        return former.some((pid) => pool?.processes?.includes(pid) === false);
      });
      onChange?.();
      return combined(confirmed, unseen, unanswered, targets.missing);
    });
  }

  async #resize(
    command: 'pool_grow' | 'pool_shrink',
    n: number,
    change: number,
    { hostnames, onChange }: Addressed,
  ): Promise<ControlOutcome> {
    const sender = this.#sender;
    sender.check(command, { n });
    const targets = await sender.resolveTargets(command, hostnames);
    return this.#locks.run(targets.hostnames, sender.longestLock, async () => {
      const { answers, unanswered } = await sender.ask('stats', command, targets.hostnames);
      const before = new Map([...answers].map(([name, stats]) => [name, this.#sizeOf(name, stats)]));
      const refusals = [...answers].flatMap(([hostname, { autoscaler }]) => {
        const reason = autoscaler ? null : reasonAgainst(command, before.get(hostname) ?? null, n);
        return reason === null ? [] : [refused(command, hostname, reason)];
      });
      const isRefused = new Set(refusals.flatMap(({ replies }) => replies.map((r) => r.hostname)));
      const able = [...answers.keys()].filter((hostname) => !isRefused.has(hostname));
      const sent = await sender.send(command, { n }, able, onChange);
      for (const { hostname, ok } of sent.replies)
        if (ok) this.#remember(hostname, answers.get(hostname), (before.get(hostname) ?? 0) + change);
      const confirmed = await this.#confirm(command, sent, answers, change);
      onChange?.();
      return combined(confirmed, ...refusals, unanswered, targets.missing);
    });
  }

  /** Pools of processes show their size after a while; others at once, or never. */
  async #confirm(
    command: 'pool_grow' | 'pool_shrink',
    sent: ControlOutcome,
    answers: ReadonlyMap<string, WorkerStatsReply>,
    change: number,
  ): Promise<ControlOutcome> {
    const [processes, others] = partition(sent, (name) => answers.get(name)?.pool?.processes != null);
    const hasSize = (hostname: string, stats: WorkerStatsReply): boolean => {
      const [now, before] = [shownSize(stats), shownSize(answers.get(hostname))];
      if (now === null || before === null) return false;
      return change > 0 ? now >= before + change : now <= before + change;
    };
    const confirmed = await this.#sender.confirm(command, processes, 'stats', hasSize);
    const now = await this.#look(command, others);
    const replies = others.replies.map((reply) => {
      const stats = now.get(reply.hostname);
      return stats !== undefined && hasSize(reply.hostname, stats)
        ? { ...reply, confirmed: true }
        : reply;
    });
    return combined(confirmed, { ...others, replies });
  }

  /** Once, and whatever goes wrong with that, the command itself was obeyed. */
  async #look(
    command: 'pool_grow' | 'pool_shrink',
    { replies }: ControlOutcome,
  ): Promise<ReadonlyMap<string, WorkerStatsReply>> {
    const obeyed = replies.filter(({ ok }) => ok).map(({ hostname }) => hostname);
    try {
      return (await this.#sender.ask('stats', command, obeyed)).answers;
    } catch {
      return new Map();
    }
  }

  #sizeOf(hostname: string, stats: WorkerStatsReply): number | null {
    const shown = shownSize(stats);
    const resized = this.#resized.get(hostname);
    if (resized === undefined || shown === null) return shown;
    if (resized.shown !== shown || isAnother(resized, stats)) return shown;
    // Processes that are to go may be there yet; but there are no more than the worker reports.
    return stats.pool?.processes == null ? resized.size : Math.min(resized.size, shown);
  }

  #remember(hostname: string, stats: WorkerStatsReply | undefined, size: number): void {
    const shown = shownSize(stats);
    if (shown === null) return;
    this.#resized.delete(hostname);
    const [pid, uptime] = [stats?.pid ?? null, stats?.uptime ?? null];
    this.#resized.set(hostname, { pid, uptime, at: performance.now(), shown, size });
    for (const oldest of this.#resized.keys()) {
      if (this.#resized.size <= maxRemembered) break;
      this.#resized.delete(oldest);
    }
  }
}

/** Whether it was started again since. In containers every worker has the same pid. */
function isAnother({ pid, uptime, at }: Resized, stats: WorkerStatsReply): boolean {
  if (pid !== (stats.pid ?? null)) return true;
  if (uptime === null || stats.uptime == null) return false;
  return stats.uptime + uptimeSlack < uptime + (performance.now() - at) / 1_000;
}

function reasonAgainst(command: string, size: number | null, n: number): string | null {
  if (command === 'pool_grow') return null;
  if (size === null) return 'it does not report the size of its pool, so it might be emptied';
  return size - n < 1 ? `its pool of ${size} would be emptied` : null;
}

/** A pool of processes may have more or fewer than it was started with; others only report their maximum. */
function shownSize(stats: WorkerStatsReply | undefined): number | null {
  return stats?.pool?.processes?.length ?? stats?.pool?.['max-concurrency'] ?? null;
}

function partition(
  { replies, silent, failures }: ControlOutcome,
  isFirst: (hostname: string) => boolean,
): readonly [ControlOutcome, ControlOutcome] {
  return [
    { replies: replies.filter(({ hostname }) => isFirst(hostname)), silent, failures },
    { replies: replies.filter(({ hostname }) => !isFirst(hostname)), silent: [], failures: [] },
  ];
}
