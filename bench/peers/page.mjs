/** The schema of the page and its data, which the benchmark sends when the server starts. */
import { once } from 'node:events';

/** Milliseconds for which the caches keep an answer: longer than any measurement. */
export const ttl = 3_600_000;

export const typeDefs = `
  scalar DateTime
  enum TaskState { PENDING RECEIVED STARTED SUCCESS FAILURE RETRY REVOKED REJECTED }
  type Task {
    taskId: ID!
    name: String
    state: TaskState!
    receivedAt: DateTime
    startedAt: DateTime
    finishedAt: DateTime
    runtimeSeconds: Float
  }
  type TaskConnection { nodes: [Task!]! }
  type Query { tasks(first: Int): TaskConnection }
`;

const [{ nodes }] = await once(process, 'message');

const times = ['receivedAt', 'startedAt', 'finishedAt'];
const stored = nodes.map((node) => ({
  ...node,
  ...Object.fromEntries(times.map((name) => [name, node[name] === null ? null : new Date(node[name])])),
}));

export const resolvers = {
  Query: { tasks: (_source, { first }) => ({ nodes: stored.slice(0, first) }) },
};

/** A time as ISO text. */
export const serializeTime = (value) => (value instanceof Date ? value.toISOString() : value);

export function report(port) {
  process.send({ port });
  process.on('disconnect', () => process.exit());
}
