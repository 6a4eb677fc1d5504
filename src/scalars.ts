/**
 * The TypeScript type of each scalar as it is in JSON, in the form that the option `scalars` of GraphQL Code Generator takes.
 * Published as `celeryql/scalars`.
 *
 * @example
 * import { scalars } from 'celeryql/scalars';
 * export default { schema: 'celeryql/schema.graphql', generates: { 'api.ts': { config: { scalars } } } };
 */
export const scalars = {
  /** Text: the schema writes no number as an id. */
  ID: 'string',
  /** RFC 3339 in UTC, such as `2026-01-02T12:00:00.000Z`; as an argument also relative, such as `-15m`. */
  DateTime: 'string',
  JSON: 'unknown',
  /** A text and not an enum, because applications define their own states. */
  TaskState: 'string',
} as const;

interface TypeNames {
  readonly string: string;
  readonly unknown: unknown;
}

/** The same as types, for gql.tada. */
export type Scalars = { [Name in keyof typeof scalars]: TypeNames[(typeof scalars)[Name]] };
