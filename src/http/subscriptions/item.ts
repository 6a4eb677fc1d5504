/** Executes an item of a subscription, an operation of its own, and writes it: once, however many subscribers get it. */
import { createHash } from 'node:crypto';
import { execute } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { CacheStatus } from '../../cache/cache-status.js';
import type { Viewer } from '../../access/viewer.js';
import type { Cluster } from '../../cluster/cluster.js';
import { createContext } from '../../graphql/context.js';
import type { Context, Services } from '../../graphql/context.js';
import { slices } from '../../slices.js';
import { boundedAnswer } from '../answer-size.js';
import { jsonText } from '../json-text.js';
import { shownResult } from '../shown-result.js';
import { writtenData } from '../written-data.js';

export interface Item {
  readonly result: ExecutionResult;
  /** The same for items with the same data and errors. */
  readonly shown: string;
}

/** Characters of what an item shows up to which it is kept whole, to be compared with the next one. */
const longestKept = 1_024;

/** Executes the items of a subscription. It holds nothing of the request that opened the subscription. */
export class ItemExecutor {
  readonly cluster: Cluster | null;
  readonly #args: Omit<ExecutionArgs, 'contextValue'>;
  readonly #services: Services;
  /** Has the rights of the subscriber, and not its name: others with these rights get the same items. */
  readonly #viewer: Viewer;
  readonly #maxFields: number;
  readonly #maxBytes: number;

  /** @param maxBytes of one item */
  constructor({ contextValue, ...args }: ExecutionArgs, maxBytes: number) {
    const operation = contextValue as Context;
    this.#services = operation.live();
    this.cluster = operation.views.chosen ?? this.#services.clusters.only;
    this.#args = args;
    this.#viewer = { name: 'subscriber', role: operation.viewer.role, method: 'none', expiresAt: null };
    this.#maxFields = operation.executed.max;
    this.#maxBytes = maxBytes;
  }

  get role(): Viewer['role'] {
    return this.#viewer.role;
  }

  async execute(payload: unknown): Promise<Item> {
    // Not the status of the operation: its `Cache-Control: no-cache`, which browsers send with every EventSource,
    // would let each subscriber ask the cluster at each interval.
    const status = new CacheStatus();
    const caller = { viewer: this.#viewer, clientAddress: null };
    const context = createContext(this.#services, caller, status, this.#maxFields, this.cluster);
    const executed = await execute({ ...this.#args, rootValue: payload, contextValue: context });
    const bounded = await boundedAnswer(executed, this.#maxBytes);
    const result = context.sideErrors.addTo(bounded);
    const cache = status.summary();
    status.count();
    return write(cache === null ? result : { ...result, extensions: { ...result.extensions, cache } });
  }
}

const texts = new WeakMap<ExecutionResult, string>();

async function write(result: ExecutionResult): Promise<Item> {
  const { data, errors, extensions } = shownResult(result);
  const members: string[] = [];
  if (data !== undefined) {
    const written = data && writtenData(data);
    members.push(`"data":${written ?? (await slices.run(jsonText(data)))}`);
  }
  if (errors) members.push(`"errors":${JSON.stringify(errors)}`);
  const text = members.join();
  if (extensions) members.push(`"extensions":${JSON.stringify(extensions)}`);
  texts.set(result, `{${members.join()}}`);
  const isShort = text.length <= longestKept;
  return { result, shown: isShort ? text : createHash('sha256').update(text).digest('base64') };
}

/** The JSON of an item as clients see it. */
export function itemText(result: ExecutionResult): string {
  return texts.get(result) ?? JSON.stringify(shownResult(result));
}
