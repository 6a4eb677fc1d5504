/**
 * One cluster as a part of an operation reads it. The parent object of each field carries it: what is below a root field
 * is about the cluster that the root field chose, and is read as the root field asked.
 */
import { ClusterClosedError } from '../errors.js';
import type { Cluster } from './cluster.js';
import { below, readRequest } from './read-row.js';
import type { Read, ReadRequest } from './read-row.js';
import type { Reader } from './reader.js';

export class ClusterView {
  readonly #cluster: Cluster;
  readonly #reader: Reader;
  readonly #request: ReadRequest;

  /** @param reader that the whole operation has for this cluster */
  constructor(cluster: Cluster, reader: Reader, request: ReadRequest) {
    this.#cluster = cluster;
    this.#reader = reader;
    this.#request = request;
  }

  /** The cluster as it is now, beside the caches: what is read of it changes without an entry being replaced. */
  get cluster(): Cluster {
    this.#reader.markLive();
    return this.#cluster;
  }

  get clusterName(): string {
    return this.#cluster.clusterName;
  }

  get embedded(): boolean {
    return this.#cluster.embedded;
  }

  /** Which store the cursors of tasks are of: it lives as long as the cluster is open. */
  get tasksEpoch(): string {
    return this.#cluster.celery.state.epoch;
  }

  /** The view of a root field, whose argument is true by default and may be null. */
  at(field: string, useCache: boolean | null | undefined): ClusterView {
    return new ClusterView(this.#cluster, this.#reader, readRequest(field, useCache));
  }

  /** The view of a field below: it inherits whether a cached value will do. */
  below(field: string): ClusterView {
    return new ClusterView(this.#cluster, this.#reader, below(this.#request, field));
  }

  /** The same field, from now on without cached values. */
  fresh(): ClusterView {
    return this.at(this.#request.path, false);
  }

  read<T>(read: Read<T>): Promise<T> {
    return this.#reader.read(read, this.#request);
  }

  /** What fails because the cluster was closed meanwhile says so. */
  whileOpen<T>(result: T | Promise<T>): T | Promise<T> {
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw this.#cluster.celery.isClosed ? new ClusterClosedError() : error;
    });
  }

  /**
   * Work on what was read, once in the operation for all that is read in the same way.
   * @param key names one kind of value, with all that the work depends on
   */
  once<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    return this.#reader.once(`${this.#request.useCache} ${key}`, work);
  }
}
