/** The schema builder: what every type and field of the schema is made with. */
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { hasRole } from '../access/viewer.js';
import type { Role } from '../access/viewer.js';
import { ForbiddenError } from '../errors.js';
import { clusterPlugin } from './cluster-plugin.js';
import type { Context } from './context.js';
import { listsPlugin } from './lists-plugin.js';
import type { TimeText } from './moment.js';
import { mutationPlugin } from './mutation-plugin.js';
import { secondsPlugin } from './seconds-plugin.js';

export interface SchemaTypes {
  Context: Context;
  /** Fields are non-null unless they say so: what can be unknown is marked, one by one. */
  DefaultFieldNullability: false;
  /** The least role that a field needs. */
  AuthScopes: Record<Role, true>;
  Scalars: {
    ID: { Input: string; Output: string };
    /** Given as the client wrote it, see moment.ts; answered from epoch milliseconds. */
    DateTime: { Input: TimeText; Output: number };
    JSON: { Input: unknown; Output: unknown };
    TaskState: { Input: string; Output: string };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({
  defaultFieldNullability: false,
  // Each goes around those behind it: what is refused is recorded, and learns of no cluster.
  plugins: [
    mutationPlugin,
    ScopeAuthPlugin,
    clusterPlugin,
    secondsPlugin,
    listsPlugin,
    ComplexityPlugin,
  ],
  // Fields declare what they cost; the limit is held before anything is executed, see limits/operation-cost.ts.
  complexity: { disabled: true },
  scopeAuth: {
    authScopes: ({ viewer }) => ({
      viewer: hasRole(viewer, 'viewer'),
      operator: hasRole(viewer, 'operator'),
      admin: hasRole(viewer, 'admin'),
    }),
    authorizeOnSubscribe: true,
    // Without the type: where introspection is off, no error names one.
    unauthorizedError: (_parent, { viewer }, { fieldName }) =>
      new ForbiddenError(`The role ${viewer.role} may not use ${fieldName}`),
  },
});

builder.queryType({
  authScopes: { viewer: true },
  description: 'What the cluster does now. Every field reads through a cache unless it says otherwise.',
});
builder.mutationType({
  // In read-only mode nothing gets as far as the field's own role.
  authScopes: (_root, { readOnly }) => {
    if (readOnly) throw new ForbiddenError('The gateway is read-only');
    return true;
  },
  description:
    'What can be told to the gateway and, through it, to the cluster. Nothing of it is cached, and each call leaves a ' +
    'record in `audit`.',
});
builder.subscriptionType({
  authScopes: { viewer: true },
  description: 'What changes, as it changes: over WebSocket or server-sent events.',
});

/** The field of every type that is about one cluster. */
export const clusterField = {
  description: 'Name of the cluster that it is of.',
  resolve: (_parent: unknown, _args: object, { clusterName }: Context): string => clusterName,
};

/** The argument that every operational field takes. */
export const useCacheArg = {
  defaultValue: true,
  description:
    'False asks the cluster now, whatever the cache holds; the answer is then cached for the others.',
} as const;
