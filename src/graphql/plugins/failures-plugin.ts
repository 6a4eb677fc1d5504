/**
 * Keeps a failure to its own field: what can fail can be null. A root field that is never null would take all other
 * answers of the operation with it, a field of a cluster the list of all clusters.
 */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { clusterTypeName } from './cluster-plugin.js';

export const failuresPlugin = 'celeryqlFailures';

/** Types whose fields can fail each on its own. The only root field of a subscription is null with its whole item. */
const typesWithFailures: ReadonlySet<string> = new Set(['Query', 'Mutation', clusterTypeName]);

export class FailuresPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (!typesWithFailures.has(field.parentType) || isKnown(field)) return field;
    const description = field.description ?? '';
    const nullNote = /\bnull\b/i.test(description) ? '' : ' Null, with an error, if it fails.';
    const nullable = { ...field.type, nullable: true };
    return { ...field, description: `${description}${nullNote}`.trim(), type: nullable };
  }
}

SchemaBuilder.registerPlugin(failuresPlugin, FailuresPlugin);

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Pothos learns of plugins
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [failuresPlugin]: FailuresPlugin<Types>;
    }
  }
}

function isKnown({ extensions }: { readonly extensions?: object | null | undefined }): boolean {
  return 'known' in (extensions ?? {});
}
