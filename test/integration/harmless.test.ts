/**
 * A task whose arguments JSON cannot carry takes a worker's pidbox away when the wrong question is asked. Watched for a
 * minute by a gateway with its defaults, with all queries and scrapes that there are, every worker still answers.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Kind, OperationTypeNode, visit, type DocumentNode } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as operations from '../../src/generated/operations.js';
import { brokerNames, type BrokerName } from '../support/broker.js';
import { celeryNames, celeryVersion, type CeleryName } from '../support/celery-versions.js';
import { celeryInspect, pythonOutput, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/requirements.js';

const watchedMs = 60_000;

/** One that runs, one that waits for the only process, one that waits for its time: each with a set. */
const sendUnserialisable = `
import cluster
cluster.declare()
hang = cluster.app.tasks['demo.spill']
for _ in range(2):
    hang.apply_async(('hang', {1, 2}), serializer='pickle', queue='default')
cluster.app.tasks['demo.echo'].apply_async(({3, 4},), countdown=3600, serializer='pickle', queue='default')
`;
/** Both commands have no safe form: the field descriptions say so, and only a client asks for them. */
const breakingFields: ReadonlySet<string> = new Set([
  'reservedTasks',
  'scheduledTasks',
  'reserved',
  'scheduled',
]);

const queries = Object.values(operations).filter(
  (document): document is DocumentNode & typeof document =>
    document.definitions.some(
      (definition) =>
        definition.kind === Kind.OPERATION_DEFINITION &&
        definition.operation === OperationTypeNode.QUERY,
    ),
);

function withoutBreaking(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: ({ name, directives = [] }) =>
      // With a directive it is left out by default.
      breakingFields.has(name.value) && directives.length === 0 ? null : undefined,
  });
}

interface Watched {
  readonly broker: BrokerName;
  readonly release: CeleryName;
  readonly cluster: Cluster;
  readonly gateway: TestGateway;
}

async function watch(broker: BrokerName, release: CeleryName): Promise<Watched> {
  const cluster = await startCluster({
    broker,
    version: celeryVersion(release),
    workers: [{ hostname: 'w1', concurrency: 1 }],
    env: { MORE_CONF: '{"accept_content": ["json", "pickle"]}', C_FORCE_ROOT: '1' },
  });
  await pythonOutput(cluster.application, ['-c', sendUnserialisable]);
  const resultBackend = broker === 'redis' ? {} : { resultBackend: cluster.redis.url() };
  const gateway = await startTestGateway({ broker: cluster.broker, ...resultBackend });
  await eventually(async () => {
    const { data } = await gateway.query<{ taskStatus: unknown }>('{ taskStatus { active { total } } }');
    expect(data?.taskStatus).toEqual({ active: { total: 1 } });
  }, 20_000);
  return { broker, release, cluster, gateway };
}

/** Every query and a scrape, again and again. */
async function readAll({ broker, release, gateway }: Watched, end: number): Promise<number> {
  const isFragile = broker === 'redis' && release === 'debian';
  const documents = isFragile ? queries.map(withoutBreaking) : queries;
  const held = isFragile ? {} : { reserved: true, scheduled: true };
  const variables = { id: 'none', hostname: 'w1@test', useCache: false, ...held };
  let rounds = 0;
  while (performance.now() < end) {
    for (const document of documents) {
      const { errors } = await gateway.execute(document, variables);
      const codes = errors?.map(({ extensions }) => extensions?.['code']) ?? [];
      expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
      expect(codes).not.toContain('GRAPHQL_VALIDATION_FAILED');
    }
    const status = '/api/v1/celery/tasks/status?use_cache=false';
    for (const path of ['/metrics', status]) expect((await gateway.fetch(path)).status).toBe(200);
    rounds++;
    await delay(500);
  }
  return rounds;
}

const needs = celeryNames.map((name) => `celery:${name}` as const);

describeWith(
  ['redis', 'rabbitmq', ...needs],
  'workers on Redis and RabbitMQ with tasks that JSON cannot carry',
  () => {
    let watched: readonly Watched[] = [];
    beforeAll(async () => {
      const kinds = brokerNames.flatMap((broker) => celeryNames.map((name) => [broker, name] as const));
      watched = await Promise.all(kinds.map(([broker, release]) => watch(broker, release)));
    }, 120_000);
    afterAll(async () => {
      await Promise.all(watched.map(({ gateway }) => gateway[Symbol.asyncDispose]()));
      await Promise.all(watched.map(({ cluster }) => cluster[Symbol.asyncDispose]()));
    }, 60_000);

    it('answer Celery after a minute of every query and scrape', async () => {
      const end = performance.now() + watchedMs;
      const rounds = await Promise.all(watched.map((one) => readAll(one, end)));
      expect(Math.min(...rounds)).toBeGreaterThan(0);

      for (const { broker, release, cluster } of watched) {
        const pongs = await celeryInspect(cluster.application, 'ping', { timeout: 5 });
        expect(pongs, `Celery ${release} over ${broker}`).toEqual({ 'w1@test': { ok: 'pong' } });
      }
    }, 180_000);
  },
);
