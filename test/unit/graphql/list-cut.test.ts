/** Lists of everything show what a reader can use, and say when that is not all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SizedWorld } from './sized-world.js';

let world: SizedWorld;
beforeAll(() => {
  world = new SizedWorld({ workers: 1_200, tasks: 1_300, names: 1_300, queues: 1_100 });
  for (const n of [7, 1_100]) world.workerEvent(`w${n}@host`, 'offline', { timestamp: 1_795_000_001 });
});
afterAll(() => world[Symbol.asyncDispose]());

interface Named {
  readonly hostname?: string;
  readonly name?: string;
  readonly status?: string;
}

async function list(field: string) {
  const { data, errors = [] } = await world.execute(`{ list: ${field} }`);
  const members = (data?.['list'] ?? null) as readonly Named[] | null;
  return { members, errors: errors.map(({ message, extensions }) => ({ message, extensions })) };
}

describe.each([
  ['workers', 'workers', '{ hostname }', 1_200],
  ['task types', 'taskTypes', '{ name }', 1_300],
  ['queues', 'queues', '{ name }', 1_100],
])('a list of %s', (what, field, fields, total) => {
  it('has a thousand, and an error beside it that says how many there are', async () => {
    const { members, errors } = await list(`${field}${fields}`);
    expect(members).toHaveLength(1_000);
    expect(errors).toEqual([
      {
        message: `There are ${total} ${what}, of which 1000 are shown: ask with \`first\` or a filter`,
        extensions: { code: 'LIST_CUT', total, shown: 1_000 },
      },
    ]);
  });

  it('has as many as the client asks for, without an error', async () => {
    expect(await list(`${field}(first: 3)${fields}`)).toMatchObject({
      members: { length: 3 },
      errors: [],
    });
    const all = await list(`${field}(first: 20000)${fields}`);
    expect([all.members?.length, all.errors]).toEqual([total, []]);
  });

  it.each([-1, 20_001])('refuses to show the first %d', async (first) => {
    const { members, errors } = await list(`${field}(first: ${first})${fields}`);
    expect([members, errors.map(({ message }) => message)]).toEqual([
      null,
      ['first must be from 0 to 20000'],
    ]);
  });
});

describe('workers that are not ONLINE', () => {
  it('are kept where the list is cut, in their places', async () => {
    const { members } = await list('workers(first: 4) { hostname status }');
    expect(members).toEqual([
      { hostname: 'w0@host', status: 'ONLINE' },
      { hostname: 'w1000@host', status: 'ONLINE' },
      { hostname: 'w1100@host', status: 'OFFLINE' },
      { hostname: 'w7@host', status: 'OFFLINE' },
    ]);
  });

  it('are the first of them by name where there are too many of them', async () => {
    const { members } = await list('workers(first: 1) { hostname }');
    expect(members).toEqual([{ hostname: 'w1100@host' }]);
  });
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
  const { loaders } = context;
  const taskTypes = loaders.taskTypes.bind(loaders);
  loaders.taskTypes = (...args) => {
    reads++;
    return taskTypes(...args);
  };
  const fields = Array.from(
    { length: 50 },
    (_, n) => `a${n}: taskTypes(windowSeconds: 60, filter: { search: "task1" }, first: ${n}) { name }`,
  );
  const { errors } = await world.execute(`{ ${fields.join(' ')} }`, context);
  expect([errors, reads]).toEqual([undefined, 1]);
});
