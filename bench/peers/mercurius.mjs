/** mercurius on Fastify: compiled queries, and a cache of whole answers as its users write one, by the bytes of the request. */
import Fastify from 'fastify';
import { GraphQLScalarType } from 'graphql';
import mercurius from 'mercurius';
import { report, resolvers, serializeTime, typeDefs } from './page.mjs';

const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: serializeTime });
const app = Fastify();
const answers = new Map();
app.register(mercurius, {
  schema: typeDefs,
  resolvers: { ...resolvers, DateTime },
  jit: 1,
  routes: false,
});
app.post('/graphql', async (request, reply) => {
  const { query, variables } = request.body;
  const key = `${query} ${JSON.stringify(variables ?? null)}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = JSON.stringify(await app.graphql(query, null, variables));
    answers.set(key, answer);
  }
  return reply.type('application/json; charset=utf-8').send(answer);
});
await app.listen({ port: 0, host: '127.0.0.1' });
report(app.server.address().port);
