/** How many tasks are in each state, as they were last seen; tasks that have left the store stay counted. */
import { taskStates } from '../states.js';

/** Custom states are whatever applications send; past this many, the others share one count. */
const maxStates = 100;
const overflow = 'OTHER';

export class StateCounts {
  readonly #counts = new Map<string, number>(taskStates.map((state) => [state, 0]));

  /** @param from null for a task that was not known */
  move(from: string | null, to: string): void {
    if (from === to) return;
    if (from !== null) this.#add(from, -1);
    this.#add(to, 1);
  }

  #add(state: string, difference: number): void {
    const known = this.#counts.get(state);
    if (known !== undefined) this.#counts.set(state, known + difference);
    else if (this.#counts.size < maxStates) this.#counts.set(state, difference);
    else this.#counts.set(overflow, (this.#counts.get(overflow) ?? 0) + difference);
  }

  snapshot(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
