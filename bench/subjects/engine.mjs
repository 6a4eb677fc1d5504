/** A hit of the gateway's own cache, beside caches that others use, in this process. */
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { installPeers, notInstalled, peersFolder } from '../support/peers.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { median, ratioOf } from '../support/statistics.mjs';

/** As in one page of workers: more keys than a processor's cache holds entries. */
const keys = Array.from({ length: 1_000 }, (_, at) => `celery@host-${at}`);
const ttl = 3_600_000;
const reads = 'million reads/s';

/** @param read resolves to the value of a key, which is there */
function hits(name, read, count) {
  return {
    name,
    async measure() {
      const started = performance.now();
      for (let at = 0; at < count; at++) await read(keys[at % keys.length]);
      return { [reads]: count / 1_000 / (performance.now() - started) };
    },
  };
}

async function metricsCache(build) {
  const file = pathToFileURL(join(build.dist, 'cache/metrics-cache.js')).href;
  const { MetricsCache } = await import(file);
  const cache = new MetricsCache({ name: 'bench', ttl, maxSize: 2 * keys.length });
  const load = async () => ({ pid: 7 });
  return (key) => cache.read(key, load);
}

async function lruCache() {
  const { LRUCache } = await import('lru-cache');
  const cache = new LRUCache({ max: 2 * keys.length, ttl, fetchMethod: async () => ({ pid: 7 }) });
  return (key) => cache.fetch(key);
}

/** Null where it is not installed. */
async function bentoCache(context) {
  if (!installPeers(context)) return null;
  const resolve = createRequire(join(peersFolder, 'package.json')).resolve;
  const load = (name) => import(pathToFileURL(resolve(name)).href);
  const [{ BentoCache, bentostore }, { memoryDriver }] = [
    await load('bentocache'),
    await load('bentocache/drivers/memory'),
  ];
  const memory = memoryDriver({ maxItems: 2 * keys.length, serialize: false });
  const cache = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memory) },
  });
  const factory = async () => ({ pid: 7 });
  return (key) => cache.getOrSet({ key, factory, ttl });
}

export const engine = {
  name: 'engine',
  title: 'A hit of the cache, in process',
  goals: [
    { id: 'rate', what: 'hits of MetricsCache.read', unit: 'million/s', atLeast: 1.5 },
    { id: 'lru', what: "MetricsCache.read: of lru-cache's fetch", atLeast: 0.5 },
  ],
  async run({ builds, other, rounds, quick }) {
    const count = quick ? 100_000 : 2_000_000;
    const candidates = [];
    for (const build of builds) candidates.push(hits(build.name, await metricsCache(build), count));
    candidates.push(hits('lru-cache fetch', await lruCache(), count));
    const bento = await bentoCache({ quick });
    if (bento !== null) candidates.push(hits('bentocache getOrSet', bento, count / 10));
    const results = await interleave(candidates, { rounds });
    const rates = (name) => results.get(name)[reads];
    const rows = rowsOf(results, 'hit').map((row) => ({
      ...row,
      'of lru-cache': ratioOf(rates(row.of), rates('lru-cache fetch')),
      ...(other && { [`of ${other.name}`]: ratioOf(rates(row.of), rates(other.name)) }),
    }));
    const own = rates(builds[0].name);
    return {
      rows,
      values: { rate: median(own), lru: ratioOf(own, rates('lru-cache fetch')).median },
      notes: bento === null ? [notInstalled] : [],
    };
  },
};
