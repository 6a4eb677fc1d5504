/**
 * The committed operations, by the SHA-256 of their text: clients may send the id instead of the text, and where nothing
 * else is allowed (`--persisted-operations only`) this is the list. A document is recognised however it is written, and
 * whichever of the operations beside each other in it is meant: what counts is its printed form.
 */
import { createHash } from 'node:crypto';
import { Kind, print, separateOperations } from 'graphql';
import type { DefinitionNode, DocumentNode } from 'graphql';
import * as generated from '../generated/operations.js';

const documents = Object.values(generated) as readonly DocumentNode[];

/** Text by id. */
export const persistedOperations: ReadonlyMap<string, string> = new Map(
  documents
    .filter((document) => operationsIn(document) > 0)
    .map((document) => canonicalText(document))
    .sort()
    .map((text) => [idOf(text), text] as const),
);

/** Whether every operation of the document is a committed one. */
export function isPersisted(document: DocumentNode): boolean {
  const operations = operationsIn(document);
  if (operations === 0 || operations > persistedOperations.size) return false;
  const separate = Object.values(separateOperations(document));
  // Those of one name would stand for one another.
  if (separate.length !== operations) return false;
  return separate.every((one) => persistedOperations.has(idOf(canonicalText(one))));
}

/**
 * The id in the parameters of a request: `documentId` of the appendix on persisted documents to GraphQL over HTTP, or
 * `extensions.persistedQuery.sha256Hash` of automatic persisted queries. Null when there is none.
 */
export function persistedIdIn(params: object): string | null {
  const { documentId, extensions } = params as { documentId?: unknown; extensions?: unknown };
  const id = documentId ?? field(field(extensions, 'persistedQuery'), 'sha256Hash');
  return typeof id === 'string' ? id.replace(/^sha256:/, '') : null;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function canonicalText({ definitions }: DocumentNode): string {
  const sorted = definitions.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  return sorted.map((definition) => print(definition)).join('\n\n');
}

/** The operation, then its fragments. */
function sortKey(definition: DefinitionNode): string {
  return definition.kind === Kind.FRAGMENT_DEFINITION ? `1${definition.name.value}` : '0';
}

function operationsIn({ definitions }: DocumentNode): number {
  return definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
