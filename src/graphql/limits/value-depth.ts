/** Bounds how deep the JSON that a client sends may nest: what reads it later does so by recursion. */
import type { GraphQLError } from 'graphql';
import { limitError } from './limit-error.js';

/** Lists and objects that may be in each other. */
export const maxValueDepth = 100;

/** Null if the value nests no deeper than is allowed. */
export function depthError(name: string, value: unknown): GraphQLError | null {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (typeof item.value !== 'object' || item.value === null) continue;
    const depth = item.depth + 1;
    if (depth > maxValueDepth)
      return limitError(`The ${name} nest deeper than ${maxValueDepth} levels, the maximum`);
    for (const inner of Object.values(item.value)) waiting.push({ value: inner, depth });
  }
  return null;
}
