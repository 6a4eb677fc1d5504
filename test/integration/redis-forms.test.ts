/** Every way to reach a Redis that Celery has: the gateway must find the same cluster behind the same URL. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendTasks, startWorker, type Application, type CeleryWorker } from '../support/celery.js';
import type { CeleryVersion } from '../support/celery-versions.js';
import { makeCertificates, type Certificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeEachCelery } from '../support/matrix.js';

const password = 'p@ss/w0rd';
const prefix = 'team:';

/** What the gateway and its workers agree on, and what of it may be shown. */
interface Form {
  readonly broker: string;
  readonly resultBackend?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly shown: string;
}

describeEachCelery('a cluster on Redis', suite, 'redis', ['redis:tls', 'openssl']);

function suite(version: CeleryVersion): void {
  let certificates: Certificates;
  let redis: RedisServer;
  let forms: Readonly<Record<'tls' | 'clientCertificate' | 'socket' | 'acl', Form>>;
  const workers = new Map<string, CeleryWorker>();

  beforeAll(async () => {
    certificates = await makeCertificates();
    redis = await startRedis({ password, certificates });
    const admin = redis.client();
    const rights = ['~*', '&*', '+@all', '-@admin', '-info'];
    await admin.call('ACL', 'SETUSER', 'watcher', 'on', '>us:er', ...rights);
    const { ca, cert, key } = certificates;
    const tls = {
      ssl_cert_reqs: 'CERT_REQUIRED',
      ssl_ca_certs: ca,
      ssl_certfile: cert,
      ssl_keyfile: key,
    };
    forms = {
      tls: { broker: redis.tlsUrl(1), shown: `rediss://127.0.0.1:${redis.tlsPort}/1` },
      clientCertificate: {
        broker: redis.tlsUrl(2, tls),
        resultBackend: redis.tlsUrl(3, tls),
        shown: `rediss://127.0.0.1:${redis.tlsPort}/2`,
      },
      socket: {
        broker: redis.socketUrl(4),
        shown: `redis+socket://${redis.dir}/redis.sock?virtual_host=4`,
      },
      acl: {
        broker: `redis://watcher:us%3Aer@127.0.0.1:${redis.port}/5`,
        resultBackend: redis.url(6),
        env: { KEYPREFIX: prefix, RESULT_KEYPREFIX: 'results' },
        // Celery 5.2 puts no prefix before results.
        args: [
          ...['--global-keyprefix', prefix],
          ...(version.name === 'debian' ? [] : ['--result-keyprefix', 'results']),
        ],
        shown: `redis://127.0.0.1:${redis.port}/5`,
      },
    };
    await Promise.all(
      Object.entries(forms).map(async ([name, form]) => {
        const hostname = `${name}@test`;
        const worker = { ...application(form), hostname, pool: 'solo', queues: ['default'] } as const;
        workers.set(name, await startWorker(worker));
      }),
    );
  });

  afterAll(async () => {
    await Promise.all([...workers.values()].map((worker) => worker.stop()));
    await redis[Symbol.asyncDispose]();
    await certificates[Symbol.asyncDispose]();
  });

  function application({ broker, resultBackend, env }: Form): Application {
    return { python: version.python, broker, resultBackend, env };
  }

  const open = ({ broker, resultBackend, args }: Form): Promise<TestGateway> =>
    startTestGateway({ broker, ...(resultBackend && { resultBackend }), ...(args && { args }) });

  it.each([
    ['over TLS', 'tls'],
    ['over TLS with a certificate of its own', 'clientCertificate'],
    ['through a unix socket', 'socket'],
    ['as a user of an ACL, with prefixes of broker and results', 'acl'],
  ] as const)('is watched %s', async (_, name) => {
    const form = forms[name];
    await using gateway = await open(form);
    await eventually(async () => expect(await health(gateway)).toMatchObject({ status: 'OK' }));
    const [reported = '', silent = ''] = await sendTasks(application(form), [
      { name: 'demo.add', args: [20, 3] },
      { name: 'demo.silent' },
      { name: 'demo.add', args: [1, 1], options: { countdown: 600 } },
      { name: 'demo.ranked', args: [9], options: { priority: 9 } }, // no worker takes this
    ]);

    await eventually(async () => {
      const { data, errors } = await gateway.query(
        `query ($reported: ID!, $silent: ID!) {
          reported: task(taskId: $reported, useCache: false) { state source result queue }
          silent: task(taskId: $silent, useCache: false) { state source result }
          workers(useCache: false) { nodes { hostname status unresponsive stats { concurrency } } }
          queues(useCache: false) { nodes { name messages messagesByPriority { priority messages } unacknowledged consumers } }
        }`,
        { reported, silent },
      );
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({
        reported: { state: 'SUCCESS', source: 'EVENTS', result: '23', queue: 'default' },
        silent: { state: 'SUCCESS', source: 'RESULT_BACKEND', result: "'shh'" },
        workers: { nodes: [{ hostname: `${name}@test`, status: 'ONLINE', unresponsive: false }] },
      });
      expect(data?.['queues']).toMatchObject({
        nodes: [
          { name: 'default', messages: 0, unacknowledged: 1, consumers: 1 },
          { name: 'high', messages: 1, messagesByPriority: [{ priority: 9, messages: 1 }] },
          { name: 'media.video', messages: 0 },
          { name: 'slow', messages: 0 },
        ],
      });
    }, 15_000);
    const { checks } = await health(gateway);
    expect(checks[0]).toMatchObject({ name: 'broker', message: `connected to ${form.shown}` });
    expect(JSON.stringify(checks)).not.toMatch(/p@ss|p%40ss|us%3Aer/);
  });

  it.each([
    ['an authority that is not known', () => ({ ssl_cert_reqs: 'required' }), /certificate/],
    ['another host', () => ({ ssl_ca_certs: certificates.ca }), /Hostname\/IP does not match/],
  ])('is not watched where the certificate is of %s', async (why, parameters, reason) => {
    await using elsewhere = why === 'another host' ? await makeCertificates('DNS:elsewhere') : null;
    await using own = elsewhere && (await startRedis({ password, certificates: elsewhere }));
    const server = own ?? redis;
    const trusted = elsewhere ? { ssl_ca_certs: elsewhere.ca } : parameters();
    await using gateway = await startTestGateway({ broker: server.tlsUrl(1, trusted) });
    await eventually(async () => {
      const { data } = await gateway.query('{ gateway { broker { connected reason } } }');
      expect(data).toMatchObject({ gateway: { broker: { connected: false } } });
      expect(JSON.stringify(data)).toMatch(reason);
    });
    // As with Celery where verification is switched off.
    for (const unchecked of [{ ssl_cert_reqs: 'none' }, { ...trusted, ssl_check_hostname: 'false' }]) {
      if (!elsewhere && 'ssl_check_hostname' in unchecked) continue;
      await using careless = await startTestGateway({ broker: server.tlsUrl(1, unchecked) });
      await eventually(async () => expect(await health(careless)).toMatchObject({ status: 'OK' }));
    }
  });
}

interface Health {
  readonly status: string;
  readonly checks: readonly { name: string; status: string; message: string }[];
}

async function health(gateway: TestGateway): Promise<Health> {
  const query = '{ health(useCache: false) { status checks { name status message } } }';
  const { data } = await gateway.query<{ health: Health }>(query);
  if (!data) throw new Error('no answer');
  return data.health;
}
