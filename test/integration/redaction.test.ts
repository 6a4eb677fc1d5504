/** Secrets in all that real tasks receive, report and store: no answer and no log line of the gateway has them. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonRepr } from '../../src/celery/python/python-repr.js';
import { readConfig } from '../../src/config/config.js';
import * as operations from '../../src/generated/operations.js';
import { createLogger } from '../../src/log.js';
import { redactorOf } from '../../src/config/rows/redaction.js';
import { pythonOutput, sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';
import { WebSocket } from '../support/web-socket.js';

const password = 'hunter3Zq';
const card = '4111 1111 1111 1111';
const brokerPassword = 'brokerHunter3';
const secrets = /hunter3|4111[ -]?1111|eyJhbGciOiJIUzI1NiJ9/i;
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

const args = [{ user: 'bob', password }, [{ api_key: password }, { card }], `card ${card}`, jwt];
const kwargs = {
  password,
  nested: { db: { db_password: password, url: `postgresql://bob:${password}@db/shop` } },
  headers: [{ Authorization: `Bearer ${password}` }],
  number: 4_111_111_111_111_111,
  note: `password=${password}; "token": "${password}"`,
  shown: 'seen by all',
};
const conf = {
  shop_password: password,
  shop_dsn: `postgresql://bob:${password}@db/shop`,
  shop_login: { user: 'bob', secret: password, hosts: [`redis://:${password}@h`] },
  beat_schedule: { pay: { task: 'demo.echo', schedule: 3600, kwargs: { card, password } } },
};
const outcomes = ['succeed', 'fail', 'retry', 'progress', 'hang'] as const;

/** A text for each operation of the schema, with what it needs. */
const documents = Object.entries(operations)
  .filter(([name]) => name.endsWith('Document'))
  .map(([, document]) => print(document as TypedDocumentNode))
  .filter((text) => /^query/m.test(text));

/** RabbitMQ shows what waits only where that is allowed. */
const peeking = ({ vhost }: Cluster) => ['--management-url', vhost.managementUrl, '--amqp-peek', 'true'];

