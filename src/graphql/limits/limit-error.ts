/** More was asked for than is allowed, as GraphQL over HTTP reports it. */
import { GraphQLError } from 'graphql';

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** By the specification of GraphQL over HTTP, which answers `application/json` with 200. */
  readonly spec?: boolean;
}

/** As an error of validation: the document was well-formed, and is not executed. */
const refused: HttpAnswer = { status: 400, spec: true };

export function limitError(message: string, http: HttpAnswer = refused): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED', http } });
}
