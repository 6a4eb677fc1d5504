/** Rounds every field whose name ends in `Seconds` to what was measured. */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { roundSeconds } from '../../seconds.js';

export const secondsPlugin = 'celeryqlSeconds';

export class SecondsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { name }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!name.endsWith('Seconds')) return resolve;
    return (parent, args, context, info) => {
      const value = resolve(parent, args, context, info);
      return value instanceof Promise ? value.then(rounded) : rounded(value);
    };
  }
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' ? roundSeconds(value) : value;
}

SchemaBuilder.registerPlugin(secondsPlugin, SecondsPlugin);

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Pothos learns of plugins
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [secondsPlugin]: SecondsPlugin<Types>;
    }
  }
}
