/**
 * Merges what several operations ask of the workers at the same time into one broadcast per command. It sits behind
 * the caches: only what they miss comes here, so it keeps nothing itself.
 */
import DataLoader from 'dataloader';
import type { Inspect, InspectCommand, InspectReply, InspectResult } from './inspect.js';

/** Every worker, or one by its node name. */
export type InspectScope = { readonly all: true } | { readonly hostname: string };

interface InspectRequest {
  readonly command: InspectCommand;
  readonly scope: InspectScope;
}

type AnyResult = InspectResult<InspectCommand>;

export class InspectLoader {
  readonly #loader: DataLoader<InspectRequest, AnyResult>;

  constructor(inspect: Inspect) {
    this.#loader = new DataLoader((requests) => broadcastOnce(inspect, requests), {
      cache: false,
      // One turn of the event loop, so that operations that arrived together ask together.
      batchScheduleFn: (run) => setImmediate(run),
    });
  }

  async load<C extends InspectCommand>(command: C, scope: InspectScope): Promise<InspectResult<C>> {
    // The batch answers each request with its own command's replies.
    return this.#loader.load({ command, scope });
  }
}

async function broadcastOnce(
  inspect: Inspect,
  requests: readonly InspectRequest[],
): Promise<(AnyResult | Error)[]> {
  const scopes = new Map<InspectCommand, InspectScope[]>();
  for (const { command, scope } of requests)
    scopes.set(command, [...(scopes.get(command) ?? []), scope]);
  const broadcasts = new Map(
    [...scopes].map(
      ([command, asked]) => [command, inspect.run(command, destinationOf(asked))] as const,
    ),
  );
  return Promise.all(
    requests.map(async ({ command, scope }) => {
      try {
        const result = await broadcasts.get(command);
        if (!result) throw new Error(`no broadcast was sent for ${command}`);
        return narrow(result, scope);
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    }),
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

function narrow(result: AnyResult, scope: InspectScope): AnyResult {
  if ('all' in scope) return result;
  const reply = result.replies.get(scope.hostname);
  const replies = new Map<string, InspectReply<InspectCommand>>(reply ? [[scope.hostname, reply]] : []);
  return {
    replies,
    silent: result.silent.filter((hostname) => hostname === scope.hostname),
    at: result.at,
  };
}
