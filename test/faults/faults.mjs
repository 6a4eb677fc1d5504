/**
 * Mistakes that somebody could make in the cache: each replaces `find` (which must occur exactly once) by `put`.
 * A test suite that lets one of them pass does not check what the cache promises.
 */
const cache = 'src/cache/metrics-cache.ts';
const flights = 'src/cache/flights.ts';
const adaptive = 'src/cache/adaptive-ttl.ts';
const rates = 'src/cache/change-rate.ts';
const fingerprints = 'src/cache/fingerprint.ts';
const prefetcher = 'src/cache/prefetcher.ts';
const schedule = 'src/cache/prefetch-schedule.ts';
const rhythms = 'src/cache/rhythm.ts';
const list = 'src/cache/entry-list.ts';

export const faults = [
  {
    name: 'a load is stored although its key was invalidated',
    file: cache,
    find: 'const kept = current && this.#store(key, entry, flight);',
    put: 'const kept = this.#store(key, entry, flight);',
  },
  {
    name: 'an entry is fresh at the very end of its TTL',
    file: list,
    find: 'return now < entry.at + entry.ttl + window;',
    put: 'return now <= entry.at + entry.ttl + window;',
  },
  {
    name: 'invalidate leaves the running load',
    file: cache,
    find: 'this.#flights.disown(key);\n    this.#failures.forget(key);\n    this.#adaptiveTtl',
    put: 'this.#failures.forget(key);\n    this.#adaptiveTtl',
  },
  {
    name: 'invalidate leaves the remembered error',
    file: cache,
    find: 'this.#flights.disown(key);\n    this.#failures.forget(key);\n    this.#adaptiveTtl',
    put: 'this.#flights.disown(key);\n    this.#adaptiveTtl',
  },
  {
    name: 'an event leaves the load that runs',
    file: cache,
    find: 'if (!keepLoad) this.#flights.disown(key);',
    put: '',
  },
  {
    name: 'what is found elsewhere may be from before an event',
    file: cache,
    find: 'Math.min(maxAge, earned, this.#settings.sinceChange(key))',
    put: 'Math.min(maxAge, earned)',
  },
  {
    name: 'an event does not count what it removes',
    file: cache,
    find: "if (left) this.#counters.count('pushInvalidations');",
    put: '',
  },
  {
    name: 'a prefix misses the keys that are only being loaded',
    file: cache,
    find: '...this.#flights.keys(),',
    put: '',
  },
  {
    name: 'a prefix misses the keys that only have an error',
    file: cache,
    find: '...this.#failures.keys(),',
    put: '',
  },
  {
    name: 'a load overwrites what was set while it ran',
    file: cache,
    find: 'this.#flights.disown(key); // a load',
    put: '// a load',
  },
  {
    name: 'dead entries that are crowded out count as evicted',
    file: list,
    find: "this.#depart(key, entry, 'expirations', now);",
    put: "this.#depart(key, entry, 'evictions', now);",
  },
  {
    name: 'dead entries that are overwritten count as replaced',
    file: list,
    find: 'const entry = this.living(key, now);\n    if (entry) this.#depart',
    put: 'const entry = this.#entries.peek(key);\n    if (entry) this.#depart',
  },
  {
    name: 'the living are evicted before the dead',
    file: list,
    find: 'if (full()) this.sweep(now);',
    put: '',
  },
  {
    name: 'the newest entry is evicted instead of the oldest',
    file: list,
    find: 'this.#entries.rkeys().next()',
    put: 'this.#entries.keys().next()',
  },
  {
    name: 'a read does not count as use',
    file: cache,
    find: 'this.#entries.touch(key);',
    put: '',
  },
  {
    name: 'a bypass joins a load that began before it',
    file: cache,
    find: 'if (earlier) await earlier.outcome;',
    put: '',
  },
  {
    name: 'every bypass loads on its own',
    file: cache,
    find: 'const running = this.#flights.get(key);\n    if (running) running.joined = true;\n    const outcome',
    put: 'const running = undefined;\n    const outcome',
  },
  {
    name: 'a bypass does not store',
    file: cache,
    find: 'return loaded(outcome, running !== undefined);',
    put: 'this.#entries.remove(key, "replacements", this.#settings.clock());\n    return loaded(outcome, running !== undefined);',
  },
  {
    name: 'a bypass counts as a miss',
    file: cache,
    find: "this.#counters.count('bypasses');",
    put: "this.#counters.count('bypasses');\n    this.#counters.count('misses');",
  },
  {
    name: 'an error is stored like a value',
    file: cache,
    find: "this.#counters.count('loadFailures');",
    put: "this.#counters.count('loadFailures');\n    this.#store(key, this.#entry(error as V, this.#settings.ttl));",
  },
  {
    name: 'an error of an overtaken load is remembered',
    file: cache,
    find: 'current && (!flight.ahead || flight.joined)',
    put: '!flight.ahead || flight.joined',
  },
  {
    name: 'a remembered error answers a bypass',
    file: cache,
    find: "this.#counters.count('bypasses');",
    put: "this.#counters.count('bypasses');\n    const known = this.#failures.find(key, this.#settings.clock());\n    if (known) throw known.error;",
  },
  {
    name: 'a stored value leaves the remembered error',
    file: cache,
    find: 'this.#failures.forget(key);\n    const stored',
    put: 'const stored',
  },
  {
    name: 'clear resets the counters',
    file: cache,
    find: "return this.invalidatePrefix('');",
    put: "const count = this.invalidatePrefix('');\n    this.#counters = new Counters();\n    return count;",
  },
  {
    name: 'a joiner counts as a hit',
    file: cache,
    find: "this.#counters.count('misses');\n    if (running)",
    put: "this.#counters.count(running ? 'hits' : 'misses');\n    if (running)",
  },
  {
    name: 'the size counts the dead',
    file: cache,
    find: 'this.sweep(); // the size counts the living only',
    put: '',
  },
  {
    name: 'an expiry does not move the version',
    file: cache,
    find: 'get version(): number {\n    this.sweep();',
    put: 'get version(): number {',
  },
  {
    name: 'the age is counted from the beginning of the load',
    file: cache,
    find: 'const job: Job<T> = async (request) => this.#arrival(await load(request), ttl);',
    put: 'const begun = this.#settings.clock();\n    const job: Job<T> = async (request) => {\n      const arrival = this.#arrival(await load(request), ttl);\n      return { ...arrival, entry: { ...arrival.entry, at: begun } };\n    };',
  },
  {
    name: 'every stale hit starts a load',
    file: cache,
    find: 'if (hit.stale && !running && !failure) {',
    put: 'if (hit.stale && !failure) {',
  },
  {
    name: 'a failed refresh is repeated at once',
    file: cache,
    find: 'if (hit.stale && !running && !failure) {',
    put: 'if (hit.stale && !running) {',
  },
  {
    name: 'a stale answer after an error comes from before an invalidation',
    file: cache,
    find: 'const lesser = this.#entries.living(key, later);',
    put: 'const lesser = entry;',
  },
  {
    name: 'the revalidation window lends itself to errors',
    file: cache,
    find: 'within(lesser, staleIfError, later)',
    put: 'within(lesser, Math.max(staleIfError, staleWhileRevalidate), later)',
  },
  {
    name: 'a found value is as good as new',
    file: cache,
    find: 'at: entry.at - (foundAge ?? 0)',
    put: 'at: entry.at',
  },
  {
    name: 'a bypass takes what was found elsewhere',
    file: cache,
    find: 'if (outcome.foundAge === null)',
    put: 'if (true)',
  },
  {
    name: 'a stale value may be renewed by itself',
    file: cache,
    find: '{ maxAge: entry.ttl / 2 }',
    put: '{ maxAge: Infinity }',
  },
  {
    name: 'a load that was overtaken ends the one that overtook it',
    file: flights,
    find: 'this.#flights.get(key) === flight && this.#flights.delete(key)',
    put: 'this.#flights.delete(key)',
  },
  {
    name: 'a special value lives as long as any other',
    file: cache,
    find: 'ttl: entry.ttl === this.ttl ? ttl : Math.min(entry.ttl, ttl)',
    put: 'ttl',
  },
  {
    name: 'a load that was overtaken teaches the adaptive TTL',
    file: cache,
    find: 'current ? this.#adapted(key, result) : result.entry',
    put: 'this.#adapted(key, result)',
  },
  {
    name: 'a shortened TTL is stretched by older values found elsewhere',
    file: adaptive,
    find: 'return ttl < this.#options.ttl ? ttl : Infinity;',
    put: 'return Infinity;',
  },
  {
    name: 'a change that was told counts as one that the TTL had to find',
    file: adaptive,
    find: 'if (known) known.last = undefined;',
    put: '',
  },
  {
    name: 'volatile fields count as changes',
    file: fingerprints,
    find: 'item === undefined || walk.ignored.has(key)',
    put: 'item === undefined',
  },
  {
    name: 'the order of the answers counts as a change',
    file: fingerprints,
    find: 'sum += mixed(ofValue(key, walk, level), ofValue(item, walk, level));',
    put: 'sum = mixed(sum, mixed(ofValue(key, walk, level), ofValue(item, walk, level)));',
  },
  {
    name: 'what never changed is taken for what always does',
    file: rates,
    find: 'if (span === 0 || differences === 0) return 0;',
    put: 'if (span === 0) return 0;',
  },
  {
    name: 'the past counts as much as the present',
    file: rates,
    find: 'const remembered = 0.9;',
    put: 'const remembered = 1;',
  },
  {
    name: 'a long time between two loads counts in full',
    file: adaptive,
    find: 'Math.min(at - last.at, longest * this.#options.ttl)',
    put: 'at - last.at',
  },
  {
    name: 'a value that is found again counts as unchanged',
    file: adaptive,
    find: 'at <= last.at',
    put: 'at < last.at',
  },
  {
    name: 'a failed prefetch refuses the next reader',
    file: cache,
    find: 'current && (!flight.ahead || flight.joined)',
    put: 'current',
  },
  {
    name: 'a failed prefetch is tried again by every reader',
    file: prefetcher,
    find: 'if (refreshAhead === 0 || !followed.read || followed.failed)',
    put: 'if (refreshAhead === 0 || !followed.read)',
  },
  {
    name: 'what nobody reads is loaded ahead all the same',
    file: prefetcher,
    find: 'if (refreshAhead === 0 || !followed.read || followed.failed)',
    put: 'if (refreshAhead === 0 || followed.failed)',
  },
  {
    name: 'a value may be renewed ahead by itself',
    file: prefetcher,
    find: '(clock() - entry.at) / 2',
    put: 'Infinity',
  },
  {
    name: 'an entry that has gone is renewed',
    file: prefetcher,
    find: 'this.#options.entry(key) === entry\n        ? begin',
    put: 'true\n        ? begin',
  },
  {
    name: 'a prefetch begins beside a running load',
    file: cache,
    find: 'if (this.#flights.get(key) || this.#failures.find(key, clock())) return undefined;',
    put: '',
  },
  {
    name: 'a prefetch counts as used by every hit',
    file: prefetcher,
    find: "if (this.#unread.delete(entry)) this.#options.onEnd('prefetchesUsed');",
    put: "if (this.#unread.has(entry)) this.#options.onEnd('prefetchesUsed');",
  },
  {
    name: 'an unread prefetch that leaves counts nowhere',
    file: prefetcher,
    find: "if (this.#unread.delete(entry)) this.#options.onEnd('prefetchesWasted');",
    put: '',
  },
  {
    name: 'a prefetch that somebody waited for counts as unread',
    file: cache,
    find: 'flight?.ahead === true && !flight.joined',
    put: 'flight?.ahead === true',
  },
  {
    name: 'a reader who has gone is loaded for without end',
    file: prefetcher,
    find: 'if (load) followed.missed++;',
    put: '',
  },
  {
    name: 'a reader who came back is still taken for one who stays away',
    file: prefetcher,
    find: 'followed.job = job;\n    followed.missed = 0;',
    put: 'followed.job = job;',
  },
  {
    name: 'irregular readers are expected',
    file: rhythms,
    find: ' && deviation <= Math.min(mean, ttl) / 5',
    put: '',
  },
  {
    name: 'the reads of one page count as a rhythm',
    file: rhythms,
    find: 'if (gap < burst) return rhythm;',
    put: '',
  },
  {
    name: 'a load ahead does not take its own time into account',
    file: prefetcher,
    find: 'expected - slack - 1.5 * loadTime',
    put: 'expected - slack',
  },
  {
    name: 'prefetches are not bounded',
    file: schedule,
    find: 'while (this.#running < this.#maxRunning) {',
    put: 'while (true) {',
  },
  {
    name: 'a disposed schedule keeps its timer',
    file: schedule,
    find: 'this.#prefetches.clear();\n    this.#arm();',
    put: 'this.#prefetches.clear();',
  },
  {
    name: 'a value of exactly the bound is refused',
    file: list,
    find: 'const tooLarge = entry.bytes > maxBytes;',
    put: 'const tooLarge = entry.bytes >= maxBytes;',
  },
  {
    name: 'bytes of what has left still count',
    file: list,
    find: 'this.#bytes -= entry.bytes;',
    put: '',
  },
  {
    name: 'an old value outlives a newer one that is too large',
    file: list,
    find: "this.remove(key, tooLarge ? 'evictions' : 'replacements', now);\n    if (tooLarge) return false;",
    put: "if (tooLarge) return false;\n    this.remove(key, 'replacements', now);",
  },
];
