/** Pages of tasks, asked for as a client does that walks through all of them. */
import { expect } from 'vitest';
import type { TestGateway } from './gateway.js';

export interface TaskNode {
  readonly taskId: string;
  readonly name: string | null;
  readonly state: string;
  readonly retries: number;
  readonly exception: string | null;
}

export interface TaskPage {
  readonly totalCount: number;
  readonly nodes: readonly TaskNode[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const query = `query ($filter: TaskFilter, $first: Int, $after: String) {
  tasks(filter: $filter, first: $first, after: $after, useCache: false) {
    totalCount
    nodes { taskId name state retries exception }
    pageInfo { hasNextPage endCursor }
  }
}`;

export async function tasksOf(
  gateway: TestGateway,
  filter: object,
  slice: { readonly first: number; readonly after?: string | null },
): Promise<TaskPage> {
  const { data, errors } = await gateway.query<{ tasks: TaskPage }>(query, { filter, ...slice });
  expect(errors).toBeUndefined();
  if (!data) throw new Error('there is no answer');
  return data.tasks;
}

/** Follows the cursors to the end. */
export async function allPages(
  gateway: TestGateway,
  filter: object,
  first: number,
): Promise<(readonly TaskNode[])[]> {
  const pages: (readonly TaskNode[])[] = [];
  let page = await tasksOf(gateway, filter, { first });
  pages.push(page.nodes);
  while (page.pageInfo.hasNextPage) {
    page = await tasksOf(gateway, filter, { first, after: page.pageInfo.endCursor });
    pages.push(page.nodes);
  }
  return pages;
}
