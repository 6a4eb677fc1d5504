/** The schema builder: what every type and field of the schema is made with. */
import SchemaBuilder from '@pothos/core';
import type { Context } from './context.js';

export interface SchemaTypes {
  Context: Context;
  /** Fields are non-null unless they say so: what can be unknown is marked, one by one. */
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    /** Epoch milliseconds inside, ISO 8601 outside. */
    DateTime: { Input: number; Output: number };
    JSON: { Input: unknown; Output: unknown };
    TaskState: { Input: string; Output: string };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });

builder.queryType({
  description: 'What the cluster does now. Every field reads through a cache unless it says otherwise.',
});
builder.mutationType({ description: 'What can be told to the gateway. Nothing of it is cached.' });
builder.subscriptionType({
  description: 'What changes, as it changes: over WebSocket or server-sent events.',
});

/** The argument that every operational field takes. */
export const useCacheArg = {
  defaultValue: true,
  description:
    'False asks the cluster now, whatever the cache holds; the answer is then cached for the others.',
} as const;
