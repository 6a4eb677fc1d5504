/**
 * Asks for `stats` only workers that can encode the answer. It holds a `collections.Counter`, which PyYAML refuses: a
 * worker with `task_serializer = 'yaml'` resets its pidbox instead of answering, and Celery 5.2 over Redis never listens
 * again. The content type of an earlier reply shows the serializer; a worker that has not replied yet is asked `ping`
 * first, in one broadcast for all of them.
 */
import type { Inspect, InspectCommand, InspectReply, InspectResult } from './inspect.js';
import { isYaml, type ReplyTypes } from './reply-types.js';

export interface StatsGuardOptions {
  readonly inspect: Pick<Inspect, 'run'>;
  /** Names of the workers that should answer now. */
  readonly alive: () => readonly string[];
  readonly replyTypes: Pick<ReplyTypes, 'isKnown' | 'isYaml'>;
}

export const yamlRefusesStats =
  "it is not asked: its replies are YAML (task_serializer = 'yaml'), in which Celery cannot write its stats, and the " +
  'attempt would reset its remote control';

export class StatsGuard {
  readonly #options: StatsGuardOptions;

  constructor(options: StatsGuardOptions) {
    this.#options = options;
  }

  /** As `Inspect.run`; for `stats`, a worker that replies in YAML is not asked, and is an error of that worker alone. */
  async run<C extends InspectCommand>(
    command: C,
    destination: readonly string[] | null = null,
  ): Promise<InspectResult<C>> {
    const { inspect, alive, replyTypes } = this.#options;
    if (command !== 'stats') return inspect.run(command, destination);
    const pings = await this.#ping(destination);
    const silent = new Set(pings?.silent);
    const hostnames = new Set([...(destination ?? alive()), ...(pings?.replies.keys() ?? [])]);
    const refused = new Set(
      [...hostnames].filter(
        (hostname) => replyTypes.isYaml(hostname) || repliesInYaml(pings?.replies.get(hostname)),
      ),
    );
    if (refused.size === 0 && silent.size === 0) return inspect.run(command, destination);
    const asked = [...hostnames].filter((hostname) => !refused.has(hostname) && !silent.has(hostname));
    // An empty list would address every worker.
    const result: InspectResult<C> | null =
      asked.length === 0 ? null : await inspect.run(command, asked);
    const replies = new Map<string, InspectReply<C>>(result?.replies);
    for (const hostname of refused) replies.set(hostname, { ok: false, error: yamlRefusesStats });
    return {
      ...result,
      replies,
      silent: [...new Set([...silent, ...(result?.silent ?? [])])].sort(),
      at: result?.at ?? pings?.at ?? Date.now(),
    };
  }

  /** Null where the serializer of every addressed worker is known. */
  async #ping(destination: readonly string[] | null): Promise<InspectResult<'ping'> | null> {
    const { inspect, alive, replyTypes } = this.#options;
    const expected = destination ?? alive();
    const unknown = expected.filter((hostname) => !replyTypes.isKnown(hostname));
    if (unknown.length === 0 && expected.length > 0) return null;
    return inspect.run('ping', destination === null ? null : unknown);
  }
}

/** A reply that cannot be read, and still names its content type. */
function repliesInYaml(reply: InspectReply<'ping'> | undefined): boolean {
  return reply?.ok === false && isYaml(reply.contentType);
}
