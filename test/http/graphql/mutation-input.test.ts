/** Mutations take everything in `input`, or in the deprecated arguments that were there before it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schema } from '../../../src/graphql/schema.js';
import { roleTokens } from '../role-tokens.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ access: roleTokens });
});
afterEach(() => server[Symbol.asyncDispose]());

const run = (mutation: string, role = 'admin') =>
  server.query(`mutation { ${mutation} }`, { headers: { authorization: `Bearer ${role}` } });
const lastArguments = (): unknown => JSON.parse(server.services.audit.records()[0]?.arguments ?? 'null');

const replies = '{ replies { hostname ok message } errors { code } }';

describe('the schema', () => {
  it('has an input for each mutation; all other arguments but the cluster are deprecated', () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const current = mutations.map(({ name, args }) => [
      name,
      args.filter(({ deprecationReason }) => !deprecationReason).map((arg) => arg.name),
    ]);
    expect(current).toEqual(mutations.map(({ name }) => [name, ['cluster', 'input']]));
  });
});

describe('a mutation', () => {
  it.each([
    ['setRateLimit', 'taskName: "reports.daily.build", rateLimit: "10/m"', replies],
    ['growPool', 'hostnames: ["worker1@embedded"]', replies],
    ['purgeQueue', 'name: "none", expectedMessages: 0', '{ name purged }'],
    ['invalidateCache', 'name: TASK_STATUS', '{ caches everywhere }'],
  ])('%s answers and is recorded the same through both ways', async (name, args, selection) => {
    const former = await run(`${name}(${args}) ${selection}`);
    const recorded = lastArguments();
    const current = await run(`${name}(input: { ${args} }) ${selection}`);
    expect(current.data).toEqual(former.data);
    expect(current.errors).toEqual(former.errors);
    expect(lastArguments()).toEqual(recorded);
  });

  it.each(['growPool', 'shrinkPool'])('%s takes the former n as its count', async (name) => {
    const hostnames = 'hostnames: ["worker1@embedded"]';
    await run(`${name}(n: 2, ${hostnames}) ${replies}`);
    expect(lastArguments()).toEqual({ count: 2, hostnames: ['worker1@embedded'] });
    const { data, errors } = await run(`${name}(n: 101) ${replies}`);
    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([{ message: 'count must be from 1 to 100' }]);
  });

  it('growPool grows the pool by the former n', async () => {
    const size = async () => {
      const { data } = await server.query<{ worker: { stats: { concurrency: number } } }>(
        '{ worker(hostname: "worker1@embedded", useCache: false) { stats { concurrency } } }',
        { headers: { authorization: 'Bearer admin' } },
      );
      return data?.worker.stats.concurrency;
    };
    const before = (await size()) ?? NaN;
    await run(`growPool(n: 3, hostnames: ["worker1@embedded"]) ${replies}`);
    expect(await size()).toBe(before + 3);
  });

  it.each(['exchangeType: "topic"', 'input: { queue: "extra", exchangeType: TOPIC }'])(
    'addConsumer takes the type of an exchange: %s',
    async (args) => {
      const queue = args.startsWith('input') ? '' : 'queue: "extra", ';
      const { data, errors } = await run(`addConsumer(${queue}${args}) { errors { code } }`);
      expect([data, errors]).toEqual([{ addConsumer: { errors: [] } }, undefined]);
      expect(lastArguments()).toEqual({ queue: 'extra', exchangeType: 'topic' });
    },
  );

  it('addConsumer refuses a type that workers cannot declare', async () => {
    const { errors } = await run('addConsumer(queue: "extra", exchangeType: "x-random") { silent }');
    expect(errors).toMatchObject([
      {
        message: 'exchangeType must be direct, topic or fanout',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('that gets input and other arguments is refused, and names them', async () => {
    const { data, errors } = await run(
      'setRateLimit(input: { taskName: "a", rateLimit: "1/s" }, taskName: "b", hostnames: ["h"]) { silent }',
    );
    expect(data).toEqual({ setRateLimit: null });
    expect(errors).toMatchObject([
      {
        message: 'give input or taskName, hostnames, not both',
        path: ['setRateLimit'],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect(server.services.audit.records()[0]).toMatchObject({
      action: 'setRateLimit',
      outcome: 'FAILED',
      code: 'BAD_USER_INPUT',
    });
  });

  it('takes null for an argument that is not given', async () => {
    const { errors } = await run(
      'pingWorkers(input: { hostnames: ["worker1@embedded"] }, hostnames: null) { silent }',
    );
    expect(errors).toBeUndefined();
    expect(lastArguments()).toEqual({ hostnames: ['worker1@embedded'] });
  });

  it('without a required argument is refused in the words of GraphQL', async () => {
    const words =
      'Field "sendTask" argument "name" of type "String!" is required, but it was not provided.';
    for (const args of ['', '(name: null)', '(kwargs: {})', '(input: null)']) {
      const { data, errors } = await run(`invalidateCache { caches } sendTask${args} { taskId }`);
      expect(errors).toMatchObject([
        { message: words, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
      ]);
      expect(data).toBeUndefined();
    }
    expect(server.services.audit.records()).toEqual([]);
  });

  it('whose required argument is a variable that is null fails alone', async () => {
    const { data, errors } = await server.query(
      'mutation ($name: String) { sendTask(name: $name) { taskId } invalidateCache { __typename } }',
      { headers: { authorization: 'Bearer admin' } },
    );
    expect(data).toEqual({
      sendTask: null,
      invalidateCache: { __typename: 'InvalidateCachePayload' },
    });
    expect(errors).toMatchObject([
      {
        message:
          'Field "sendTask" argument "name" of type "String!" is required, but it was not provided.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('is refused for its arguments in a subgraph, too', async () => {
    await using subgraph = await startTestServer({ args: ['--federation', 'true'] });
    const { errors } = await subgraph.query('mutation { rerunTask { taskId } }');
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  it('has no types in its errors where the schema is hidden', async () => {
    await using hidden = await startTestServer({ args: ['--introspection', 'false'] });
    const missing = await hidden.query('mutation { rerunTask { taskId } }');
    const unset = await hidden.query('mutation ($id: ID) { rerunTask(id: $id) { taskId } }');
    expect([missing.errors?.[0]?.message, unset.errors?.[0]?.message]).toEqual([
      'The document does not match the schema at this position',
      'An argument is missing, or has a value that is not of its type',
    ]);
  });

  it('names the deprecated argument that is missing as it is called there', async () => {
    const { errors } = await run('rerunTask(queue: "default") { taskId }');
    expect(errors).toMatchObject([
      {
        message: 'Field "rerunTask" argument "id" of type "ID!" is required, but it was not provided.',
      },
    ]);
  });

  it('is refused for its role before its arguments are looked at', async () => {
    const { errors } = await run(
      'setRateLimit(input: { taskName: "a", rateLimit: "1/s" }, taskName: "b") { silent }',
      'viewer',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('has its secrets masked in the record, whichever way they came', async () => {
    const task = 'name: "reports.daily.build", kwargs: { password: "hunter2" }';
    for (const args of [task, `input: { ${task} }`]) {
      await run(`sendTask(${args}) { taskId }`);
      expect(lastArguments()).toMatchObject({ kwargs: { password: '********' } });
    }
  });

  it('takes the cluster beside its input', async () => {
    const { errors } = await run('pingWorkers(cluster: "none", input: {}) { silent }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNKNOWN_CLUSTER' } }]);
  });

  it('costs the same through both ways', async () => {
    await using costly = await startTestServer({ args: ['--max-cost', '1'] });
    const search = 'filter: { search: "a b c" }, dryRun: true';
    const costOf = async (args: string): Promise<number> => {
      const { errors } = await costly.query(`mutation { revokeTasks(${args}) { totalCount } }`);
      const refusal = /^The operation costs (\d+); no more than 1 is allowed/;
      return Number(refusal.exec(errors?.[0]?.message ?? '')?.[1]);
    };
    // A search costs the more, the more tasks there are, and the cluster goes on running tasks.
    const [before, input, after] = [
      await costOf(search),
      await costOf(`input: { ${search} }`),
      await costOf(search),
    ];
    expect(before).toBeGreaterThan(1);
    expect(input).toBeGreaterThanOrEqual(before);
    expect(input).toBeLessThanOrEqual(after);
  });
});
