/** The schema builder: what every type and field of the schema is made with. */
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { hasRole } from '../access/viewer.js';
import type { Role } from '../access/viewer.js';
import type { ClusterView } from '../cluster/cluster-view.js';
import { ForbiddenError } from '../errors.js';
import { clusterPlugin } from './plugins/cluster-plugin.js';
import type { Context } from './context.js';
import { failuresPlugin } from './plugins/failures-plugin.js';
import { inputPlugin } from './plugins/input-plugin.js';
import { listsPlugin } from './plugins/lists-plugin.js';
import type { TimeText } from './moment.js';
import { mutationPlugin } from './plugins/mutation-plugin.js';
import { secondsPlugin } from './plugins/seconds-plugin.js';

export interface SchemaTypes {
  Context: Context;
  /** Parent of the root fields that are about a cluster, see cluster-plugin.ts; the others use none. */
  Root: ClusterView;
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
    inputPlugin,
    failuresPlugin,
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
  description:
    'The current state of the cluster. Every field reads through a cache unless its description says otherwise.',
});
builder.mutationType({
  // In read-only mode nothing gets as far as the field's own role.
  authScopes: (_root, { readOnly }) => {
    if (readOnly) throw new ForbiddenError('The gateway is read-only');
    return true;
  },
  description:
    'Requests to change the gateway or, through it, the cluster. They are never cached, and each call leaves a ' +
    'record in `audit`.',
});
builder.subscriptionType({
  authScopes: { viewer: true },
  description: 'Changes when they happen, over WebSocket or server-sent events.',
});

/** The field of every type that is about one cluster. */
export const clusterField = {
  description: 'Name of the cluster to which this belongs.',
  resolve: ({ view }: { readonly view: ClusterView }): string => view.clusterName,
};

/** The argument that every operational field takes; the view that the field gets as its parent heeds it. */
export const useCacheArg = {
  defaultValue: true,
  description:
    'False reads from the cluster even if the cache has a value; the new value is then cached for all clients.',
} as const;
