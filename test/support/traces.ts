/** What monitors and remote control clients have in a broker, to see what one leaves behind. */
import type { Cluster } from './cluster.js';

export interface Traces {
  /** On Redis reply lists and the bindings to them; on RabbitMQ every queue, exchange and binding, whosever. */
  readonly declared: readonly string[];
  /** Of gateways, by the names that they give themselves: each as often as it is open. */
  readonly connections: readonly string[];
}

export async function tracesOf(cluster: Cluster): Promise<Traces> {
  const onRedis = await connectionsToRedis(cluster);
  if (cluster.brokerName === 'redis') {
    const declared = await cluster.redis.client().keys('*reply.celery.pidbox');
    return { declared: declared.sort(), connections: onRedis };
  }
  const { management, name } = cluster.vhost;
  const [queues, exchanges, bindings, connections] = await Promise.all([
    management.queues(name),
    management.exchanges(name),
    management.bindings(name),
    management.connections(name),
  ]);
  const declared = [
    ...queues.map((queue) => `queue ${queue.name}`),
    ...exchanges.map((exchange) => `exchange ${exchange.name}`),
    ...bindings.map(({ source, destination }) => `binding ${source} to ${destination}`),
  ];
  const ours = connections.flatMap(({ client_properties: properties }) =>
    properties?.['product'] === 'celeryql' ? [String(properties['connection_name'])] : [],
  );
  return { declared: declared.sort(), connections: [...onRedis, ...ours].sort() };
}

/** What is declared now and was not before. */
export function added(before: Traces, after: Traces): string[] {
  return after.declared.filter((name) => !before.declared.includes(name));
}

async function connectionsToRedis({ redis }: Cluster): Promise<string[]> {
  const clients = String(await redis.client().client('LIST'));
  return Array.from(clients.matchAll(/ name=(celeryql\S*)/g), ([, name]) => String(name)).sort();
}
