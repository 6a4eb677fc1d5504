/** Who asks, and who did what. */
import { auditOutcomes } from '../access/audit-log.js';
import type { AuditOutcome, AuditRecord } from '../access/audit-log.js';
import { authenticationMethods, roles } from '../access/viewer.js';
import type { AuthenticationMethod, Role, Viewer } from '../access/viewer.js';
import { BadUserInputError } from '../errors.js';
import { builder } from './builder.js';
import { plainCost } from './limits/sizes.js';
import { ofGateway } from './cluster-plugin.js';

const maxRecords = 1_000;

const roleDescriptions: Readonly<Record<Role, string>> = {
  viewer: 'Reads.',
  operator: 'Reads, and commands workers and tasks.',
  admin: 'May do everything, read the audit log and stop workers among it.',
};

const methodDescriptions: Readonly<Record<AuthenticationMethod, string>> = {
  none: 'By nothing.',
  basic: 'A name and a password.',
  bearer: 'A token of the auth file.',
  jwt: 'A token of an identity provider.',
  proxy: 'The word of a trusted proxy.',
};

const outcomeDescriptions: Readonly<Record<AuditOutcome, string>> = {
  SUCCEEDED: 'Everybody addressed did it.',
  PARTIAL: 'Somebody did not.',
  FAILED: 'Nobody did, or it could not be asked for.',
  FORBIDDEN: 'Refused before anything happened: the caller may not do it.',
  UNAUTHENTICATED: 'Refused before anything happened: nobody knows who called.',
};

const RoleEnum = builder.enumType('Role', {
  description: 'What somebody may do. Each may do what those before it may.',
  values: upperCase(roles, roleDescriptions),
});

const AuthenticationMethodEnum = builder.enumType('AuthenticationMethod', {
  description: 'How somebody has shown who they are.',
  values: upperCase(authenticationMethods, methodDescriptions),
});

const AuditOutcomeEnum = builder.enumType('AuditOutcome', {
  description: 'What came of something that was asked for.',
  values: upperCase(auditOutcomes, outcomeDescriptions),
});

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who asks.',
  fields: (t) => ({
    name: t.exposeString('name', { description: '`anonymous` of who does not say.' }),
    role: t.expose('role', { type: RoleEnum }),
    method: t.expose('method', { type: AuthenticationMethodEnum }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the credentials end, and subscriptions with them; null when they have no end.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

const AuditRecordType = builder.objectRef<AuditRecord>('AuditRecord').implement({
  description: 'One thing that somebody did, or was refused.',
  fields: (t) => ({
    id: t.exposeID('id'),
    at: t.field({ type: 'DateTime', resolve: ({ at }) => at }),
    viewer: t.exposeString('viewer', {
      nullable: true,
      description: 'Name of the caller; null if it gave no credentials, or wrong ones.',
    }),
    claimedName: t.exposeString('claimedName', {
      nullable: true,
      description:
        'The name in credentials that were refused, which nothing proves; null if they held none.',
    }),
    role: t.expose('role', { type: RoleEnum, nullable: true, description: 'Null where `viewer` is.' }),
    method: t.expose('method', { type: AuthenticationMethodEnum }),
    address: t.exposeString('address', {
      nullable: true,
      description: 'IP address of the client, behind a trusted proxy as it tells it; null when unknown.',
    }),
    cluster: t.exposeID('cluster', {
      nullable: true,
      description: 'Name of the cluster that was asked for; null of what is about none.',
    }),
    action: t.exposeString('action', {
      description:
        "The mutation's name, `authenticate`, or `request` if it was refused for its host or origin.",
    }),
    arguments: t.exposeString('arguments', {
      nullable: true,
      description: 'As JSON, secrets masked and cut at 2,000 characters; null without arguments.',
    }),
    outcome: t.expose('outcome', { type: AuditOutcomeEnum }),
    code: t.exposeString('code', {
      nullable: true,
      description: 'Of the first error; null when there was none.',
    }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'Of the first error; null when there was none.',
    }),
    answered: t.stringList({
      description:
        'Node names of the workers that did as they were told; a hundred at most, the log has them all.',
      resolve: ({ answered }) => [...answered],
    }),
    silent: t.stringList({
      description: 'Node names of the workers that did not answer in time; a hundred at most.',
      resolve: ({ silent }) => [...silent],
    }),
    taskIds: t.idList({
      description: 'Ids of the tasks that it was about; a hundred at most.',
      resolve: ({ taskIds }) => [...taskIds],
    }),
    durationSeconds: t.exposeFloat('durationSeconds', {}),
  }),
});

builder.queryFields((t) => ({
  me: t.field({
    type: ViewerType,
    description: 'Who the gateway takes you for, and what you may do; never cached.',
    extensions: ofGateway,
    resolve: (_root, _args, { viewer }) => viewer,
  }),
  audit: t.field({
    type: [AuditRecordType],
    nullable: true, // who may not read it keeps what else was asked for
    authScopes: { admin: true },
    extensions: ofGateway,
    description:
      'Who did what, and who was refused: newest first, as far as the gateway remembers; the log has it all. Of ' +
      'clusters that you may not see there is only what you did yourself. Never ' +
      'cached. Needs the role `admin`; null, with an error, without it.',
    args: {
      first: t.arg.int({ defaultValue: 100, description: `Records at most: 0 to ${maxRecords}.` }),
      after: t.arg.id({ description: 'Only records older than the one with this id.' }),
      action: t.arg.string({ description: "A mutation's name, `authenticate` or `request`." }),
      viewer: t.arg.string({ description: 'Name of who called.' }),
      outcome: t.arg({ type: AuditOutcomeEnum }),
    },
    complexity: ({ first }) => ({
      field: 1 + plainCost(maxRecords),
      multiplier: Math.max(0, Math.min(first ?? 100, maxRecords)),
    }),
    resolve: (_root, { first, after, action, viewer, outcome }, { audit, clusters, viewer: reader }) => {
      const count = first ?? 100;
      if (count < 0 || count > maxRecords)
        throw new BadUserInputError(`first must be from 0 to ${maxRecords}`);
      const mayRead = ({ cluster, viewer, role, method }: AuditRecord): boolean =>
        clusters.only !== null ||
        cluster === null ||
        (viewer === reader.name && method === reader.method && role === reader.role) ||
        clusters.find(reader, cluster) !== null;
      return recordsAfter(audit.records().filter(mayRead), after ?? null)
        .filter((record) => (action ?? record.action) === record.action)
        .filter((record) => (viewer ?? record.viewer) === record.viewer)
        .filter((record) => (outcome ?? record.outcome) === record.outcome)
        .slice(0, count);
    },
  }),
}));

/** @throws BadUserInputError when the record is not there, or no more */
function recordsAfter(records: AuditRecord[], id: string | null): AuditRecord[] {
  if (id === null) return records;
  const index = records.findIndex((record) => record.id === id);
  if (index === -1) throw new BadUserInputError('after is not the id of a record that is remembered');
  return records.slice(index + 1);
}

function upperCase<T extends string>(
  names: readonly T[],
  descriptions: Readonly<Record<T, string>>,
): Record<Uppercase<T>, { value: T; description: string }> {
  return Object.fromEntries(
    names.map((name) => [name.toUpperCase(), { value: name, description: descriptions[name] }]),
  ) as Record<Uppercase<T>, { value: T; description: string }>;
}
