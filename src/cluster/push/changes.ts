/** What events have changed since the last check: a few sets, each bounded, so that an event costs the same always. */
import type { TaskBefore, UnfinishedTask } from '../../celery/tasks/task-record.js';
import { FilterChanges } from './filter-changes.js';
import { NameSet } from './name-set.js';

/**
 * `task`: by id. `state`: the number of tasks in a state. `busy`: workers of which a task has changed. `worker`: workers
 * that came, went or were replaced. `queue`: what waits in a queue. `heartbeat`: workers that sent one.
 */
export const changeKinds = ['task', 'state', 'busy', 'worker', 'queue', 'heartbeat'] as const;
export type ChangeKind = (typeof changeKinds)[number];

export class Changes {
  readonly names: Readonly<Record<ChangeKind, NameSet>> = {
    task: new NameSet(),
    state: new NameSet(),
    busy: new NameSet(),
    worker: new NameSet(),
    queue: new NameSet(),
    heartbeat: new NameSet(),
  };
  readonly filters = new FilterChanges();

  get isEmpty(): boolean {
    return changeKinds.every((kind) => this.names[kind].isEmpty);
  }

  /** @param before what it was, which may be the same; null for a task that was not known */
  task(task: UnfinishedTask, before: TaskBefore | null): void {
    const { task: ids, state, busy, queue } = this.names;
    ids.add(task.id);
    this.filters.add(task);
    if (before === null) state.add(task.state);
    else {
      this.filters.add(before);
      if (before.state !== task.state) state.add(task.state);
    }
    // Also while it reports progress: a task that is delivered once more stays in the state that it was in.
    if (task.worker !== null) busy.add(task.worker);
    else if (task.state !== 'PENDING') busy.addAll(); // a worker had it, and which one is unknown
    if (before !== null && before.worker !== null) busy.add(before.worker);
    if (task.queue === null) queue.addAll();
    else queue.add(task.queue);
    if (before !== null && before.queue !== null) queue.add(before.queue);
  }

  /** Another of its fields has changed, such as its children, or it is not remembered any more. */
  touched(task: UnfinishedTask): void {
    this.names.task.add(task.id);
    this.filters.add(task);
  }

  everything(): void {
    for (const kind of changeKinds) this.names[kind].addAll();
    this.filters.addAll();
  }

  /** Takes over what the other has noted. */
  absorb(other: Changes): void {
    for (const kind of changeKinds) this.names[kind].absorb(other.names[kind]);
    this.filters.absorb(other.filters);
  }
}
