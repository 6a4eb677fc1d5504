/**
 * Keeps a believable mix of tasks coming: mostly quick successes, now and then failures, retries, slow,
 * scheduled, expired and unknown tasks, and bursts that make one queue back up.
 */
import type { Logger } from '../log.js';
import type { DemoClient, SendOptions } from './client.js';
import { between, integer, pick, type Random } from './random.js';
import { mediaQueue } from './tasks.js';
import { after } from './timer.js';

type Send = (name: string, args: readonly unknown[], options?: SendOptions) => void;

interface Kind {
  /** Relative to the others. */
  readonly weight: number;
  send(send: Send, random: Random): void;
}

const order = (random: Random) => integer(random, 10_000, 99_999);
const picture = (random: Random) => `IMG_${String(integer(random, 1, 9_999)).padStart(4, '0')}.jpg`;
const media = { queue: mediaQueue };

/** With children, retries and bursts this makes about five tasks a second. */
const kinds = {
  order: {
    weight: 22,
    send: (send, random) => {
      send('shop.orders.place', [order(random)]);
    },
  },
  thumbnail: {
    weight: 34,
    send: (send, random) => {
      send('media.thumbnails.render', [picture(random), pick(random, [64, 320, 1280])], media);
    },
  },
  index: {
    weight: 16,
    send: (send, random) => {
      send('search.index.refresh', [pick(random, ['products', 'help'])]);
    },
  },
  purge: {
    weight: 10,
    send: (send) => {
      send('accounts.sessions.purge', []);
    },
  },
  report: {
    weight: 4,
    send: (send, random) => {
      send('reports.daily.build', [`2026-${pick(random, ['03', '04'])}-01`]);
    },
  },
  video: {
    weight: 2,
    send: (send, random) => {
      send('media.videos.transcode', [`clip-${order(random)}.mov`], media);
    },
  },
  reminder: {
    weight: 7,
    send: (send, random) => {
      send('shop.mail.send_reminder', [order(random)], { countdown: integer(random, 5, 45) });
    },
  },
  /** Too late before it is even sent, as after an outage. */
  expired: {
    weight: 2,
    send: (send, random) => {
      send('shop.mail.send_reminder', [order(random)], { expires: -1 });
    },
  },
  /** A producer that was not updated with the workers. */
  unknown: {
    weight: 1,
    send: (send, random) => {
      send('shop.legacy.sync_catalogue', [order(random)]);
    },
  },
} as const satisfies Record<string, Kind>;

/** Sent at once, so that a person who looks within two seconds sees life. */
const opening = [
  'report',
  'video',
  'reminder',
  'expired',
  'unknown',
  'order',
  'order',
  'order',
  'order',
] as const;

export interface ProducerOptions {
  readonly client: DemoClient;
  readonly random: Random;
  readonly log: Logger;
}

export class Producer {
  readonly #client: DemoClient;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #timers = new Map<string, { cancel(): void }>();

  constructor({ client, random, log }: ProducerOptions) {
    this.#client = client;
    this.#random = random;
    this.#log = log;
  }

  start(): void {
    // The program that starts the cluster needs a moment to subscribe: events have no replay.
    this.#plan('opening', 0.3, () => {
      this.#open();
      this.#repeat('single', [0.1, 0.55], () => {
        this.#sendOne();
      });
    });
    this.#plan('burst', 1.2, () => {
      this.#burst();
      this.#repeat('burst', [35, 70], () => {
        this.#burst();
      });
    });
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #open(): void {
    for (const kind of opening) kinds[kind].send(this.#send, this.#random);
  }

  #sendOne(): void {
    const rows: readonly Kind[] = Object.values(kinds);
    let mark = this.#random() * rows.reduce((sum, { weight }) => sum + weight, 0);
    const kind = rows.find(({ weight }) => (mark -= weight) < 0) ?? kinds.order;
    kind.send(this.#send, this.#random);
  }

  #burst(): void {
    for (let count = integer(this.#random, 40, 80); count > 0; count -= 1) {
      kinds.thumbnail.send(this.#send, this.#random);
    }
  }

  readonly #send: Send = (name, args, options) => {
    this.#client.send(name, args, {}, options).catch((error: unknown) => {
      this.#log.warn('demo task not sent', { task: name, error });
    });
  };

  #repeat(name: string, seconds: readonly [low: number, high: number], action: () => void): void {
    this.#plan(name, between(this.#random, ...seconds), () => {
      action();
      this.#repeat(name, seconds, action);
    });
  }

  #plan(name: string, seconds: number, action: () => void): void {
    this.#timers.set(name, after(seconds * 1000, action));
  }
}
