/** A gateway with tasks of the embedded cluster, for the clients. */
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';

export interface ClientGateway extends AsyncDisposable {
  /** Of the API. */
  readonly url: string;
  readonly gateway: TestGateway;
}

/** Resolves when it knows enough tasks for several pages. */
export async function startClientGateway(): Promise<ClientGateway> {
  const gateway = await startTestGateway();
  await eventually(async () => {
    const { data } = await gateway.query<{ tasks: { totalCount: number } }>('{ tasks { totalCount } }');
    if ((data?.tasks.totalCount ?? 0) < 12) throw new Error('too few tasks yet');
  });
  return {
    url: `${gateway.origin}/graphql`,
    gateway,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

export interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly taskId: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

/**
 * Walks through a list by its cursors, as clients do: the ids of all tasks, and how many there were at the first page.
 * @param ask for one page; `after` is null for the first
 */
export async function walk(
  ask: (after: string | null) => Promise<Page>,
): Promise<{ taskIds: string[]; totalCount: number }> {
  const first = await ask(null);
  const taskIds = first.edges.map(({ node }) => node.taskId);
  for (let { pageInfo } = first; pageInfo.hasNextPage;) {
    const page = await ask(pageInfo.endCursor ?? null);
    taskIds.push(...page.edges.map(({ node }) => node.taskId));
    ({ pageInfo } = page);
  }
  return { taskIds, totalCount: first.totalCount };
}
