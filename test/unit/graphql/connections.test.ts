/** Connections of everything there is of a kind: pages by name, and bounds that are refused. */
import { assert, afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SizedWorld } from './sized-world.js';

let world: SizedWorld;
beforeAll(() => {
  world = new SizedWorld({ workers: 1_200, tasks: 1_300, names: 1_300, queues: 1_100 });
  for (const n of [7, 1_100]) world.workerEvent(`w${n}@host`, 'offline', { timestamp: 1_795_000_001 });
});
afterAll(() => world[Symbol.asyncDispose]());

interface Page {
  readonly totalCount: number;
  readonly pageInfo: Readonly<Record<string, unknown>>;
  readonly nodes: readonly Readonly<Record<string, string>>[];
}

async function page(field: string, fields: string) {
  const { data, errors = [] } = await world.execute(
    `{ page: ${field} { totalCount pageInfo { hasPreviousPage hasNextPage startCursor endCursor } nodes ${fields} } }`,
  );
  return {
    page: (data?.['page'] ?? null) as Page | null,
    errors: errors.map(({ message }) => message),
  };
}

describe.each([
  ['workers', '{ name: hostname }', 1_200],
  ['taskTypes', '{ name }', 1_300],
  ['queues', '{ name }', 1_100],
])('the connection %s', (field, fields, total) => {
  it('has a page of a thousand, and says that more follow and how many there are', async () => {
    const { page: usual, errors } = await page(field, fields);
    expect([usual?.nodes.length, usual?.totalCount, errors]).toEqual([1_000, total, []]);
    expect(usual?.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
  });

  it('has every member once, by name, on pages in either direction', async () => {
    const forward: string[] = [];
    for (let after = ''; ;) {
      const { page: next } = await page(`${field}(first: 300${after})`, fields);
      forward.push(...(next?.nodes ?? []).map(({ name = '' }) => name));
      if (next?.pageInfo['hasNextPage'] !== true) break;
      after = `, after: "${String(next.pageInfo['endCursor'])}"`;
    }
    const backward: string[] = [];
    for (let before = ''; ;) {
      const { page: next } = await page(`${field}(last: 300${before})`, fields);
      backward.unshift(...(next?.nodes ?? []).map(({ name = '' }) => name));
      if (next?.pageInfo['hasPreviousPage'] !== true) break;
      before = `, before: "${String(next.pageInfo['startCursor'])}"`;
    }
    expect([forward.length, new Set(forward).size]).toEqual([total, total]);
    expect(forward).toEqual(forward.toSorted());
    expect(backward).toEqual(forward);
  });

  it('has an empty page that ends a loop if a client asks for no member', async () => {
    const { page: empty } = await page(`${field}(first: 0)`, fields);
    expect(empty).toEqual({
      totalCount: total,
      pageInfo: { hasPreviousPage: false, hasNextPage: false, startCursor: null, endCursor: null },
      nodes: [],
    });
  });

  it.each(['first', 'last'])('refuses a %s out of its bounds, by name', async (argument) => {
    for (const size of [-1, 20_001])
      expect(await page(`${field}(${argument}: ${size})`, fields)).toEqual({
        page: null,
        errors: [`${argument} must be from 0 to 20000`],
      });
    const { page: whole } = await page(`${field}(${argument}: 20000)`, fields);
    expect(whole?.nodes).toHaveLength(total);
  });

  it('refuses a first beside a last, and a cursor that is none of its own', async () => {
    const { page: own } = await page('workers(first: 1)', '{ hostname }');
    const { page: other } = await page('queues(first: 1)', '{ name }');
    const foreign = (field === 'queues' ? own : other)?.pageInfo['endCursor'];
    const complaints = async (args: string) => (await page(`${field}(${args})`, fields)).errors;
    expect(await complaints('first: 1, last: 1')).toEqual(['give first or last, not both']);
    for (const cursor of ['', 'x', 'W10', '{}', String(foreign)])
      expect(await complaints(`before: "${cursor}"`)).toEqual([
        'before is not a cursor of this connection',
      ]);
  });
});

it('a cursor keeps its place while members come and go', async () => {
  await using growing = new SizedWorld({ workers: 0 });
  const online = (hostname: string) => growing.workerEvent(hostname, 'online');
  for (const name of ['b', 'd', 'f']) online(name);
  const names = async (args: string) => {
    const { data } = await growing.execute(
      `{ workers(useCache: false, ${args}) { pageInfo { endCursor } nodes { hostname } } }`,
    );
    const { pageInfo, nodes } = data?.['workers'] as {
      pageInfo: { endCursor: string };
      nodes: { hostname: string }[];
    };
    return { cursor: pageInfo.endCursor, names: nodes.map(({ hostname }) => hostname) };
  };
  const { cursor } = await names('first: 2');
  for (const name of ['a', 'c', 'e']) online(name);
  expect((await names(`after: "${cursor}"`)).names).toEqual(['e', 'f']);
  expect((await names(`before: "${cursor}"`)).names).toEqual(['a', 'b', 'c']);
  expect((await names(`last: 1, before: "${cursor}"`)).names).toEqual(['c']);
});

it('workerCount counts those that pass the filter, shown or not', async () => {
  const { data } = await world.execute(
    '{ all: workerCount online: workerCount(filter: { statuses: [ONLINE] }) found: workerCount(filter: { search: "W11" }) }',
  );
  expect(data).toEqual({ all: 1_200, online: 1_198, found: 111 });
});

it('lists are worked out once, however many fields ask for them', async () => {
  const context = world.context();
  let reads = 0;
  context.views.pick(null);
  const [reader] = context.views.readers;
  assert(reader !== undefined);
  const read = reader.read.bind(reader);
  reader.read = (...args) => {
    reads++;
    return read(...args);
  };
  const fields = Array.from(
    { length: 50 },
    (_, n) =>
      `a${n}: taskTypes(windowSeconds: 60, filter: { search: "task1" }, first: ${n}) { nodes { name } }`,
  );
  const { errors } = await world.execute(`{ ${fields.join(' ')} }`, context);
  expect([errors, reads]).toEqual([undefined, 1]);
});
