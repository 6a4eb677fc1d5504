/**
 * A world in which only the clock that it owns passes: readers arrive, loads take their time and what is loaded
 * changes when seeded chance says so. What runs in it is the real cache, and every run gives the same figures.
 */
export class Simulation {
  now = 0;
  #events = [];
  #order = 0;
  #random;

  constructor(seed = 1) {
    this.#random = mulberry32(seed);
  }

  clock = () => this.now;

  /** Calls `act` at a moment; gives back how to call it off. */
  at(time, act) {
    const event = { time, order: this.#order++, act };
    push(this.#events, event);
    return () => (event.act = undefined);
  }

  /** The timer that the cache is given: milliseconds of this world. */
  timer = (act, milliseconds) => this.at(this.now + milliseconds, act);

  pause(milliseconds) {
    return new Promise((resolve) => this.at(this.now + milliseconds, resolve));
  }

  uniform(low = 0, high = 1) {
    return low + this.#random() * (high - low);
  }

  /** Calls `act` at random moments, so many times a second on average; the rate may depend on the time. */
  poisson(rate, act, until) {
    const most = typeof rate === 'number' ? rate : rate.most;
    const rateAt = typeof rate === 'number' ? () => rate : rate.at;
    const next = (from) => {
      const time = from - (Math.log(1 - this.#random()) / most) * 1_000;
      if (time >= until) return;
      this.at(time, () => {
        if (this.#random() * most < rateAt(time)) act();
        next(time);
      });
    };
    next(this.now);
  }

  /** Calls `act` every so many milliseconds, each time early or late by up to `jitter`. */
  poll(interval, { first = 0, jitter = 0, until }, act) {
    const next = (due) => {
      if (due >= until) return;
      this.at(Math.max(this.now, due + this.uniform(-jitter, jitter)), () => {
        act();
        next(due + interval);
      });
    };
    next(first);
  }

  async run(until) {
    while (this.#events.length > 0 && this.#events[0].time <= until) {
      const { time, act } = pop(this.#events);
      this.now = Math.max(this.now, time);
      act?.();
      for (let i = 0; i < 24; i++) await Promise.resolve(); // whatever waits for no other moment goes on
    }
    this.now = until;
  }
}

/** What readers saw of a key: how many waited, and how many got an outdated answer. */
export class Readers {
  reads = 0;
  waited = 0;
  outOfDate = 0;

  /** `truth` is what the answer should be at the moment at which it is given. */
  async read(cache, key, load, truth, options) {
    const { value, status } = await cache.read(key, load, options);
    this.reads++;
    if (status === 'MISS') this.waited++;
    if (value !== truth()) this.outOfDate++;
  }

  /** How to read a key whose value changes at this rate, a second, and takes so many milliseconds to load. */
  ofChanging(world, cache, { key = 'k', rate, takes = 50, until }) {
    let state = 0;
    const load = async () => {
      await world.pause(takes);
      return state;
    };
    world.poisson(rate, () => state++, until);
    return () => void this.read(cache, key, load, () => state);
  }

  row(feature, scenario, variant, { loads, prefetches, prefetchesUsed, prefetchesWasted }) {
    return {
      ...{ feature, scenario, variant, loads },
      waitingReadersPercent: (100 * this.waited) / this.reads,
      outOfDatePercent: (100 * this.outOfDate) / this.reads,
      prefetches: prefetches > 0 ? { used: prefetchesUsed, wasted: prefetchesWasted } : null,
      ...{ bytes: null, time: null },
    };
  }
}

function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const before = (a, b) => a.time < b.time || (a.time === b.time && a.order < b.order);

function push(heap, event) {
  let i = heap.push(event) - 1;
  for (let parent = (i - 1) >> 1; i > 0 && before(heap[i], heap[parent]); parent = (i - 1) >> 1) {
    [heap[i], heap[parent]] = [heap[parent], heap[i]];
    i = parent;
  }
}

function pop(heap) {
  const first = heap[0];
  const last = heap.pop();
  if (heap.length === 0) return first;
  heap[0] = last;
  for (let i = 0; ;) {
    const [left, right] = [2 * i + 1, 2 * i + 2];
    let least = i;
    if (left < heap.length && before(heap[left], heap[least])) least = left;
    if (right < heap.length && before(heap[right], heap[least])) least = right;
    if (least === i) return first;
    [heap[i], heap[least]] = [heap[least], heap[i]];
    i = least;
  }
}
