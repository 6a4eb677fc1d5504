/** The management API of RabbitMQ, where a field of a queue is of any type. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RabbitMQManagement } from '../../../../../src/celery/transport/amqp/rabbitmq-management.js';
import { silentLogger } from '../../../../../src/log.js';
import { oddValues } from '../../../../unit/celery/python/odd-values.js';

describe('answers of the management API', () => {
  const queue = {
    name: 'odd',
    type: 'classic',
    exclusive: false,
    arguments: {},
    messages_ready: 3,
    messages_unacknowledged: 1,
    consumers: 1,
    head_message_timestamp: null,
    backing_queue_status: { priority_lengths: { 0: 3 } },
  };

  it('keep the good queue beside an odd one', async () => {
    let answer = '[]';
    const server = createServer((_request, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const access = { url: `http://127.0.0.1:${port}`, username: 'u', password: 'p', tls: null };
    const management = new RabbitMQManagement({ access, vhost: '/', log: silentLogger });
    try {
      const isJson = (text: string): boolean => !/NaN|Infinity/.test(text); // Erlang writes neither
      for (const { label, text } of oddValues(queue).filter((odd) => isJson(odd.text))) {
        answer = `[${text},${JSON.stringify({ ...queue, name: 'good' })}]`;
        const queues = await management.queues();
        expect(
          queues?.find(({ name }) => name === 'good'),
          label,
        ).toMatchObject({ messages_ready: 3 });
      }
    } finally {
      management[Symbol.dispose]();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
