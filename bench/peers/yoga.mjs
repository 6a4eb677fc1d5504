/** GraphQL Yoga with its response cache. */
import { createServer } from 'node:http';
import { useResponseCache } from '@graphql-yoga/plugin-response-cache';
import { GraphQLScalarType } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { report, resolvers, serializeTime, ttl, typeDefs } from './page.mjs';

const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: serializeTime });
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: { ...resolvers, DateTime } }),
  logging: false,
  plugins: [useResponseCache({ session: () => null, ttl })],
});
const server = createServer(yoga).listen(0, '127.0.0.1', () => report(server.address().port));
