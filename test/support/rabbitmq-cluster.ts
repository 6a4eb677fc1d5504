/**
 * Several RabbitMQ nodes of the test's own that form one cluster: a common epmd and cookie, all else of each node's own.
 * They start together, which takes little longer than one alone.
 */
import { randomUUID } from 'node:crypto';
import { Epmd } from './epmd.js';
import { freePort } from './free-port.js';
import { createRabbitMQ, type RabbitMQServer } from './rabbitmq.js';

export class RabbitMQCluster implements AsyncDisposable {
  readonly nodes: readonly RabbitMQServer[];
  readonly #epmd: Epmd;

  constructor(nodes: readonly RabbitMQServer[], epmd: Epmd) {
    this.nodes = nodes;
    this.#epmd = epmd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
    await this.#epmd[Symbol.asyncDispose]();
  }
}

/** Resolves when all nodes accept connections. */
export async function startRabbitMQCluster(size: number): Promise<RabbitMQCluster> {
  const epmd = new Epmd(await freePort());
  const cookie = randomUUID();
  const ports = await Promise.all(Array.from({ length: size }, () => freePort()));
  const nodes = await Promise.all(
    ports.map((port) => createRabbitMQ({ port, peers: { epmd, cookie, ports } })),
  );
  const cluster = new RabbitMQCluster(nodes, epmd);
  try {
    await Promise.all(nodes.map((node) => node.restart()));
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}
