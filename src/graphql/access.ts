/** Who asks, and who did what. */
import { auditedMutations } from '../access/audit-actions.js';
import type { AuditAction } from '../access/audit-actions.js';
import { auditOutcomes } from '../access/audit-log.js';
import type { AuditOutcome, AuditRecord } from '../access/audit-log.js';
import { authenticationMethods, roles } from '../access/viewer.js';
import type { AuthenticationMethod, Role, Viewer } from '../access/viewer.js';
import { CursorExpiredError } from '../errors.js';
import { isErrorCode } from '../error-codes.js';
import { builder } from './builder.js';
import { ErrorCodeEnum } from './enums.js';
import {
  connectionType,
  listConnection,
  pageArgs,
  pageLength,
  type PageLimits,
  type Place,
} from './connection.js';
import type { CursorArgument } from './cursor.js';
import { plainCost } from './limits/sizes.js';
import { renamed } from './renamed.js';
import { ofGateway } from './plugins/cluster-plugin.js';

const recordPages: PageLimits = { usual: 100, max: 1_000 };

const roleDescriptions: Readonly<Record<Role, string>> = {
  viewer: 'Reads everything except the audit log.',
  operator: 'Reads everything except the audit log, and controls workers and tasks.',
  admin: 'May do everything, including reading the audit log and shutting down workers.',
};

const methodDescriptions: Readonly<Record<AuthenticationMethod, string>> = {
  none: 'The caller is anonymous.',
  basic: 'User name and password.',
  bearer: 'A bearer token that is listed in the auth file.',
  jwt: 'A token signed by an identity provider.',
  proxy: 'A trusted proxy has named the user in a header.',
};

const outcomeDescriptions: Readonly<Record<AuditOutcome, string>> = {
  SUCCEEDED: 'All addressed workers did it, or the mutation succeeded.',
  PARTIAL: 'Some of the addressed workers did not do it.',
  FAILED: 'No addressed worker did it, or the request could not be sent.',
  FORBIDDEN: 'Rejected before anything happened: the caller does not have permission.',
  UNAUTHENTICATED: 'Rejected before anything happened: the caller is not authenticated.',
};

const RoleEnum = builder.enumType('Role', {
  description: 'What a caller may do. `OPERATOR` includes `VIEWER`, and `ADMIN` includes both.',
  values: upperCase(roles, roleDescriptions),
});

const AuthenticationMethodEnum = builder.enumType('AuthenticationMethod', {
  description: 'How a caller was authenticated.',
  values: upperCase(authenticationMethods, methodDescriptions),
});

const AuditOutcomeEnum = builder.enumType('AuditOutcome', {
  description: 'The outcome of an audited request.',
  values: upperCase(auditOutcomes, outcomeDescriptions),
});

/** `ADD_CONSUMER` of `addConsumer`. */
function upperSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, '_$&').toUpperCase();
}

const auditActionValues: Readonly<Record<string, { value: AuditAction; description: string }>> = {
  AUTHENTICATE: { value: 'authenticate', description: 'A login.' },
  REQUEST: {
    value: 'request',
    description: 'A request that was rejected for its host, its origin or a limit.',
  },
  ...Object.fromEntries(
    auditedMutations.map((name) => [
      upperSnakeCase(name),
      { value: name, description: `The mutation \`${name}\`.` },
    ]),
  ),
};

const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'What an audit record is about.',
  values: auditActionValues,
});

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'The caller of this operation.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'User name; `anonymous` for a caller without credentials.',
    }),
    role: t.expose('role', { type: RoleEnum, description: 'Role of the caller.' }),
    method: t.expose('method', {
      type: AuthenticationMethodEnum,
      description: 'How the caller was authenticated.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the credentials expire, and subscriptions end with them; null if they do not expire.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

const AuditRecordType = builder.objectRef<AuditRecord>('AuditRecord').implement({
  description: 'One request to change something, or one rejected request.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the record.' }),
    receivedAt: t.field({
      type: 'DateTime',
      description: 'When the gateway received the request.',
      resolve: ({ at }) => at,
    }),
    at: t.field({
      type: 'DateTime',
      description: 'When the gateway received the request.',
      deprecationReason: 'Use `receivedAt`.',
      resolve: ({ at }) => at,
    }),
    viewer: t.exposeString('viewer', {
      nullable: true,
      description: 'User name of the caller; null if it sent no credentials, or wrong ones.',
    }),
    claimedName: t.exposeString('claimedName', {
      nullable: true,
      description: 'The unverified user name in rejected credentials; null if they contained none.',
    }),
    role: t.expose('role', {
      type: RoleEnum,
      nullable: true,
      description: 'Role of the caller; null if `viewer` is null.',
    }),
    method: t.expose('method', {
      type: AuthenticationMethodEnum,
      description: 'How the caller was authenticated.',
    }),
    address: t.exposeString('address', {
      nullable: true,
      description:
        'IP address of the client, as reported by the trusted proxy if there is one; null if unknown.',
    }),
    cluster: t.exposeID('cluster', {
      nullable: true,
      description: 'Name of the addressed cluster; null if the request concerns no cluster.',
    }),
    kind: t.field({
      type: AuditActionEnum,
      description: 'What the record is about.',
      resolve: ({ action }) => action,
    }),
    action: t.exposeString('action', {
      description: 'The kind as the log names it: name of the mutation, `authenticate` or `request`.',
    }),
    arguments: t.exposeString('arguments', {
      nullable: true,
      description:
        'Arguments as JSON, secrets masked, cut after 2,000 characters; null if there were none.',
    }),
    outcome: t.expose('outcome', {
      type: AuditOutcomeEnum,
      description: 'The outcome of the request.',
    }),
    code: t.field({
      type: ErrorCodeEnum,
      nullable: true,
      description: 'Code of the first error; null if there was none.',
      resolve: ({ code }) => (code === null || !isErrorCode(code) ? null : code),
    }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'Message of the first error; null if there was none.',
    }),
    answered: t.stringList({
      description: 'Node names of the workers that executed the command; at most 100, the log has all.',
      resolve: ({ answered }) => [...answered],
    }),
    silent: t.stringList({
      description: 'Node names of the workers that did not answer in time; at most 100.',
      resolve: ({ silent }) => [...silent],
    }),
    taskIds: t.idList({
      description: 'Ids of the tasks that the request concerns; at most 100.',
      resolve: ({ taskIds }) => [...taskIds],
    }),
    durationSeconds: t.exposeFloat('durationSeconds', {
      description: 'Seconds from the request to its outcome.',
    }),
  }),
});

