import { createClient } from 'graphql-ws';
import {
  cacheExchange,
  Client,
  fetchExchange,
  Provider,
  subscriptionExchange,
  useQuery,
  useSubscription,
} from 'urql';
import { TaskStatusDocument, WatchTaskEventsDocument } from '../../src/generated/operations.js';

/** @param url such as `http://127.0.0.1:4000/graphql` */
export function newClient(url: string): Client {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    retryAttempts: Infinity,
    shouldRetry: () => true,
  });
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

function Counts() {
  const [{ data, error }] = useQuery({ query: TaskStatusDocument });
  return (
    <ul>
      {error?.graphQLErrors.map(({ message }) => (
        <li key={message}>{message}</li>
      ))}
      {data?.taskStatus?.counts.map(({ state, count }) => (
        <li key={state}>{`${state}: ${count}`}</li>
      ))}
    </ul>
  );
}

function LastEvent() {
  const [{ data }] = useSubscription({ query: WatchTaskEventsDocument, variables: { filter: {} } });
  return <p>{data ? `${data.taskEvents.task.name ?? '?'} ${data.taskEvents.state}` : 'no event yet'}</p>;
}

export function Dashboard({ client }: { client: Client }) {
  return (
    <Provider value={client}>
      <Counts />
      <LastEvent />
    </Provider>
  );
}
