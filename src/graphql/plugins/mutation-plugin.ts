/**
 * What every mutation owes: a role that is needed for it, said in its description, and a record of who called it and what
 * came of it. It goes around scope-auth, so that what is refused is recorded too.
 */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { z } from 'zod';
import { auditedMutations, type AuditedMutation } from '../../access/audit-actions.js';
import { auditEntry } from '../../access/audit-log.js';
import type { AuditedResult, AuditEntry, AuditOutcome } from '../../access/audit-log.js';
import { roles, type Role } from '../../access/viewer.js';
import { cutMessage } from '../../cut-message.js';
import { GatewayError } from '../../errors.js';
import type { Context } from '../context.js';
import { mutationInputOf } from './input-plugin.js';

export const mutationPlugin = 'celeryqlMutation';

const maxArguments = 2_000;
/** For a name that is not a mutation. */
const maxClusterName = 100;
const declaredScope = z.partialRecord(z.enum(roles), z.literal(true));

export class MutationPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (field.parentType !== 'Mutation') return field;
    const role = roleOf(field);
    const description = `${field.description ?? ''} Needs the role \`${role}\`.`.trim();
    return { ...field, description, extensions: { ...field.extensions, role } };
  }

  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (field.parentType !== 'Mutation') return resolve;
    const action = actionOf(field);
    return async (parent, args, context, info) => {
      // The builder has one context, which the plugin's own type parameter does not know.
      const { viewer, redact, live } = context as unknown as Context;
      const { audit, clientAddress, clock } = live();
      const startedAt = performance.now();
      const record = (entry: Pick<AuditEntry, 'outcome' | 'code' | 'message'> & AuditedResult): void =>
        audit.add(
          auditEntry({
            at: clock(),
            viewer: viewer.name,
            role: viewer.role,
            method: viewer.method,
            address: clientAddress,
            cluster: clusterNameOf(context as unknown as Context, args),
            action,
            arguments: shown(redact(mutationInputOf(field)?.tolerantly({ ...args }) ?? args)),
            outcome: entry.outcome,
            code: entry.code,
            message: entry.message,
            answered: entry.answered ?? [],
            silent: entry.silent ?? [],
            taskIds: entry.taskIds ?? [],
            durationSeconds: (performance.now() - startedAt) / 1000,
          }),
        );
      try {
        const result: unknown = await resolve(parent, args, context, info);
        const audited = auditedOf(result);
        const [first] = audited.errors ?? [];
        const code = first?.code ?? null;
        const message = first === undefined ? null : cutMessage(first.message);
        record({ outcome: outcomeOf(audited), code, message, ...audited });
        return result;
      } catch (error) {
        const code = error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR';
        const message = error instanceof GatewayError ? cutMessage(error.message) : 'Unexpected error';
        record({ outcome: code === 'FORBIDDEN' ? 'FORBIDDEN' : 'FAILED', code, message });
        throw error;
      }
    };
  }
}

SchemaBuilder.registerPlugin(mutationPlugin, MutationPlugin);

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Pothos learns of plugins
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [mutationPlugin]: MutationPlugin<Types>;
    }
  }
}

/** @throws when a mutation is added that does not say who may call it: the gateway must not start with it. */
function roleOf({ name, pothosOptions }: { name: string; pothosOptions: object }): Role {
  const scopes: unknown = 'authScopes' in pothosOptions ? pothosOptions.authScopes : undefined;
  const [role] = Object.keys(declaredScope.safeParse(scopes).data ?? {});
  const known = roles.find((one) => one === role);
  if (known === undefined) throw new Error(`The mutation ${name} does not say which role it needs`);
  return known;
}

/** @throws when a mutation is added that the audit log does not know. */
function actionOf({ name }: { name: string }): AuditedMutation {
  const known = auditedMutations.find((one) => one === name);
  if (known === undefined) throw new Error(`The mutation ${name} is missing in audit-actions.ts`);
  return known;
}

/** As it was asked for: who may see it decides later who reads the record. */
function clusterNameOf({ live, viewer }: Context, args: { cluster?: unknown }): string | null {
  if (typeof args.cluster === 'string') return args.cluster.slice(0, maxClusterName);
  return live().clusters.defaultFor(viewer)?.clusterName ?? null;
}

function shown(args: unknown): string | null {
  const text = JSON.stringify(args);
  if (text === '{}') return null;
  return text.length > maxArguments ? `${text.slice(0, maxArguments)}...` : text;
}

function auditedOf(result: unknown): AuditedResult {
  if (typeof result !== 'object' || result === null || !('audit' in result)) return {};
  return result.audit as AuditedResult; // by agreement of the payloads
}

function outcomeOf({ answered, errors = [] }: AuditedResult): AuditOutcome {
  if (errors.length === 0) return 'SUCCEEDED';
  return answered !== undefined && answered.length > 0 ? 'PARTIAL' : 'FAILED';
}
