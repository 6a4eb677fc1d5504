/** What the embedded workers can run: a small shop, its pictures and its reports. None does real work. */
import { between, integer, pick } from './random.js';
import { TaskError, type DemoTask, type TaskContext } from './task.js';

/** The queue whose tasks are about pictures; all others use the default queue. */
export const mediaQueue = 'media';

const text = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '?';

/** Work that takes a while, in seconds. */
const work = (context: TaskContext, low: number, high: number) =>
  context.sleep(between(context.random, low, high));

export const demoTasks: readonly DemoTask[] = [
  {
    name: 'shop.orders.place',
    async run(context) {
      await work(context, 0.03, 0.12);
      const order = context.args[0];
      const amount = integer(context.random, 900, 24_900) / 100;
      await context.send('shop.orders.charge_card', [order, amount]);
      await context.send('shop.stock.reserve', [order, integer(context.random, 1, 5)]);
      return { order, accepted: true };
    },
  },
  {
    name: 'shop.orders.charge_card',
    maxRetries: 2,
    async run(context) {
      await work(context, 0.15, 0.9);
      const [order, amount] = context.args;
      const luck = context.random();
      if (luck < 0.06)
        throw new TaskError('CardDeclinedError', 'shop.payments', 'insufficient funds', 402);
      if (luck < 0.16) {
        const cause = new TaskError(
          'GatewayTimeout',
          'shop.payments',
          'payment provider did not answer in 5 s',
        );
        throw context.retry(cause, 2 ** (context.retries + 1));
      }
      await context.send('shop.mail.send_receipt', [order, `customer-${text(order)}@example.com`]);
      return { order, charged: amount, currency: 'EUR' };
    },
  },
  {
    name: 'shop.stock.reserve',
    async run(context) {
      await work(context, 0.02, 0.2);
      const [order, quantity] = context.args;
      if (context.random() < 0.05)
        throw new TaskError('OutOfStockError', 'shop.stock', `order ${text(order)}`);
      return quantity;
    },
  },
  {
    name: 'shop.mail.send_receipt',
    maxRetries: 3,
    async run(context) {
      await work(context, 0.1, 0.5);
      if (context.random() < 0.12) {
        const cause = new TaskError(
          'SMTPServerDisconnected',
          'smtplib',
          'Connection unexpectedly closed',
        );
        throw context.retry(cause, 3);
      }
      // As most mail tasks: nothing to return.
    },
  },
  {
    name: 'shop.mail.send_reminder',
    async run(context) {
      await work(context, 0.05, 0.3);
      return `reminded ${text(context.args[0])}`;
    },
  },
  {
    name: 'media.thumbnails.render',
    async run(context) {
      await work(context, 0.3, 1);
      const [picture, width] = context.args;
      if (context.random() < 0.03) {
        throw new TaskError(
          'UnidentifiedImageError',
          'PIL',
          `cannot identify image file '${text(picture)}'`,
        );
      }
      return {
        path: `/thumbnails/${text(width)}/${text(picture)}`,
        bytes: integer(context.random, 8_000, 90_000),
      };
    },
  },
  {
    name: 'media.videos.transcode',
    async run(context) {
      const steps = 8;
      for (let step = 1; step <= steps; step += 1) {
        await work(context, 0.3, 0.9);
        context.progress(step, steps);
      }
      return { video: context.args[0], format: 'h264', renditions: ['480p', '720p', '1080p'] };
    },
  },
  {
    name: 'reports.daily.build',
    async run(context) {
      await work(context, 3, 8);
      if (context.random() < 0.1) throw new TaskError('MemoryError', 'builtins', 'result set of 1.2 GB');
      return { day: context.args[0], orders: integer(context.random, 300, 2_000), revenue: 18_234.5 };
    },
  },
  {
    name: 'search.index.refresh',
    async run(context) {
      await work(context, 0.2, 1.5);
      if (context.random() < 0.04)
        throw new TaskError('KeyError', 'builtins', pick(context.random, ['sku', 'price']));
      return integer(context.random, 10, 400);
    },
  },
  {
    name: 'accounts.sessions.purge',
    async run(context) {
      await work(context, 0.05, 0.2);
      return integer(context.random, 0, 60);
    },
  },
];
