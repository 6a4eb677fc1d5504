/**
 * Weak entity tags (RFC 9110, section 8.8.3): two answers have the same tag when they say the same to the same question
 * of the same viewer. Ages and timestamps that differ with every answer are no part of that.
 */
import { createHash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { writtenData } from '../written-data.js';
import type { SlicedWork } from '../../slices.js';
import { writeJson } from '../json-text.js';

/** What was asked, and by whom: another query has another tag, be its answer the same. */
export interface Question {
  /** REST routes shape the answer of an operation that can be asked for directly too. */
  readonly path: string;
  readonly query: string | undefined;
  readonly operationName: string | null | undefined;
  readonly variables: unknown;
  readonly viewer: { readonly method: string; readonly name: string; readonly role: string };
}

export interface Answered {
  readonly data?: ExecutionResult['data'];
  readonly errors?: readonly unknown[] | undefined;
}

/** The same for the same question, whatever was answered. */
export function questionDigest({ path, query, operationName, variables, viewer }: Question): string {
  const { method, name, role } = viewer;
  return digest([path, query ?? '', operationName ?? null, variables ?? null, method, name, role]);
}

export function* entityTag(question: string, { data, errors }: Answered): SlicedWork<string> {
  const hash = createHash('sha256');
  const written = errors || !data ? null : writtenData(data);
  if (written !== null) hash.update(`[${JSON.stringify(question)},${written},null]`);
  else yield* writeJson([question, data, errors ?? null], (piece) => hash.update(piece));
  return `W/"${hash.digest('base64url')}"`;
}

/** JSON keeps where one part ends and the next begins. */
function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

const tags = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/** `If-None-Match`: whether it names this tag, be it weak or strong; `*` is any. */
export function namesTag(ifNoneMatch: string, tag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const [own] = opaque(tag);
  return opaque(ifNoneMatch).some((named) => named === own);
}

function opaque(list: string): string[] {
  return [...list.matchAll(tags)].map(([, name = '']) => name);
}
