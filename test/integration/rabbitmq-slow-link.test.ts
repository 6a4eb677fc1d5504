/** RabbitMQ far away, with a queue that never answers: the figures of all others arrive. */
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startForwarder } from '../support/forwarder.js';
import { startTestGateway } from '../support/gateway.js';
import { startRabbitMQ } from '../support/rabbitmq.js';
import { describeWith } from '../support/requirements.js';
import { connectAmqp } from '../support/connect-amqp.js';

/** Stops the process of the queue `hang` for as long as the process lives that this starts. */
const suspend = `
{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"hang">>)),
Self = self(),
spawn(fun() -> true = erlang:suspend_process(amqqueue:get_pid(Q)), Self ! done, receive stop -> ok end end),
receive done -> suspended end.`;

interface Answer {
  readonly queues: { nodes: readonly { readonly name: string; readonly messages: number | null }[] };
}

describeWith(['rabbitmq'], 'a link with round trips of 240 ms', () => {
  it('costs no figure of a queue that answers beside one that does not', async () => {
    await using node = await startRabbitMQ({ management: false });
    // More than are asked before the patience with the first one ends.
    const names = Array.from({ length: 60 }, (_, n) => `queue-${String(n)}`);
    const connection = await connectAmqp(node.url());
    const channel = await connection.createChannel();
    for (const name of ['hang', ...names]) await channel.assertQueue(name);
    await connection.close();
    await using far = await startForwarder(node.port, 120);
    await using gateway = await startTestGateway({
      broker: `amqp://guest:guest@127.0.0.1:${far.port}//`,
      args: ['--queues', ['hang', ...names].join(',')],
    });
    await eventually(async () => {
      const { data } = await gateway.query<{ gateway: { broker: { connected: boolean } } }>(
        '{ gateway { broker { connected } } }',
      );
      expect(data?.gateway.broker.connected).toBe(true);
    }, 15_000);
    expect(await node.ctl('eval', suspend)).toContain('suspended');

    const { data } = await gateway.query<Answer>(
      '{ queues(useCache: false) { nodes { name messages } } }',
    );
    const unknown = data?.queues.nodes
      .filter(({ messages }) => messages === null)
      .map(({ name }) => name);
    expect([data?.queues.nodes.length, unknown]).toEqual([61, ['hang']]);
  });
});
