/**
 * A virtual host of the test's own on the RabbitMQ node that all test files share: to Celery, and to the
 * gateway, a broker of its own.
 */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { assertMayStart } from './guard.js';
import { RabbitMQAddress, startRabbitMQ, type RabbitMQPorts, type RabbitMQServer } from './rabbitmq.js';
import type { RabbitMQManagement } from './rabbitmq-management.js';

export interface RabbitMQVhost extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly managementUrl: string;
  readonly management: RabbitMQManagement;
  /** The node itself, if no other test file uses it. */
  readonly server: RabbitMQServer | undefined;
}

/** Gone, with everything in it and every connection to it, when it is disposed. */
export async function createVhost(): Promise<RabbitMQVhost> {
  const address = await sharedNode();
  const name = `test-${randomUUID()}`;
  await address.management.createVhost(name);
  return {
    name,
    url: address.url(name),
    managementUrl: address.managementUrl,
    management: address.management,
    server: undefined,
    [Symbol.asyncDispose]: () => address.management.deleteVhost(name),
  };
}

/** On a node of its own, which the test may stop, kill and pause. */
export async function createOwnNode(): Promise<RabbitMQVhost & { readonly server: RabbitMQServer }> {
  const server = await startRabbitMQ();
  return {
    name: '/',
    url: server.url(),
    managementUrl: server.managementUrl,
    management: server.management,
    server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function sharedNode(): Promise<RabbitMQAddress> {
  assertMayStart('rabbitmq-server');
  const response = await fetch(inject('sharedRabbitMQ'));
  if (!response.ok) throw new Error(`The shared RabbitMQ node did not start: ${await response.text()}`);
  return new RabbitMQAddress((await response.json()) as RabbitMQPorts);
}
