/** Apollo Server with its response cache. */
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { startStandaloneServer } from '@apollo/server/standalone';
import responseCache from '@apollo/server-plugin-response-cache';
import { GraphQLScalarType } from 'graphql';
import { report, resolvers, serializeTime, ttl, typeDefs } from './page.mjs';

const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: serializeTime });
const server = new ApolloServer({
  typeDefs,
  resolvers: { ...resolvers, DateTime },
  plugins: [
    ApolloServerPluginCacheControl({ defaultMaxAge: ttl / 1_000, calculateHttpHeaders: false }),
    (responseCache.default ?? responseCache)(),
  ],
});
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
report(Number(new URL(url).port));
