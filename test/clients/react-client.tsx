import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { useQuery, useSubscription } from 'urql';
import { TaskStatusDocument, WatchTaskEventsDocument } from '../../src/generated/operations.js';

/** @param url such as `http://127.0.0.1:4000/graphql` */
export function newClient(url: string): Client {
  const socketUrl = url.replace(/^http/, 'ws');
  const socket = createClient({ url: socketUrl, retryAttempts: Infinity, shouldRetry: () => true });
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', variables = {} }) => ({
      subscribe: ({ next, ...sink }) => ({
        unsubscribe: socket.subscribe(
          { query, variables },
          { ...sink, next: ({ data = null, errors }) => next({ data, ...(errors && { errors }) }) },
        ),
      }),
    }),
  });
  return new Client({ url, exchanges: [cacheExchange, fetchExchange, subscriptions] });
}

/** To be placed in urql's `<Provider value={newClient(url)}>`. */
export function Tasks() {
  const [{ data, error }] = useQuery({ query: TaskStatusDocument });
  const [latest] = useSubscription({ query: WatchTaskEventsDocument, variables: { filter: {} } });
  const event = latest.data?.taskEvents;
  return (
    <section>
      <strong>{error?.message ?? latest.error?.message}</strong>
      <ul>
        {data?.taskStatus?.counts.map(({ state, count }) => (
          <li key={state}>{`${state}: ${count}`}</li>
        ))}
      </ul>
      <p>{event ? `${event.task.name ?? '?'} ${event.state}` : 'no event yet'}</p>
    </section>
  );
}
