/**
 * Merges what several operations ask of the workers at the same time into one broadcast per command. It sits behind
 * the caches: only what they miss comes here, so it keeps nothing itself.
 */
import DataLoader from 'dataloader';
import { inspectCommands } from './inspect.js';
import type { Inspect, InspectCommand, InspectReply, InspectResult } from './inspect.js';

/**
 * Milliseconds from the first request to the broadcast: fields of one operation ask in different turns of the event
 * loop, some after a query to the broker, and operations that arrived together ask together.
 */
const gatheringTime = 4;

/** Every worker, or one by its node name. */
export type InspectScope = { readonly all: true } | { readonly hostname: string };

type CommandLoaders = { readonly [C in InspectCommand]: DataLoader<InspectScope, InspectResult<C>> };

export class InspectLoader {
  /** One for each command: none waits for the replies to another. */
  readonly #loaders: CommandLoaders;

  constructor(inspect: Inspect) {
    const commands = Object.keys(inspectCommands) as InspectCommand[];
    const loaders = commands.map((command) => [command, commandLoader(inspect, command)] as const);
    // Each loader was made for the command that it stands under, which fromEntries forgets.
    this.#loaders = Object.fromEntries(loaders) as unknown as CommandLoaders;
  }

  load<C extends InspectCommand>(command: C, scope: InspectScope): Promise<InspectResult<C>> {
    return this.#loaders[command].load(scope);
  }
}

function commandLoader<C extends InspectCommand>(
  inspect: Inspect,
  command: C,
): DataLoader<InspectScope, InspectResult<C>> {
  return new DataLoader(
    async (scopes) => {
      const result = await inspect.run(command, destinationOf(scopes));
      return scopes.map((scope) => narrow(result, scope));
    },
    {
      cache: false,
      batchScheduleFn: (run) => setTimeout(run, gatheringTime),
    },
  );
}

/** Null, which is everybody, as soon as one request wants everybody. */
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
  // Who was not awaited, since all were asked and nobody knew that it lives, did not answer either.
  return { replies, silent: reply ? [] : [hostname], at: result.at };
}
