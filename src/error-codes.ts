/**
 * Everything that an answer may say went wrong: its stable code, what it means, and its HTTP status where it is all that
 * there is to answer. The schema's enum, docs/errors.md and the REST routes have it from here.
 */
export const errorCodes = {
  BROKER_UNAVAILABLE: {
    status: 503,
    description:
      'The broker is unreachable, refuses the connection, or accepts no messages at the moment. Nothing was sent.',
  },
  RESULT_BACKEND_UNAVAILABLE: {
    status: 503,
    description: 'The result backend is unreachable. The broker may be available.',
  },
  TIMEOUT: {
    status: 503,
    description:
      'The broker did not answer in time, or an effect was not observed in time. It may still happen.',
  },
  NO_REPLY: {
    status: 504,
    description: 'A worker did not answer in time. It may still execute the command.',
  },
  MALFORMED_MESSAGE: {
    status: 502,
    description: "A message from the broker violates Celery's protocol.",
  },
  UNREADABLE_REPLY: {
    status: 502,
    description: 'A worker answered, but the reply cannot be read. The command has reached the worker.',
  },
  UNREADABLE_RESULT: {
    status: 502,
    description: 'A result of the task is stored, but it cannot be read.',
  },
  UNKNOWN_CLUSTER: {
    status: 404,
    description:
      'There is no such cluster, or the caller may not see it, or it was removed or reconfigured during the operation.',
  },
  UNKNOWN_WORKER: { status: 404, description: 'No worker with this node name is known.' },
  UNKNOWN_TASK: {
    status: 404,
    description: 'No task with this id, or no registered task with this name, is known.',
  },
  COMMAND_REJECTED: {
    status: 409,
    description:
      'A worker rejected the command, or the gateway rejected it to protect the cluster. The message gives the reason.',
  },
  UNAUTHENTICATED: { status: 401, description: 'Credentials are missing or wrong.' },
  FORBIDDEN: { status: 403, description: 'The caller is authenticated, but has no permission.' },
  BAD_USER_INPUT: {
    status: 400,
    description: 'An argument has a value that the field does not accept.',
  },
  CURSOR_EXPIRED: {
    status: 410,
    description:
      'A cursor of an earlier run of the gateway, or of a record that it no longer has. Start from the first page.',
  },
  EVENTS_LOST: {
    status: 410,
    description:
      'The events after the given id are no longer available. The stream continues with new events: read the current state.',
  },
  LIST_CUT: {
    status: 200,
    description:
      'The list was cut; `total` and `shown` give the numbers of members. Use `first` or a filter.',
  },
  LIMIT_EXCEEDED: { status: 429, description: 'The request exceeds a limit for one caller.' },
  BAD_REQUEST: { status: 400, description: 'The request is not valid HTTP, or contains no operation.' },
  GRAPHQL_PARSE_FAILED: { status: 400, description: 'The document is not valid GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    description: 'The document does not match the schema.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    description:
      'The document has several operations and no operation name was given, or none has the given name.',
  },
  NOT_FOUND: { status: 404, description: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: { status: 405, description: 'This path does not support the HTTP method.' },
  NOT_ACCEPTABLE: {
    status: 406,
    description: 'The response is not available in any of the accepted media types.',
  },
  REQUEST_TIMEOUT: { status: 408, description: 'The request did not arrive completely in time.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, description: 'The request body must be JSON.' },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    description:
      'An internal error of the gateway. Its log has the details, under the `id` next to the code.',
  },
} as const satisfies Record<string, { readonly status: number; readonly description: string }>;

export type ErrorCode = keyof typeof errorCodes;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}
