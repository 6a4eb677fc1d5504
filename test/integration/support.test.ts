import { describe, expect, it } from 'vitest';
import { startRedis } from '../support/redis.js';

describe('startRedis', () => {
  it.each([undefined, 'a b"c'])(
    'serves, fails and comes back on its port (password: %s)',
    async (password) => {
      await using redis = await startRedis({ password });
      const client = redis.client();
      await client.set('key', 'value');
      const before = redis.pid;

      await redis.kill();
      await redis.restart();

      expect(redis.pid).not.toBe(before);
      expect(await client.get('key')).toBeNull();

      redis.pause();
      const answer = client.ping();
      redis.resume();
      expect(await answer).toBe('PONG');
    },
  );

  it('records each command as the client meant it', async () => {
    await using redis = await startRedis();
    const client = redis.client(2);
    await client.ping();
    const monitor = await redis.monitor();

    await client.sadd('set\x06\x16', 'naïve "x" \\ \n');
    await client.publish('channel', '{"a": "b"}');
    await monitor.flush();

    expect(monitor.commands).toMatchObject([
      { db: 2, args: ['sadd', 'set\x06\x16', 'naïve "x" \\ \n'] },
      { db: 2, args: ['publish', 'channel', '{"a": "b"}'] },
    ]);
    expect(monitor.publishes(/^chan/)).toMatchObject([{ channel: 'channel', message: '{"a": "b"}' }]);
  });
});
