/**
 * Revokes tasks. Workers keep the ids in memory and drop those tasks when they come to them; one that starts later knows
 * nothing of them unless its neighbours report them.
 */
import { slices } from '../../slices.js';
import { UnknownTaskError } from '../../errors.js';
import type { State } from '../events/state.js';
import type { TaskFilter } from '../tasks/task-filter.js';
import type { Task } from '../tasks/task.js';
import { isFinal, taskStates } from '../states.js';
import { maxTaskIds, type ControlArguments } from './commands.js';
import { hasUnreadable, emptyOutcome, combined, type ControlOutcome } from './control-outcome.js';
import type { Addressed, ControlSender } from './control-sender.js';

export interface Revocation extends ControlOutcome {
  /** Ids of the tasks that a worker said it has terminated. */
  readonly terminated: readonly string[];
}

export interface RevocableTasks {
  /** Those that were seen first come first. */
  readonly tasks: readonly Task[];
  /** How many tasks match. */
  readonly totalCount: number;
}

/** What Celery answers to `terminate`, before the ids that it has found. */
const terminated = /^terminate: (.*)$/s;

export class RevocationControl {
  readonly #sender: ControlSender;
  readonly #state: State;

  constructor(sender: ControlSender, state: State) {
    this.#sender = sender;
    this.#state = state;
  }

  /** @throws BadUserInputError for what `byIds` would refuse */
  check(args: ControlArguments<'revoke'>): void {
    this.#sender.check('revoke', args);
  }

  async byIds(args: ControlArguments<'revoke'>, addressed: Addressed): Promise<Revocation> {
    const ids = [...new Set(args.task_id)];
    const outcome = await this.#sender.command('revoke', { ...args, task_id: ids }, addressed);
    this.#learn(ids, outcome, addressed);
    if (!args.terminate) return { ...outcome, terminated: [] };
    const found = new Set(outcome.replies.flatMap(({ ok, message }) => (ok ? idsOf(message) : [])));
    const unknown = ids.filter((id) => !found.has(id));
    // Workers that rejected it, or whose replies cannot be read, may have them.
    const isCertain =
      outcome.replies.length > 0 && outcome.replies.every(({ ok }) => ok) && !hasUnreadable(outcome);
    const failures =
      unknown.length > 0 && isCertain ? [{ hostname: null, error: notRunning(unknown) }] : [];
    return {
      ...combined(outcome, { ...emptyOutcome, failures }),
      terminated: ids.filter((id) => found.has(id)),
    };
  }

  /** What a worker holds, and what waits where all workers know of it, will not be run. */
  #learn(ids: readonly string[], { replies, silent }: ControlOutcome, { hostnames }: Addressed): void {
    for (const { hostname, ok } of replies) if (ok) this.#state.sawRevoked(ids, hostname);
    const everybodyKnows = hostnames === null && silent.length === 0 && replies.every(({ ok }) => ok);
    if (everybodyKnows && replies.length > 0) this.#state.sawRevoked(ids, null);
  }

  byStampedHeaders(
    args: ControlArguments<'revoke_by_stamped_headers'>,
    addressed: Addressed,
  ): Promise<ControlOutcome> {
    return this.#sender.command('revoke_by_stamped_headers', args, addressed);
  }

  /** Unfinished tasks as far as events show; those beyond `limit` are only counted. */
  async unfinished(filter: TaskFilter, limit: number): Promise<RevocableTasks> {
    const wanted = filter.states?.map((state) => state.toUpperCase());
    const known = [...new Set([...taskStates, ...Object.keys(this.#state.counts())])];
    const states = (wanted ?? known).filter((state) => !isFinal(state));
    if (states.length === 0) return { tasks: [], totalCount: 0 }; // to the store no states are all of them
    const slice = {
      first: Math.min(limit, maxTaskIds),
      order: { field: 'SEEN', direction: 'ASC' },
    } as const;
    const { tasks, totalCount } = await slices.run(this.#state.queryTasks({ ...filter, states }, slice));
    return { tasks, totalCount: totalCount ?? tasks.length };
  }
}

function idsOf(message: string): readonly string[] {
  return terminated.exec(message)?.[1]?.split(', ') ?? [];
}

function notRunning(ids: readonly string[]): UnknownTaskError {
  const shown =
    ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ');
  return new UnknownTaskError(
    `No worker that answered runs ${shown}: nothing was terminated, but the ids are revoked and will not be run`,
  );
}
