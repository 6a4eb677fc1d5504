/** What every client of these tests sends: a page of a list, and a mutation of which one half fails. */
import { readFileSync } from 'node:fs';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Kind, parse } from 'graphql';
import type { DocumentNode } from 'graphql';
import type { Page } from './gateway.js';

const { definitions } = parse(readFileSync(new URL('operations.graphql', import.meta.url), 'utf8'));

function operation(name: string): DocumentNode {
  const found = definitions.filter((one) => 'name' in one && one.name.value === name);
  return { kind: Kind.DOCUMENT, definitions: found };
}

export const pageOfTasks: TypedDocumentNode<{ tasks: Page }, { first: number; after: string | null }> =
  operation('PageOfTasks');

export const sendAndRerun: TypedDocumentNode<
  { sendTask: { taskId: string } | null; rerunTask: { taskId: string } | null },
  { name: string; unknown: string }
> = operation('SendAndRerun');

interface Named {
  readonly id: string;
}

interface Nodes {
  readonly nodes: readonly Named[];
}

/** Everything that has an identity, some of it by two ways. */
export const identified: TypedDocumentNode<
  { workers: Nodes; queues: Nodes; taskTypes: Nodes; clusters: readonly Named[] },
  Record<string, never>
> = operation('Identified');

export const workerById: TypedDocumentNode<{ node: Named | null }, { id: string }> =
  operation('WorkerById');

/** A task that the embedded cluster has registered, and the id of none. */
export const sendAndRerunVariables = { name: 'shop.mail.send_receipt', unknown: 'no-such-task' };
