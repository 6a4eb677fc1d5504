/** A subgraph of Apollo Federation beside ours, which shares tasks and workers, and the supergraph of both. */
import { composeServices } from '@theguild/federation-composition';
import type { CompositionResult } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';

/** Orders of a shop: each knows its task, and the workers that it may run on. */
const orders = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { orders: [Order!]! }
  type Order { number: Int! task: Task! worker: Worker! }
  type Task @key(fields: "taskId cluster") { taskId: ID! cluster: ID! orderNumber: Int! }
  type Worker @key(fields: "hostname cluster") { hostname: ID! cluster: ID! rack: String! }
`);
export const worker = { __typename: 'Worker', hostname: 'worker1@embedded', cluster: 'default' };
export const ordersYoga = createYoga({
  logging: false,
  schema: createSchema({
    typeDefs: `
      scalar _Any
      union _Entity = Task | Worker
      type Query { orders: [Order!]! _entities(representations: [_Any!]!): [_Entity]! }
      type Order { number: Int! task: Task! worker: Worker! }
      type Task { taskId: ID! cluster: ID! orderNumber: Int! }
      type Worker { hostname: ID! cluster: ID! rack: String! }
    `,
    resolvers: {
      Query: {
        orders: () =>
          [1, 2, 3].map((number) => ({
            number,
            task: { taskId: `order-${number}`, cluster: 'default' },
            worker,
          })),
        _entities: (_root, { representations }: { representations: object[] }) => representations,
      },
      _Entity: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      Task: { orderNumber: ({ taskId }: { taskId: string }) => Number(taskId.slice(-1)) },
      Worker: { rack: () => 'B7' },
    },
  }),
});

/** @param sdl of our subgraph */
export function composeSupergraph(
  sdl: string,
  urls = { celery: 'http://celery.test/graphql', orders: 'http://orders.test/graphql' },
): CompositionResult {
  return composeServices([
    { name: 'celery', typeDefs: parse(sdl), url: urls.celery },
    { name: 'orders', typeDefs: orders, url: urls.orders },
  ]);
}
