/** Relay: its compiler accepts the schema, `@refetchable` walks through a connection, and nothing is normalised twice. */
import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getSingularSelector,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import type { ConcreteRequest, GraphQLResponse, ReaderFragment, Variables } from 'relay-runtime';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { sendAndRerunVariables } from './documents.js';
import { startClientGateway } from './gateway.js';
import type { ClientGateway, Page } from './gateway.js';
import { GeneratedFolder } from './generated.js';

let server: ClientGateway;
let environment: Environment;
let generated: GeneratedFolder;
const complaints: unknown[] = [];
beforeAll(async () => {
  generated = new GeneratedFolder();
  generated.generate('relay-compiler/cli.js', {
    src: 'test/clients/relay',
    schema: 'schema/schema.graphql',
    language: 'javascript',
    artifactDirectory: generated.path,
    eagerEsModules: true,
  });
  server = await startClientGateway();
  const send = async (
    query: string | null | undefined,
    variables: Variables,
  ): Promise<GraphQLResponse> => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphQLResponse;
  };
  environment = new Environment({
    network: Network.create(({ text }, variables) => send(text, variables)),
    store: new Store(new RecordSource()),
  });
});
afterAll(async () => {
  generated[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  complaints.length = 0;
  for (const level of ['warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((...all) => void complaints.push(all));
});
afterEach(() => vi.restoreAllMocks());

/** What the compiler has written for an operation or a fragment. */
async function artifact<Kind>(name: string): Promise<Kind> {
  return (await generated.import(`${name}.graphql.js`))['default'] as Kind;
}

it('walks through the whole list with @refetchable, and normalises without a warning', async () => {
  const list = await artifact<ConcreteRequest>('tasksListQuery');
  const next = await artifact<ConcreteRequest>('tasksPageQuery');
  const fragment = await artifact<ReaderFragment>('tasks_page');
  const operation = createOperationDescriptor(list, { first: 5 });
  environment.retain(operation);
  const read = (): Page => {
    const { data } = environment.lookup(operation.fragment);
    const selector = getSingularSelector(fragment, data);
    return (environment.lookup(selector).data as unknown as { tasks: Page }).tasks;
  };

  await fetchQuery(environment, list, { first: 5 }).toPromise();
  const { totalCount } = read();
  while (read().pageInfo.hasNextPage) {
    const after = read().pageInfo.endCursor;
    await fetchQuery(environment, next, { first: 5, after }).toPromise();
  }
  const taskIds = read().edges.map(({ node }) => node.taskId);
  expect([new Set(taskIds).size, taskIds.length]).toEqual([totalCount, totalCount]);
  expect(complaints).toEqual([]);
});

it('has one record for each worker, whichever way it came', async () => {
  const query = await artifact<ConcreteRequest>('tasksIdentifiedQuery');
  const operation = createOperationDescriptor(query, {});
  environment.retain(operation);
  await fetchQuery(environment, query, {}).toPromise();
  const { workers } = environment.lookup(operation.fragment).data as unknown as {
    workers: { nodes: readonly { id: string; hostname: string }[] };
  };
  const [worker] = workers.nodes;
  expect(
    environment
      .getStore()
      .getSource()
      .get(worker?.id ?? ''),
  ).toMatchObject({
    __typename: 'Worker',
    hostname: worker?.hostname,
    pid: expect.any(Number) as number, // of the list of its cluster
  });
  expect(complaints).toEqual([]);
});

it('keeps what succeeded beside what failed', async () => {
  const mutation = await artifact<ConcreteRequest>('tasksSendMutation');
  const answer = await new Promise((resolve, reject) => {
    commitMutation(environment, {
      mutation,
      variables: sendAndRerunVariables,
      onCompleted: (data, errors) => resolve({ data, errors }),
      onError: reject,
    });
  });
  expect(answer).toMatchObject({
    data: { sendTask: { taskId: expect.any(String) as string }, rerunTask: null },
    errors: [{ path: ['rerunTask'], extensions: { code: 'UNKNOWN_TASK' } }],
  });
  expect(complaints).toEqual([]);
});