// One file, one story: the tests below look at what the same tasks have left.
describeEachCluster('secrets', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;
  let ids: Record<(typeof outcomes)[number], string>;
  const answers: string[] = [];
  const log: string[] = [];
  const redactor = redactorOf(readConfig([], {}));

  beforeAll(async () => {
    cluster = await startCluster({
      ...on,
      redis: { password: brokerPassword },
      workers: ['w1'],
      env: { MORE_CONF: JSON.stringify(conf), RESULT_EXTENDED: '1' },
    });
    gateway = await watchCluster(cluster, {
      args: ['--queues', 'parked', ...(on.broker === 'rabbitmq' ? peeking(cluster) : [])],
      log: createLogger(
        'debug',
        (line) => void log.push(line),
        (entry) => redactor.value(entry),
      ),
    });
    subscribe(
      'subscription { taskEvents { type state task { args kwargs result exception traceback } } }',
    );
    await eventually(async () => {
      const { gateway: seen } = await ask<{ gateway: { subscriptions: { active: number } } }>(
        '{ gateway { subscriptions { active } } }',
      );
      expect(seen.subscriptions.active).toBe(1);
    });
    const calls = outcomes.map((outcome) => ({ name: 'demo.spill', args: [outcome, ...args], kwargs }));
    const parked = { ...calls[0], name: 'demo.spill', options: { queue: 'parked' } };
    const sent = await sendTasks(cluster.application, [...calls, parked]);
    ids = Object.fromEntries(outcomes.map((outcome, at) => [outcome, sent[at]])) as typeof ids;
    await eventually(async () => {
      expect(await stateOf('succeed')).toBe('SUCCESS');
      expect(await stateOf('fail')).toBe('FAILURE');
      expect(await stateOf('retry')).toBe('FAILURE');
      expect(await stateOf('progress')).toBe('PROGRESS');
      expect(await stateOf('hang')).toBe('STARTED');
    }, 30_000);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await Promise.all(cluster.workers.map((worker) => worker.kill())); // one task hangs
    await cluster[Symbol.asyncDispose]();
  });

  function subscribe(query: string): void {
    const url = gateway.url.replace('http', 'ws');
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
    client.subscribe(
      { query },
      {
        next: (item) => void answers.push(JSON.stringify(item)),
        error: () => undefined, // the gateway ends it
        complete: () => undefined,
      },
    );
  }

  /** Keeps the answer alone: the question has the secrets. */
  async function ask<Data>(query: string, variables: object = {}): Promise<Data> {
    const { data, errors } = await gateway.query<Data>(query, variables);
    answers.push(JSON.stringify({ data, errors }));
    return data as Data;
  }

  async function task(outcome: (typeof outcomes)[number]): Promise<Record<string, string | null>> {
    const query = `query ($id: ID!) { task(taskId: $id, useCache: false) {
      state args kwargs result exception traceback progress } }`;
    const data = await ask<{ task: Record<string, string | null> }>(query, { id: ids[outcome] });
    return data.task;
  }

  const stateOf = async (outcome: (typeof outcomes)[number]) => (await task(outcome))['state'];

  it('are masked in what tasks receive, return, raise and report', async () => {
    const succeeded = await task('succeed');
    expect(succeeded['args']).toContain("{'user': 'bob', 'password': '********'}");
    expect(succeeded['kwargs']).toContain("'password': '********'");
    expect(succeeded['result']).toContain("'********'");
    const failed = await task('fail');
    expect(failed['exception']).toMatch(/^PaymentError\(.*\*{8}/);
    expect(failed['traceback']).toMatch(/PaymentError: .*\*{8}/s);
    const progress = (await task('progress'))['progress'];
    expect(progress).toMatchObject({
      password: '********',
      nested: { db: { db_password: '********', url: 'postgresql://bob:********@db/shop' } },
      number: '********',
      shown: 'seen by all',
    });
  });

  it('are masked in what waits, in what runs, and in the configuration', async () => {
    const peeked = await eventually(async () => {
      const query = '{ queue(name: "parked", useCache: false) { peek(first: 5) { args kwargs } } }';
      const { queue } = await ask<{ queue: { peek: { args: string; kwargs: string }[] } }>(query);
      expect(queue.peek).toHaveLength(1);
      return queue.peek[0];
    }, 15_000);
    expect(peeked?.kwargs).toContain("'password': '********'");
    const {
      workers: { nodes: workers },
    } = await ask<{ workers: { nodes: { activeTasks: { kwargs: string }[]; conf: object }[] } }>(
      `{ workers(useCache: false) { nodes { conf activeTasks { args kwargs } reservedTasks { kwargs }
          scheduledTasks { request { kwargs } } stats { total } } } }`,
    );
    expect(workers[0]?.activeTasks[0]?.kwargs).toContain("'password': '********'");
    expect(workers[0]?.conf).toMatchObject({
      shop_dsn: 'postgresql://bob:********@db/shop',
      shop_login: { user: 'bob', secret: '********', hosts: ['redis://:********@h'] },
      beat_schedule: { pay: { task: 'demo.echo', kwargs: { card: '********', password: '********' } } },
    });
  });

  it('cannot be searched for', async () => {
    for (const search of [password, card, '4111']) {
      const { tasks } = await ask<{ tasks: { totalCount: number } }>(
        'query ($search: String) { tasks(filter: { search: $search }, useCache: false) { totalCount } }',
        { search },
      );
      expect(tasks.totalCount).toBe(0);
    }
    const { tasks } = await ask<{ tasks: { totalCount: number } }>(
      '{ tasks(filter: { search: "\\"seen by all\\"" }, useCache: false) { totalCount } }',
    );
    expect(tasks.totalCount).toBeGreaterThanOrEqual(outcomes.length);
  });

  it('are in no answer to any operation, in no event, in no REST route, in no line of the log', async () => {
    for (const taskId of Object.values(ids))
      for (const document of documents)
        await ask(document, { taskId, hostname: cluster.hostnames[0], useCache: false });
    const root = '/api/v1/celery';
    for (const route of [
      'tasks/status',
      'workers/status',
      'queues/status',
      'metrics/summary',
      'health',
      'nope',
    ])
      answers.push(await (await gateway.fetch(`${root}/${route}`)).text());
    const types = ['task-sent', 'task-received', 'task-failed', 'task-retried', 'task-succeeded'];
    for (const type of types)
      expect(answers.some((text) => text.includes(`"type":"${type}"`))).toBe(true);
    expect(documents.length).toBeGreaterThan(10);
    expect(log.length).toBeGreaterThan(0);
    expect([...answers, ...log].filter((text) => secrets.test(text))).toEqual([]);
  });

  it('leave texts that Python can still read, and finds the same in', async () => {
    const value = { ...kwargs, list: [args, null, true, 1.5, "it's"] };
    const script = `import ast, sys; print(ast.literal_eval(sys.argv[1]) == ast.literal_eval(sys.argv[2]))`;
    const texts = [redactor.text(pythonRepr(value, 10_000)), pythonRepr(redactor.value(value), 10_000)];
    expect((await pythonOutput(cluster.application, ['-c', script, ...texts])).trim()).toBe('True');
  });
});
