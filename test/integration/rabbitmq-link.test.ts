/** Connections to a RabbitMQ that restarts, stops answering, has another address, a certificate, or other passwords. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { AmqpTransport } from '../../src/celery/transport/amqp/amqp.js';
import { parseAmqpUrl } from '../../src/celery/transport/address/amqp-address.js';
import { defaultRedisOptions } from '../../src/celery/transport/redis/redis-names.js';
import type { ConnectionStatus } from '../../src/celery/transport/transport.js';
import { BrokerUnavailableError, TimeoutError } from '../../src/errors.js';
import { createLogger } from '../../src/log.js';
import { rabbitmqPermissions } from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { programOutput } from '../support/program.js';
import { startRabbitMQ, type RabbitMQServer } from '../support/rabbitmq.js';
import { describeWith } from '../support/requirements.js';
import { connectAmqp } from '../support/connect-amqp.js';

const opened: AmqpTransport[] = [];
const logs: string[] = [];

function open(url: string): AmqpTransport {
  const log = createLogger('info', (line) => void logs.push(line));
  const options = {
    ...({ managementUrl: false, amqpPeek: false } as const),
    ...{ controlExchange: 'celery', eventExchange: 'celeryev' },
    eventBacklogBytes: defaultRedisOptions.eventBacklogBytes,
  };
  const transport = new AmqpTransport(parseAmqpUrl(url), options, log);
  opened.push(transport);
  transport.start();
  return transport;
}

const isUp = (transport: AmqpTransport, deadline = 5_000) =>
  eventually(() => expect(transport.connection.connected).toBe(true), deadline);
const isDown = (transport: AmqpTransport, deadline = 5_000) =>
  eventually(() => expect(transport.connection.connected).toBe(false), deadline);

async function publishEvent(url: string): Promise<void> {
  const connection = await connectAmqp(url);
  const channel = await connection.createConfirmChannel();
  channel.publish('celeryev', 'worker.heartbeat', Buffer.from('{}'), {
    contentType: 'application/json',
  });
  await channel.waitForConfirms();
  await connection.close();
}

afterEach(async () => {
  for (const transport of opened.splice(0)) await transport[Symbol.asyncDispose]();
  logs.length = 0;
});

describeWith(['rabbitmq', 'openssl'], 'a connection to RabbitMQ', () => {
  let dir: string;
  let rabbitmq: RabbitMQServer;
  let tls: { ca: string; cert: string; key: string };

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'celeryql-tls-'));
    tls = await selfSigned(dir);
    rabbitmq = await startRabbitMQ({ tls });
  }, 120_000);
  afterAll(async () => {
    await rabbitmq[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true });
  });

  it('is regained, with its subscription, within two seconds of the return', async () => {
    const transport = open(rabbitmq.url());
    const states: ConnectionStatus[] = [];
    transport.onConnection((state) => states.push(state));
    let events = 0;
    transport.subscribeEvents(() => {
      events++;
      return undefined;
    });
    await isUp(transport);

    await rabbitmq.stop();
    await isDown(transport, 2_000);
    await expect(transport.ping()).rejects.toBeInstanceOf(BrokerUnavailableError);
    await delay(3_000); // long enough for the longest pause between two tries
    await rabbitmq.restart();
    await isUp(transport, 2_000);
    expect(transport.connection).toMatchObject({ reconnects: 1, reason: null });

    await publishEvent(rabbitmq.url());
    await eventually(() => expect(events).toBe(1));
    expect(states.map(({ connected }) => connected)).toEqual([true, false, true]);
    // One line each for the loss and its reason, not one for each try.
    expect(logs.length).toBeLessThan(8);
  }, 120_000);

  it('fails in time when the node stops answering, and is made anew', async () => {
    const transport = open(rabbitmq.url());
    await isUp(transport);
    rabbitmq.pause();
    const begin = performance.now();
    await expect(transport.ping()).rejects.toBeInstanceOf(TimeoutError);
    expect(performance.now() - begin).toBeLessThan(2_500);
    expect(transport.connection).toMatchObject({
      connected: false,
      reason: 'RabbitMQ does not answer',
    });
    rabbitmq.resume();
    await isUp(transport, 10_000);
    await transport.ping();
  });

  it('is made anew when an administrator closes one of its connections', async () => {
    const transport = open(rabbitmq.url());
    await isUp(transport);
    const connections = await eventually(async () => {
      const found = await rabbitmq.management.connections();
      const ours = found.filter(({ client_properties: own }) => own?.['product'] === 'celeryql');
      expect(ours).toHaveLength(3);
      return ours;
    }, 10_000);
    await rabbitmq.management.closeConnection(connections[0]?.name ?? '');
    await eventually(() => expect(transport.connection.reconnects).toBe(1), 5_000);
    await isUp(transport);
  }, 30_000);

  it('goes to the next address of the list', async () => {
    const unused = `amqp://127.0.0.1:${await freePort()}//`;
    const transport = open(`${unused};${rabbitmq.url()}`);
    await isUp(transport);
    await transport.ping();
  });

  it('says why it is refused, without the password', async () => {
    const transport = open(rabbitmq.url('/', 'guest', 'hunter3'));
    await eventually(() =>
      expect(transport.connection.reason).toMatch(/^ACCESS_REFUSED - Login was refused/),
    );
    expect(JSON.stringify([transport.connection, transport.address, logs])).not.toContain('hunter3');
  });

  it('says that there is no such virtual host', async () => {
    const transport = open(rabbitmq.url('nowhere'));
    await eventually(() =>
      expect(transport.connection.reason).toBe(
        'there is no virtual host nowhere, or this user has no access to it',
      ),
    );
  });

  it('verifies the certificate', async () => {
    const transport = open(`${rabbitmq.tlsUrl()}?ssl_ca_certs=${encodeURIComponent(tls.ca)}`);
    await isUp(transport);
    await transport.ping();

    const stranger = open(rabbitmq.tlsUrl());
    await eventually(() => expect(stranger.connection.reason).toMatch(/self.signed certificate/));

    const careless = open(`${rabbitmq.tlsUrl()}?ssl_cert_reqs=none`);
    await isUp(careless);
  }, 30_000);

  const places = [
    ['configure', 'celeryql\\..*', /access to queue 'celeryql\./],
    ['configure', 'celeryev', /access to exchange 'celeryev'/],
    ['write', 'celeryql\\..*', /access to queue 'celeryql\./],
    ['write', 'celeryev', /access to exchange 'celeryev'/],
    ['write', 'celery\\.pidbox', /access to exchange 'celery\.pidbox'/],
    ['write', 'amq\\.default', /access to exchange 'amq\.default'/],
    ['read', 'celeryql\\..*', /access to queue 'celeryql\./],
    ['read', 'celeryev', /access to exchange 'celeryev'/],
  ] as const;

  it('has a row below for each place that the docs list', () => {
    const listed = Object.entries(rabbitmqPermissions).flatMap(([kind, pattern]) =>
      pattern
        .replace(/^\^\(|\)\$$/g, '')
        .split('|')
        .map((place) => `${kind} ${place}`),
    );
    expect(places.map(([kind, place]) => `${kind} ${place}`).sort()).toEqual(listed.sort());
  });

  it('needs no rights but those that the docs list', async () => {
    const { management } = rabbitmq;
    await management.createUser('monitor', 'secret');
    await management.setPermissions('/', 'monitor', rabbitmqPermissions);
    const transport = open(rabbitmq.url('/', 'monitor', 'secret'));
    await isUp(transport);
    expect(await transport.boundNodes(['nobody@h'])).toEqual({ nodes: [], exact: true });
  });

  it.each(places)(
    'names what is refused without the right to %s %s',
    async (kind, place, words) => {
      const { management } = rabbitmq;
      const [user, vhost] = [randomUUID(), randomUUID()];
      await management.createVhost(vhost);
      await management.createUser(user, 'secret');
      const less = rabbitmqPermissions[kind].split(place).join('nothing');
      expect(less).not.toBe(rabbitmqPermissions[kind]);
      await management.setPermissions(vhost, user, { ...rabbitmqPermissions, [kind]: less });
      const transport = open(rabbitmq.url(vhost, user, 'secret'));
      const request = { method: 'ping', arguments: {}, destination: null, ticket: 't' };
      await eventually(async () => {
        await transport.publishRequest(request).catch(() => undefined);
        await transport.boundNodes(['nobody@h']).catch(() => undefined);
        const said = [transport.connection.reason, ...transport.impairments.map(({ reason }) => reason)];
        expect(said.join('; ')).toMatch(words);
      }, 15_000);
    },
    30_000,
  );

  it('says that publishing is blocked, and goes on receiving', async () => {
    const transport = open(rabbitmq.url());
    await isUp(transport);
    await rabbitmq.ctl('set_vm_memory_high_watermark', '0.00001');
    try {
      const request = { method: 'ping', arguments: {}, destination: null, ticket: 't' };
      await eventually(async () => {
        await expect(transport.publishRequest(request)).rejects.toThrow(
          /it takes no messages at the moment: low on memory/,
        );
      }, 15_000);
      await transport.ping();
      expect(transport.connection.connected).toBe(true);
    } finally {
      await rabbitmq.ctl('set_vm_memory_high_watermark', '0.4');
    }
  }, 60_000);
});

async function selfSigned(dir: string): Promise<{ ca: string; cert: string; key: string }> {
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  await programOutput('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-out', cert, '-keyout', key],
  ]);
  return { ca: cert, cert, key };
}
