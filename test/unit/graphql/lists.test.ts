/** What hangs below long lists is executed in slices, and no more of it than is allowed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SizedWorld } from './sized-world.js';

let world: SizedWorld;
beforeAll(() => {
  world = new SizedWorld({ workers: 20, tasks: 1_000, names: 10 });
});
afterAll(() => world[Symbol.asyncDispose]());

/** Turns of the event loop until it is settled. */
async function turnsOf(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  const ended = new AbortController();
  const end = (): void => ended.abort();
  work.then(end, end);
  while (!ended.signal.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  return turns;
}

const fields = Array.from({ length: 20 }, (_, n) => `a${n}: taskId`).join(' ');

describe('a page of 1,000 tasks with 20 fields', () => {
  it('takes a turn of the event loop for each 4,000 fields at most', async () => {
    const work = world.execute(`{ tasks(first: 1000) { nodes { ${fields} } } }`);
    expect(await turnsOf(work)).toBeGreaterThanOrEqual(5);
    const { data, errors } = await work;
    expect(errors).toBeUndefined();
    expect(data).toHaveProperty('tasks.nodes.length', 1_000);
    expect(data).toHaveProperty('tasks.nodes.999.a19', 't0');
  });

  it('takes as many by way of a fragment, and of edges', async () => {
    const work = world.execute(
      `{ tasks(first: 1000) { edges { node { ...F } } } } fragment F on Task { ${fields} }`,
    );
    expect(await turnsOf(work)).toBeGreaterThanOrEqual(5);
  });
});

it('many short lists share the turns of one long one', async () => {
  const lists = Array.from({ length: 100 }, (_, n) => `l${n}: tasks(first: 20) { nodes { ${fields} } }`);
  expect(await turnsOf(world.execute(`{ ${lists.join(' ')} }`))).toBeGreaterThanOrEqual(10);
});

describe('fields below lists', () => {
  const query = `{ tasks(first: 10) { nodes { ${fields} } } workers { nodes { hostname } } }`;

  it('are executed as far as they are allowed', async () => {
    const { errors } = await world.execute(query, world.context(220));
    expect(errors).toBeUndefined();
  });

  it('are refused beyond, in the list that holds too many', async () => {
    const { data, errors } = await world.execute(query, world.context(100));
    expect(data).toEqual({ tasks: null, workers: { nodes: expect.any(Array) as unknown } });
    expect(errors).toMatchObject([
      {
        path: ['tasks', 'nodes'],
        message: 'The lists of this operation contain more fields than 100, the maximum',
        extensions: { code: 'LIMIT_EXCEEDED' },
      },
    ]);
  });
});
