/**
 * Merges what several operations ask of the workers at the same time into one broadcast per command. It sits behind
 * the caches: only what they miss comes here, so it keeps nothing itself.
 */
import DataLoader from 'dataloader';
import { breakingCommands, inspectCommands, isBreaking } from './inspect.js';
import type { Inspect, InspectCommand, InspectReply, InspectResult } from './inspect.js';

/**
 * Milliseconds from the first request to the broadcast: fields of one operation ask in different turns of the event
 * loop, some after a query to the broker, and operations that arrived together ask together.
 */
const gatheringTime = 4;
/** Milliseconds more for each command that can break a worker: the others are sent before it. */
const orderingTime = 4;

/** Every worker, or one by its node name. */
export type InspectScope = { readonly all: true } | { readonly hostname: string };

type CommandLoaders = { readonly [C in InspectCommand]: DataLoader<InspectScope, InspectResult<C>> };

export interface InspectLoaderOptions {
  /** What is learned from the answers to clients. */
  readonly learn?: InspectLearners;
}

/** What to call with each result of a command. */
export type InspectLearners = {
  readonly [C in InspectCommand]?: (result: InspectResult<C>) => void;
};

export class InspectLoader {
  /** One for each command: none waits for the replies to another. */
  readonly #loaders: CommandLoaders;

  constructor(inspect: Pick<Inspect, 'run'>, options: InspectLoaderOptions = {}) {
    const commands = Object.keys(inspectCommands) as InspectCommand[];
    const loaders = commands.map(
      (command) => [command, commandLoader(inspect, command, options)] as const,
    );
    // Each loader was made for the command that it stands under, which fromEntries forgets.
    this.#loaders = Object.fromEntries(loaders) as unknown as CommandLoaders;
  }

  load<C extends InspectCommand>(command: C, scope: InspectScope): Promise<InspectResult<C>> {
    return this.#loaders[command].load(scope);
  }
}

function commandLoader<C extends InspectCommand>(
  inspect: Pick<Inspect, 'run'>,
  command: C,
  { learn }: InspectLoaderOptions,
): DataLoader<InspectScope, InspectResult<C>> {
  return new DataLoader(
    async (scopes) => {
      const result = await inspect.run(command, destinationOf(scopes));
      learn?.[command]?.(result);
      return scopes.map((scope) => narrow(result, scope));
    },
    {
      cache: false,
      batchScheduleFn: (run) => setTimeout(run, gatheringTime + delayOf(command)),
    },
  );
}

function delayOf(command: InspectCommand): number {
  return isBreaking(command) ? (breakingCommands.indexOf(command) + 1) * orderingTime : 0;
}

/** Null (all workers) as soon as one request asks for all. */
function destinationOf(scopes: readonly InspectScope[]): readonly string[] | null {
  const hostnames = new Set<string>();
  for (const scope of scopes) {
    if ('all' in scope) return null;
    hostnames.add(scope.hostname);
  }
  return [...hostnames];
}

function narrow<C extends InspectCommand>(
  result: InspectResult<C>,
  scope: InspectScope,
): InspectResult<C> {
  if ('all' in scope) return result;
  const { hostname } = scope;
  const reply = result.replies.get(hostname);
  const replies = new Map<string, InspectReply<C>>(reply ? [[hostname, reply]] : []);
  // A broadcast to all does not wait for unknown workers: a worker missing from its replies did not answer.
  return { replies, silent: reply ? [] : [hostname], at: result.at };
}
