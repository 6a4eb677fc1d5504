/**
 * A connection to RabbitMQ whose errors end it and nothing else: without a listener, a broker that closes it would fail
 * the whole run. Calls that wait for an answer reject.
 */
import { connect, type ChannelModel } from 'amqplib';

export async function connectAmqp(url: string): Promise<ChannelModel> {
  const connection = await connect(url);
  connection.on('error', () => undefined);
  return connection;
}
