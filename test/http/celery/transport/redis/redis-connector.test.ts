import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Redis } from 'ioredis';
import { RedisConnector } from '../../../../../src/celery/transport/redis/redis-connector.js';

const server = createServer((socket) => socket.on('error', () => undefined));

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

it('survives a second error of one socket, as TLS may report it', async () => {
  const errors: string[] = [];
  const { port } = server.address() as AddressInfo;
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    Connector: RedisConnector,
  });
  client.on('error', (error) => errors.push(error.message));
  client.connect().catch(() => undefined);
  await once(client, 'connect');

  client.stream.emit('error', new Error('another host'));
  client.stream.emit('error', new Error('decode error'));

  expect(errors).toEqual(['another host']);
  client.stream.destroy();
  await once(client, 'end');
});