const AuditRecordConnectionType = connectionType(AuditRecordType, {
  description:
    'A page of audit records, newest first. Cursors keep their position when new records arrive.',
  member: 'An audit record',
  totalCount: 'Number of records in memory that match the arguments, on all pages.',
});

builder.queryFields((t) => ({
  me: t.field({
    type: ViewerType,
    description: 'The caller as the gateway identified it, and its role; never cached.',
    extensions: ofGateway,
    resolve: (_root, _args, { viewer }) => viewer,
  }),
  audit: t.field({
    type: AuditRecordConnectionType,
    nullable: true, // who may not read it keeps what else was asked for
    authScopes: { admin: true },
    extensions: ofGateway,
    description:
      'Requests to change something and rejected requests, newest first, as many as the gateway keeps in memory; the log has all. For ' +
      "clusters that the caller may not see, the list contains only the caller's own requests. Never " +
      'cached. Needs the role `admin`; null, with an error, without it.',
    args: {
      ...pageArgs(t.arg, 'records', recordPages),
      kind: t.arg({ type: AuditActionEnum, description: 'What the records are about.' }),
      action: t.arg.string({
        description: 'Name of a mutation, `authenticate` or `request`.',
        deprecationReason: 'Use `kind`.',
      }),
      viewer: t.arg.string({ description: 'User name of the caller.' }),
      outcome: t.arg({ type: AuditOutcomeEnum, description: 'The outcome of the request.' }),
    },
    complexity: (page) => ({
      field: 1 + plainCost(recordPages.max),
      multiplier: pageLength(page, recordPages),
    }),
    resolve: (
      _root,
      { kind, action: formerKind, viewer, outcome, ...page },
      { live, viewer: reader },
    ) => {
      const { audit, clusters } = live();
      const action = renamed<string>([
        ['kind', kind],
        ['action', formerKind],
      ]);
      const mayRead = ({ cluster, viewer, role, method }: AuditRecord): boolean =>
        cluster === null ||
        (viewer === reader.name && method === reader.method && role === reader.role) ||
        clusters.mayReadRecords(reader, cluster);
      const passes = (record: AuditRecord): boolean =>
        (action ?? record.action) === record.action &&
        (viewer ?? record.viewer) === record.viewer &&
        (outcome ?? record.outcome) === record.outcome;
      const readable = audit.records().filter(mayRead);
      // The cursor may be of a page with other conditions.
      const placeOf = (id: string, argument: CursorArgument): Place => {
        const index = readable.findIndex((record) => record.id === id);
        if (index === -1) throw new CursorExpiredError(argument);
        const start = readable.slice(0, index).filter(passes).length;
        return { start, end: start + readable.slice(index, index + 1).filter(passes).length };
      };
      return listConnection(readable.filter(passes), page, {
        list: 'audit',
        epoch: audit.epoch,
        limits: recordPages,
        keyOf: ({ id }) => id,
        placeOf,
        nodeOf: (record) => () => record,
      });
    },
  }),
}));

function upperCase<T extends string>(
  names: readonly T[],
  descriptions: Readonly<Record<T, string>>,
): Record<Uppercase<T>, { value: T; description: string }> {
  return Object.fromEntries(
    names.map((name) => [name.toUpperCase(), { value: name, description: descriptions[name] }]),
  ) as Record<Uppercase<T>, { value: T; description: string }>;
}
