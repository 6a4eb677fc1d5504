/**
 * What ten workers with pools of three kinds said of themselves (`stats`, recorded from Celery 5.7), read as the gateway
 * does, and many tasks, made up: bytes in the shared level, and the time to write and to read them. gzip 1 for comparison. The codec is the
 * gateway's own, without its threshold where that would leave nothing to measure; the time is of one machine.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';

export const compression = {
  name: 'compression',
  simulated: false,
  async run(open) {
    const { ValueCodec } = await open('cache/shared/codec.js');
    const { Inspect } = await open('celery/inspect/inspect.js');
    const text = await readFile(new URL('worker-stats.jsonl', import.meta.url), 'utf8');
    const recorded = text.trim().split('\n').map(JSON.parse);
    const rows = [];
    const scenarios = [1, 2, 3, 10].map((workers) => ({
      scenario: `statistics of ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
      command: 'stats',
      replies: new Map(recorded.slice(0, workers)),
    }));
    scenarios.push({ scenario: '500 tasks, made up', command: 'active', replies: madeUpTasks(500) });
    for (const { scenario, command, replies } of scenarios) {
      const mailbox = { broadcast: async () => ({ replies, silent: [], at: 1_795_000_000_000 }) };
      const value = await new Inspect(mailbox).run(command);
      const plain = new ValueCodec({ compressFrom: Infinity });
      const brotli = new ValueCodec({ compressFrom: 0 });
      for (const [variant, write, read] of [
        ['without', (value) => plain.encode(value), (bytes) => plain.decode(bytes)],
        [
          'gzip 1 instead',
          async (value) => gzipSync(await plain.encode(value), { level: 1 }),
          (bytes) => plain.decode(gunzipSync(bytes)),
        ],
        ['with', (value) => brotli.encode(value), (bytes) => brotli.decode(bytes)],
      ]) {
        const { bytes, milliseconds } = await measure(value, write, read);
        rows.push({
          ...{ feature: 'compression', scenario, variant, loads: null, waitingReadersPercent: null },
          ...{ outOfDatePercent: null, prefetches: null, bytes },
          time: `${milliseconds.toFixed(2)} ms`,
        });
      }
    }
    return rows;
  },
};

/** What no two tasks share is random. */
function madeUpTasks(count) {
  const tasks = Array.from({ length: count }, (_, at) => ({
    ...{ id: randomUUID(), name: 'mail.send', args: [at, randomUUID()], kwargs: {} },
    ...{ hostname: 'worker1@shop', time_start: 1_795_000_000 + Math.random() * 60, acknowledged: true },
    delivery_info: { exchange: '', routing_key: 'mail', priority: 0, redelivered: false },
    worker_pid: 1_000 + (at % 8),
  }));
  return new Map([['worker1@shop', tasks]]);
}

/** The median of many rounds: a busy machine disturbs a mean. */
async function measure(value, write, read) {
  const times = [];
  for (let round = 0; round < 600; round++) {
    const begin = performance.now();
    await read(await write(value));
    times.push(performance.now() - begin);
  }
  const [middle] = times
    .slice(100)
    .sort((a, b) => a - b)
    .slice(250);
  return { bytes: (await write(value)).length, milliseconds: middle };
}
