/** The gateway's own event loop stands still: what has arrived meanwhile is read before a worker counts as silent. */
import { expect, it } from 'vitest';
import { Mailbox } from '../../src/celery/pidbox/mailbox.js';
import { parseRedisUrl } from '../../src/celery/transport/address/redis-address.js';
import { RedisTransport } from '../../src/celery/transport/redis/redis.js';
import { defaultRedisOptions } from '../../src/celery/transport/redis/redis-names.js';
import { createLogger } from '../../src/log.js';
import { startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { describeOneCelery } from '../support/matrix.js';

/** A garbage collection, a long query, a paused machine: no timer fires and no socket is read. */
function standStill(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describeOneCelery('a stall of the event loop', (version) => {
  it.each([
    ['longer than the deadline of an inspect command', 1_600],
    ['longer than Redis may take to answer', 4_500],
  ])('that is %s makes no worker silent and drops no connection', async (_, milliseconds) => {
    await using cluster = await startCluster({ version, workers: ['w1', 'w2', 'w3'] });
    const lines: string[] = [];
    const log = createLogger('warn', (line) => void lines.push(line));
    await using transport = new RedisTransport(parseRedisUrl(cluster.broker), defaultRedisOptions, log);
    const mailbox = new Mailbox({ transport, log, timeout: 1_000, alive: () => cluster.hostnames });
    transport.start();
    await eventually(() => expect(transport.connection.connected).toBe(true));
    const { since } = transport.connection;

    const broadcast = mailbox.broadcast('ping');
    const ping = transport.ping();
    standStill(milliseconds);

    const { replies, silent } = await broadcast;
    expect([[...replies.keys()].sort(), silent]).toEqual([cluster.hostnames, []]);
    await ping;
    await transport.ping();
    expect(transport.connection).toMatchObject({ connected: true, since, reconnects: 0 });
    expect(lines).toEqual([]);
  });
});
