/**
 * Grows, shrinks and restarts pools. Celery obeys blindly: told to shrink by as many processes as there are, it ends them
 * all, says that it could not, and takes tasks for ever after without running one. So each worker is asked for its size
 * first, one control at a time, and left alone until the new size shows.
 */
import type { WorkerStatsReply } from '../inspect.js';
import { refused, together, type ControlOutcome } from './outcome.js';
import type { Addressed, ControlSender } from './sender.js';
import type { WorkerLocks } from './worker-locks.js';

/** What the gateway made of a pool whose worker does not tell. */
interface Resized {
  readonly pid: number | null;
  /** Seconds, when it was told. */
  readonly uptime: number | null;
  /** When it was told, by `performance.now()`. */
  readonly at: number;
  /** What it said when it was told, and says still. */
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
   * that the others will. Where there are no processes nobody can see whether it happened.
   */
  async restart({ hostnames, onChange }: Addressed): Promise<ControlOutcome> {
    const sender = this.#sender;
    const roll = await sender.roll('pool_restart', hostnames);
    return this.#locks.run(roll.hostnames, sender.longestLock, async () => {
      const { told, untold } = await sender.ask('stats', 'pool_restart', roll.hostnames);
      const sent = await sender.send('pool_restart', {}, [...told.keys()], onChange);
      const [seen, unseen] = parted(sent, (hostname) => told.get(hostname)?.pool?.processes != null);
      const confirmed = await sender.confirm('pool_restart', seen, 'stats', (hostname, { pool }) => {
        const former = told.get(hostname)?.pool?.processes ?? [];
        return former.some((pid) => pool?.processes?.includes(pid) === false);
      });
      onChange?.();
      return together(confirmed, unseen, untold, roll.missing);
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
    const roll = await sender.roll(command, hostnames);
    return this.#locks.run(roll.hostnames, sender.longestLock, async () => {
      const { told, untold } = await sender.ask('stats', command, roll.hostnames);
      const before = new Map([...told].map(([name, stats]) => [name, this.#sizeOf(name, stats)]));
      const refusals = [...told].flatMap(([hostname, { autoscaler }]) => {
        const reason = autoscaler ? null : reasonAgainst(command, before.get(hostname) ?? null, n);
        return reason === null ? [] : [refused(command, hostname, reason)];
      });
      const isRefused = new Set(refusals.flatMap(({ replies }) => replies.map((r) => r.hostname)));
      const able = [...told.keys()].filter((hostname) => !isRefused.has(hostname));
      const sent = await sender.send(command, { n }, able, onChange);
      for (const { hostname, ok } of sent.replies)
        if (ok) this.#remember(hostname, told.get(hostname), (before.get(hostname) ?? 0) + change);
      const confirmed = await this.#confirm(command, sent, told, change);
      onChange?.();
      return together(confirmed, ...refusals, untold, roll.missing);
    });
  }

  /** Pools of processes show their size after a while; others at once, or never. */
  async #confirm(
    command: 'pool_grow' | 'pool_shrink',
    sent: ControlOutcome,
    told: ReadonlyMap<string, WorkerStatsReply>,
    change: number,
  ): Promise<ControlOutcome> {
    const [processes, others] = parted(sent, (name) => told.get(name)?.pool?.processes != null);
    const hasSize = (hostname: string, stats: WorkerStatsReply): boolean => {
      const [now, before] = [shownSize(stats), shownSize(told.get(hostname))];
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
    return together(confirmed, { ...others, replies });
  }

  /** Once, and whatever goes wrong with that, the command itself was obeyed. */
  async #look(
    command: 'pool_grow' | 'pool_shrink',
    { replies }: ControlOutcome,
  ): Promise<ReadonlyMap<string, WorkerStatsReply>> {
    const obeyed = replies.filter(({ ok }) => ok).map(({ hostname }) => hostname);
    try {
      return (await this.#sender.ask('stats', command, obeyed)).told;
    } catch {
      return new Map();
    }
  }

  #sizeOf(hostname: string, stats: WorkerStatsReply): number | null {
    const shown = shownSize(stats);
    const resized = this.#resized.get(hostname);
    if (resized === undefined || shown === null) return shown;
    if (resized.shown !== shown || isAnother(resized, stats)) return shown;
    // Processes that are to go may be there yet; but there are no more than it tells.
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
  if (size === null) return 'it does not tell how large its pool is, so it might be emptied';
  return size - n < 1 ? `its pool of ${size} would be emptied` : null;
}

/** A pool of processes may have more or fewer than it was started with; others only tell how many they may have. */
function shownSize(stats: WorkerStatsReply | undefined): number | null {
  return stats?.pool?.processes?.length ?? stats?.pool?.['max-concurrency'] ?? null;
}

function parted(
  { replies, silent, failures }: ControlOutcome,
  isFirst: (hostname: string) => boolean,
): readonly [ControlOutcome, ControlOutcome] {
  return [
    { replies: replies.filter(({ hostname }) => isFirst(hostname)), silent, failures },
    { replies: replies.filter(({ hostname }) => !isFirst(hostname)), silent: [], failures: [] },
  ];
}
