/** What events have changed since somebody last looked: a few sets, each bounded, so that an event costs the same always. */
import type { TaskBefore, UnfinishedTask } from '../../celery/events/task-record.js';
import { FilterChanges } from './filter-changes.js';
import { Names } from './names.js';

/**
 * `task`: by id. `state`: the number of tasks in a state. `busy`: workers of which a task has changed. `worker`: workers
 * that came, went or were replaced. `queue`: what waits in a queue. `heartbeat`: workers that told how they are.
 */
export const changeKinds = ['task', 'state', 'busy', 'worker', 'queue', 'heartbeat'] as const;
export type ChangeKind = (typeof changeKinds)[number];

export class Changes {
  readonly names: Readonly<Record<ChangeKind, Names>> = {
    task: new Names(),
    state: new Names(),
    busy: new Names(),
    worker: new Names(),
    queue: new Names(),
    heartbeat: new Names(),
  };
  readonly filters = new FilterChanges();

  get isEmpty(): boolean {
    return changeKinds.every((kind) => this.names[kind].isEmpty);
  }

  /** @param before what it was, which may be the same; null for a task that was not known */
  task(task: UnfinishedTask, before: TaskBefore | null): void {
    const { task: ids, state, busy, queue } = this.names;
    ids.add(task.id);
    this.filters.add(task.id, task);
    if (before === null) state.add(task.state);
    else {
      this.filters.add(task.id, before);
      if (before.state !== task.state) state.add(task.state);
    }
    // Also while it tells of its progress: a task that is delivered once more stays in the state that it was in.
    if (task.worker !== null) busy.add(task.worker);
    else if (task.state !== 'PENDING') busy.addAll(); // somebody had it, and nobody knows who
    if (before !== null && before.worker !== null) busy.add(before.worker);
    if (task.queue === null) queue.addAll();
    else queue.add(task.queue);
    if (before !== null && before.queue !== null) queue.add(before.queue);
  }

  /** Another of its fields has changed, such as its children, or it is not remembered any more. */
  touched(task: UnfinishedTask): void {
    this.names.task.add(task.id);
    this.filters.add(task.id, task);
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
