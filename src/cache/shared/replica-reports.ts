/** What each replica counts, shared with all of them: in Redis for as long as its writer lives. */
import { z } from 'zod';
import type { CacheStats } from '../cache-stats.js';
import { cacheCounterNames, mapNames } from '../cache-counters.js';
import type { CacheCounterName, CacheCounters } from '../cache-counters.js';
import { readReports, report as writeReport } from './scripts.js';
import type { CacheTotals, ReplicaIdentity, ReplicaReport } from './shared-stats.js';
import type { SharedStore } from './shared-store.js';

/** Milliseconds after which a silent replica counts as gone. */
const kept = 15_000;
/** Milliseconds after which it writes though nothing has changed. */
const longestPause = 5_000;
/** No gateway has as many replicas: what else is there was written by another program. */
const maxReplicas = 1_000;

const count = z.number().min(0);
const counters: z.ZodType<CacheCounters> = z.object(mapNames(cacheCounterNames, () => count));
const written = z.object({
  id: z.string(),
  hostname: z.string(),
  startedAt: z.number(),
  caches: z.array(z.intersection(z.object({ name: z.string() }), counters)),
});
const reply = z.tuple([z.instanceof(Buffer), z.array(z.instanceof(Buffer))]);

export class ReplicaReports {
  readonly #shared: SharedStore;
  readonly #key: string;
  #written = '';
  #writtenAt = -Infinity;

  constructor(shared: SharedStore, key: string) {
    this.#shared = shared;
    this.#key = key;
  }

  async write(stats: readonly CacheStats[]): Promise<void> {
    const { clock } = this.#shared.options;
    const text = JSON.stringify({ ...this.#shared.replica, caches: stats.map(totalsOf) });
    if (text === this.#written && clock() - this.#writtenAt < longestPause) return;
    const { id } = this.#shared.replica;
    try {
      await this.#shared.send([['EVAL', writeReport, 1, this.#key, id, text, kept]]);
      this.#written = text;
      this.#writtenAt = clock();
    } catch {
      this.#written = ''; // the next turn writes it
    }
  }

  /** Of this process as it is now, of the others as they last wrote. */
  async read(own: readonly CacheStats[]): Promise<readonly ReplicaReport[]> {
    const now = this.#shared.options.wallClock();
    const self = { ...this.#shared.replica, seenAt: now, self: true, caches: own.map(totalsOf) };
    const others = await this.#others(self, now).catch(() => []);
    return [self, ...others].sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
  }

  async #others({ id }: ReplicaIdentity, wallClock: number): Promise<readonly ReplicaReport[]> {
    if (!this.#shared.isUsable) return [];
    const [now, texts] = reply.parse(await this.#shared.send([['EVAL', readReports, 1, this.#key]]));
    return texts.slice(0, maxReplicas).flatMap((bytes) => {
      const [, at, json] = /^(\d+) (.*)$/s.exec(bytes.toString()) ?? [];
      const age = Number(now.toString()) - Number(at);
      const read = parsed(json ?? '');
      if (read === null || read.id === id || age > kept) return [];
      return [{ ...read, seenAt: wallClock - Math.max(0, age), self: false }];
    });
  }
}

/** By cache, over all replicas. */
export function sumOf(replicas: readonly Pick<ReplicaReport, 'caches'>[]): readonly CacheTotals[] {
  const sums = new Map<string, Record<CacheCounterName, number>>();
  for (const { name, ...counts } of replicas.flatMap(({ caches }) => caches)) {
    const sum = sums.get(name);
    if (sum) for (const counter of cacheCounterNames) sum[counter] += counts[counter];
    else sums.set(name, { ...counts });
  }
  return [...sums].map(([name, sum]) => ({ name, ...sum }));
}

export function totalsOf(stats: CacheTotals): CacheTotals {
  return { name: stats.name, ...mapNames(cacheCounterNames, (name) => stats[name]) };
}

function parsed(json: string): z.infer<typeof written> | null {
  try {
    return written.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
