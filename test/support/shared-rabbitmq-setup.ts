/**
 * One RabbitMQ node for a whole run of integration tests, since a node takes ten seconds to start. It is
 * started when the first test asks for it, in the process that outlives those of the test files.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { grant } from './guard.js';
import { startRabbitMQ, type RabbitMQPorts, type RabbitMQServer } from './rabbitmq.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers with the ports of the node, as JSON, as soon as it is there. */
    sharedRabbitMQ: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<RabbitMQServer> | undefined;
  const server = createServer((_request, response) => {
    grant(['rabbitmq']); // the suite that asks was granted it in its own process
    started ??= startRabbitMQ();
    started.then(
      ({ ports }) => response.end(JSON.stringify(ports satisfies RabbitMQPorts)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  project.provide('sharedRabbitMQ', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  return async () => {
    server.close();
    const rabbitmq = await started?.catch(() => undefined);
    await rabbitmq?.[Symbol.asyncDispose]();
  };
}
