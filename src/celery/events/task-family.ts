/**
 * Which tasks were started by which. Keyed by the parent's id whether the parent is known or not, so it does not
 * matter who is seen first; it holds one entry for each stored child, and so is bounded with the store.
 */
const maxShown = 1_000;
const nobody: readonly string[] = [];

export class TaskFamily {
  readonly #children = new Map<string, Set<string>>();

  link(parentId: string, childId: string): void {
    const children = this.#children.get(parentId);
    if (children === undefined) this.#children.set(parentId, new Set([childId]));
    else children.add(childId);
  }

  unlink(parentId: string, childId: string): void {
    const children = this.#children.get(parentId);
    if (children === undefined) return;
    children.delete(childId);
    if (children.size === 0) this.#children.delete(parentId);
  }

  /** In the order of first sight, the first thousand. */
  childrenOf(parentId: string): readonly string[] {
    const children = this.#children.get(parentId);
    if (children === undefined) return nobody;
    return children.size <= maxShown ? [...children] : [...children].slice(0, maxShown);
  }
}
