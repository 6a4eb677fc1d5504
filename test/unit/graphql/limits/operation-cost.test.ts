/** What an operation costs, by the numbers that it asks for and by what there is. */
import { getIntrospectionQuery, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../../src/config/config.js';
import { queries } from '../../../support/schema-walk.js';
import { encodeGlobalId } from '../../../../src/graphql/nodes/global-id.js';
import { SizedWorld } from '../sized-world.js';

let world: SizedWorld;
beforeAll(() => {
  world = new SizedWorld({ workers: 20, tasks: 1_000, names: 50, queues: 3 });
});
afterAll(() => world[Symbol.asyncDispose]());

it.each([
  ['a field', '{ gateway { version } }', 2],
  ['the same field by two names', '{ a: gateway { version } b: gateway { version } }', 4],
  ['a page', '{ tasks(first: 3) { nodes { taskId name } } }', 8],
  ['a page from the end', '{ tasks(last: 3) { nodes { taskId name } } }', 8],
  ['a page of the default size', '{ tasks { nodes { taskId } } }', 52],
  ['a page larger than pages get, which is refused', '{ tasks(first: 1001) { nodes { taskId } } }', 1],
  ['an empty page', '{ tasks(first: 0) { nodes { taskId } } }', 2],
  [
    'what a page has once',
    '{ tasks(first: 3) { totalCount pageInfo { endCursor } edges { cursor } } }',
    8,
  ],
  ['lists in a list', '{ tasks(first: 3) { nodes { children(first: 2) { nodes { taskId } } } } }', 14],
  ['what waits in a queue', '{ queue(name: "q") { peek(first: 5) { taskId } } }', 7],
  ['a fragment', '{ ...F } fragment F on Query { gateway { version } }', 2],
  [
    'no field that is left out',
    '{ gateway { version @skip(if: true) uptimeSeconds @include(if: false) } }',
    1,
  ],
])('counts %s', (_name, text, expected) => {
  expect(world.cost(text)).toBe(expected);
});

it('counts each object that is found by its id, and the figures among which a task type is found', () => {
  const cost = (type: 'Task' | 'TaskType', length: number) => {
    const ids = Array.from({ length }, (_, n) =>
      encodeGlobalId({ type, cluster: 'default', key: [`${n}`] }),
    );
    return world.cost('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  };
  expect([cost('Task', 7), cost('TaskType', 7), cost('Task', 5_000)]).toEqual([8, 8 + 2 * 50, 101]);
});

it('counts by the values of variables and by their defaults', () => {
  const query = 'query ($n: Int = 7) { tasks(first: $n) { nodes { taskId } } }';
  expect([world.cost(query, { n: 100 }), world.cost(query)]).toEqual([102, 9]);
});

it('counts one document anew each time, though most of its fields cost the same', () => {
  const document = parse(
    'query ($n: Int!, $all: Boolean!) { tasks(first: $n) { nodes { ...F name @include(if: $all) } } } fragment F on Task { taskId }',
  );
  const costs = [
    { n: 1, all: true },
    { n: 1, all: false },
    { n: 10, all: true },
  ].map((variables) => world.cost(document, variables));
  expect(costs).toEqual([4, 3, 22]);
});

it('counts the operation that is asked for and no other', () => {
  const both = 'query A { gateway { version } } query B { me { name } }';
  expect(['A', 'B', 'C'].map((name) => world.cost(both, {}, name))).toEqual([2, 2, 0]);
});

it('leaves a variable of the wrong type to the execution, which says what is wrong with it', () => {
  expect(world.cost('query ($n: Int!) { tasks(first: $n) { totalCount } }', { n: 'many' })).toBe(0);
});

it('counts nothing as free because of an argument that is wrong', () => {
  const query =
    'query ($state: TaskState = "SUCCESS") { tasks(filter: { states: [$state] }) { totalCount } }';
  expect(() => world.cost(query, { state: null })).toThrow(
    'Argument "filter" has invalid value {states: [$state]}.',
  );
});

it('counts one of a field that will be answered with an error', () => {
  const search = `"${'x '.repeat(2_000)}"`;
  expect(world.cost(`{ tasks(first: 50, filter: { search: ${search} }) { nodes { taskId } } }`)).toBe(1);
  expect(world.cost('{ workers(first: -1) { nodes { hostname } } }')).toBe(1);
});

it('counts what introspection brings', () => {
  expect(world.cost(getIntrospectionQuery())).toBeGreaterThan(100_000);
  expect(world.cost('{ a: __type(name: "Task") { name } b: __type(name: "Task") { name } }')).toBe(
    4_002,
  );
});

it('counts a tower of fragments that doubles without walking it', () => {
  const levels = Array.from(
    { length: 40 },
    (_, n) => `fragment F${n} on Task { a: root { ...F${n + 1} } b: parent { ...F${n + 1} } }`,
  );
  const tower = `{ task(taskId: "x") { ...F0 } } ${levels.join(' ')} fragment F40 on Task { taskId }`;
  expect(world.cost(tower)).toBeGreaterThan(2 ** 40);
});

describe('a list', () => {
  it.each([
    // The connection, what is looked at for it, its list, and its members.
    ['workers', '{ workers { nodes { hostname status } } }', 1 + 2 + 1 + 20 * 2],
    [
      'the first of the workers',
      '{ workers(first: 5) { nodes { hostname status } } }',
      1 + 2 + 1 + 5 * 2,
    ],
    [
      'named workers',
      '{ workers(filter: { hostnames: ["a", "b", "b"] }) { nodes { pid } } }',
      1 + 2 + 1 + 2,
    ],
    ['queues', '{ queues { nodes { name messages } } }', 1 + 1 + 1 + 3 * 2],
    ['workers of queues', '{ queues { nodes { workers { pid } } } }', 1 + 1 + 1 + 3 * (1 + 14)],
    ['task types', '{ taskTypes { nodes { name total } } }', 1 + 100 + 1 + 50 * 2],
    [
      'task types over a window',
      '{ taskTypes(windowSeconds: 60) { nodes { name } } }',
      1 + 250 + 1 + 50,
    ],
    ['named task types', '{ taskTypes(filter: { names: ["a"] }) { nodes { name } } }', 1 + 100 + 1 + 1],
    ['clusters', '{ clusters { name } }', 2],
    [
      'what a worker holds, by the average',
      '{ worker(hostname: "w") { activeTasks { taskId } } }',
      2 + 50,
    ],
    ['figures of all', '{ metricsSummary { finished poolSlots } }', 1 + 1_000 + 2 + 3 + 1 + 3],
    ['audit', '{ audit(first: 7) { nodes { action } } }', 1 + 100 + 1 + 7],
  ])('counts what it holds now: %s', (_name, text, expected) => {
    expect(world.cost(text)).toBe(expected);
  });

  it('grows with its cluster', async () => {
    await using grown = new SizedWorld({ workers: 4_000 });
    expect(grown.cost('{ workers { nodes { hostname } } }')).toBe(1 + 400 + 1 + 1_000);
    expect(grown.cost('{ workers(first: 20000) { nodes { hostname } } }')).toBe(1 + 400 + 1 + 4_000);
  });
});

describe('a search', () => {
  const cost = (filter: string) =>
    world.cost(`{ tasks(first: 1, filter: { ${filter} }) { totalCount } }`);

  it('counts the tasks that it looks at, for each of its terms', () => {
    expect(cost('search: "bill"')).toBe(2 + 200);
    expect(cost('search: "bill -paid OR name:x"')).toBe(2 + 800);
  });

  it('counts those that an index leaves over', () => {
    expect(cost('names: ["app.task1"], search: "bill"')).toBe(2 + 4);
    expect(cost('taskIds: ["t1", "t2"], search: "bill"')).toBe(2 + 1);
  });

  it('counts nothing where an index knows the answer', () => {
    expect(cost('states: ["RECEIVED"]')).toBe(2);
    expect(cost('received: { after: "-1h" }')).toBe(2);
  });

  it('counts the other conditions that no index knows', () => {
    expect(cost('orphaned: false')).toBe(2 + 200);
  });

  it('counts in a mutation too', () => {
    const revoke = 'mutation { revokeTasks(filter: { search: "x" }) { dryRun } }';
    expect(world.cost(revoke)).toBe(2 + 200);
  });
});

describe('of several clusters', () => {
  let several: SizedWorld;
  beforeAll(() => {
    several = new SizedWorld(
      { name: 'small', workers: 2 },
      { name: 'large', workers: 300 },
      { name: 'hidden', workers: 5_000, users: ['ada'] },
    );
  });
  afterAll(() => several[Symbol.asyncDispose]());

  it('a field counts by the cluster that it names, or by the first', () => {
    const hosts = (args: string) => several.cost(`{ workers${args} { nodes { hostname } } }`);
    expect([hosts(''), hosts('(cluster: "small")'), hosts('(cluster: "large")')]).toEqual([5, 5, 332]);
  });

  it('a fragment counts by the cluster that it is used for', () => {
    const text =
      '{ a: queue(name: "q", cluster: "small") { ...F } b: queue(name: "q", cluster: "large") { ...F } } ' +
      'fragment F on Queue { workers { hostname } }';
    expect(several.cost(text)).toBe(2 + 2 + 2 + 300);
  });

  it('a list of clusters counts all that the viewer may see', () => {
    expect(several.cost('{ clusters { workers { nodes { hostname } } } }')).toBe(
      1 + (1 + 1 + 1 + 2) + (1 + 30 + 1 + 300),
    );
  });

  it('each object counts by the cluster of its id', () => {
    const ids = ['small', 'large', 'large', 'hidden', 'none'].map((cluster) =>
      encodeGlobalId({ type: 'Cluster', cluster, key: [] }),
    );
    const text =
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Cluster { workers { nodes { hostname } } } } }';
    expect(several.cost(text, { ids: [...ids, 'malformed'] })).toBe(
      1 + (1 + 1 + 1 + 2) + 2 * (1 + 30 + 1 + 300),
    );
  });

  it('a cluster that is hidden counts as one that there is not', () => {
    const hosts = (name: string) =>
      several.cost(`{ workers(cluster: "${name}") { nodes { hostname } } }`);
    expect([hosts('hidden'), hosts('none')]).toEqual([1, 1]);
  });
});

describe('what a reader may fairly ask for costs less than the default limit', () => {
  const { maxCost } = readConfig([], {});
  const everything = queries({
    required: { id: '"x"', ids: '["x"]', taskId: '"x"', hostname: '"x"', name: '"x"' },
  });

  it.each(everything.map(({ name, document }) => [name, document] as const))(
    'everything that %s leads to, of 20 workers with 200 tasks',
    (_name, document) => {
      expect(small.cost(document)).toBeLessThan(maxCost);
    },
  );

  let small: SizedWorld;
  beforeAll(() => {
    small = new SizedWorld({ workers: 20, tasks: 200, names: 30, queues: 5 });
  });
  afterAll(() => small[Symbol.asyncDispose]());
});
