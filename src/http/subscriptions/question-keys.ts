/** Which subscribers can share items: those of the same question about the same cluster, with the same rights. */
import type { DocumentNode, ExecutionArgs } from 'graphql';
import type { Role } from '../../access/viewer.js';
import type { Cluster } from '../../cluster/cluster.js';

export interface Question {
  readonly args: Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>;
  /** Null where the items are about none. */
  readonly cluster: Cluster | null;
  /** What a viewer may read of a cluster depends on the role alone. */
  readonly role: Role;
}

export class QuestionKeys {
  readonly #ids = new WeakMap<DocumentNode | Cluster, number>();
  #lastId = 0;

  /** The same for the same question. Documents with the same text are one object as long as they are in the document cache. */
  keyOf({ args, cluster, role }: Question): string {
    const { document, operationName, variableValues } = args;
    const ids = [this.#idOf(document), cluster && this.#idOf(cluster)];
    return JSON.stringify([...ids, role, operationName ?? null, variableValues ?? null]);
  }

  #idOf(object: DocumentNode | Cluster): number {
    const known = this.#ids.get(object);
    if (known !== undefined) return known;
    this.#ids.set(object, ++this.#lastId);
    return this.#lastId;
  }
}
