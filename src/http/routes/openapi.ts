/** The OpenAPI 3.1 document of the REST routes: written to schema/openapi.json by `npm run codegen`, and served. */
import { Kind } from 'graphql';
import type { DefinitionNode, DocumentNode, GraphQLSchema } from 'graphql';
import { errorCodes } from '../../error-codes.js';
import type { ErrorCode } from '../../error-codes.js';
import { version } from '../../version.js';
import { allOf, dataSchema, objectOf } from './json-schema.js';
import type { JsonSchema, ObjectSchema } from './json-schema.js';
import type { RestParameter } from './rest-parameters.js';
import { restRoot, restRoutes } from './rest-routes.js';
import type { RestRoute } from './rest-routes.js';

export const openApiPath = `${restRoot}/openapi.json`;

const introduction = `Monitoring of a Celery cluster, for clients without GraphQL. The GraphQL API of the same gateway has more.

- A parameter may also be spelled in camelCase: \`useCache\` is \`use_cache\`. A parameter that is unknown or repeated is refused.
- An error has the form of \`Error\`. What could be answered beside an error has \`errors\` in the answer.
- HEAD is accepted wherever GET is. A GET whose \`If-None-Match\` has the current \`ETag\` is answered with 304.`;

/** What a REST route can be answered; any other error has the form of these. */
const answeredErrors = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'UNKNOWN_CLUSTER',
  'LIMIT_EXCEEDED',
  'INTERNAL_SERVER_ERROR',
  'MALFORMED_MESSAGE',
  'BROKER_UNAVAILABLE',
  'RESULT_BACKEND_UNAVAILABLE',
  'TIMEOUT',
  'NO_REPLY',
] as const satisfies readonly ErrorCode[];

const problem: ObjectSchema = {
  ...objectOf({
    code: { title: 'ErrorCode', type: 'string', enum: Object.keys(errorCodes) },
    message: { type: 'string', description: 'What is wrong, for people.' },
    path: {
      type: 'string',
      description:
        'The field of the GraphQL operation behind the route that failed, such as `workers.0.stats`.',
    },
    id: {
      type: 'string',
      description: 'Of an unexpected error: the log of the gateway has details under it.',
    },
  }),
  title: 'Problem',
  description: 'One error.',
  required: ['code', 'message'],
};

const error: ObjectSchema = {
  ...objectOf({
    error: problem,
    errors: {
      type: 'array',
      items: { type: 'object' },
      description:
        'The same error in the form of GraphQL, if the request was refused before its path was looked at. Use `error`.',
    },
  }),
  title: 'Error',
  description: 'Nothing could be answered, for this reason.',
  required: ['error'],
};

/** Errors beside an answer. */
const partly: ObjectSchema = {
  ...objectOf({
    errors: {
      type: 'array',
      items: problem,
      description: 'Why parts of the answer are null; missing if nothing failed.',
    },
  }),
  required: [],
};

const text = { type: 'string' } as const;

const cacheHeaders = {
  'X-Cache': {
    description:
      'HIT if everything came from caches, MISS if something did not. Missing where nothing is cached.',
    schema: { type: 'string', enum: ['HIT', 'MISS'] },
  },
  'X-Cache-Age': {
    description: 'Age of the oldest cached part, in whole seconds. Missing on a MISS.',
    schema: { type: 'integer', minimum: 0 },
  },
  'Cache-Status': { description: 'The same by RFC 9211.', schema: text },
  ETag: { description: 'Tag of what is answered, without ages and timestamps.', schema: text },
};

const ownDefinitions = Object.values(restRoutes).flatMap(({ document }) => document.definitions);

/**
 * @param schema that the operations of the routes are about
 * @param definitions of the operations; unset for those that the routes execute
 */
export function openApiDocument(
  schema: GraphQLSchema,
  definitions: readonly DefinitionNode[] = ownDefinitions,
): object {
  const schemas = new Map<string, JsonSchema>();
  const hoist = (inline: JsonSchema) => hoisted(inline, schemas);
  const errorContent = json(hoist(error));

  const operationOf = (route: RestRoute): object => {
    const name = operationName(route.document);
    const answer = allOf(route.schema(dataSchema(schema, name, definitions).properties), partly);
    const answered = hoist({ ...answer, title: `${name}Answer`, description: route.summary });
    const isRead = route.method === 'GET';
    const headers = isRead && {
      headers: mapValues(cacheHeaders, (_, header) => refTo('headers', header)),
    };
    const otherwise = route.otherStatuses.map((status) => {
      const description = `${descriptionOf(status)}\nOr an answer that says so.`;
      return [status, { description, content: json({ anyOf: [answered, hoist(error)] }) }] as const;
    });
    return {
      operationId: name.charAt(0).toLowerCase() + name.slice(1),
      summary: route.summary,
      parameters: Object.keys(route.parameters).map((parameter) => refTo('parameters', parameter)),
      responses: {
        200: { description: route.summary, ...headers, content: json(answered) },
        ...(isRead && { 304: refTo('responses', 'NotModified') }),
        ...Object.fromEntries(
          errorStatuses.map((status) => [status, refTo('responses', `Error${status}`)]),
        ),
        ...Object.fromEntries(otherwise),
        default: refTo('responses', 'Error'),
      },
    };
  };

  const paths = mapValues(restRoutes, (route) => ({ [route.method.toLowerCase()]: operationOf(route) }));
  const errors = errorStatuses.map((status) => {
    const response = { description: descriptionOf(status), content: errorContent };
    return [`Error${status}`, response] as const;
  });
  const parameters = Object.fromEntries(
    Object.values(restRoutes).flatMap((route) => Object.entries(route.parameters)),
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'celeryql',
      version,
      description: introduction,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The gateway that serves this document.' }],
    security: [{}, { basic: [] }, { bearer: [] }],
    paths,
    components: {
      parameters: mapValues(parameters, parameterObject),
      headers: cacheHeaders,
      responses: {
        NotModified: { description: 'The client has this answer already.' },
        ...Object.fromEntries(errors),
        Error: { description: 'Any other error.', content: errorContent },
      },
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'A user of the auth file.' },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of the auth file or of an identity provider.',
        },
      },
    },
  };
}

const errorStatuses: readonly number[] = [...new Set(answeredErrors.map(statusOf))];

function statusOf(code: ErrorCode): number {
  return errorCodes[code].status;
}

function descriptionOf(status: number): string {
  const codes = answeredErrors.filter((code) => statusOf(code) === status);
  return codes.map((code) => `- \`${code}\`: ${errorCodes[code].description}`).join('\n');
}

function parameterObject({ description, schema }: RestParameter, name: string): object {
  // One value with commas: a repeated parameter is refused.
  const style = schema.type === 'array' && { style: 'form', explode: false };
  return { name, in: 'query', description, ...style, schema };
}

function refTo(kind: string, name: string): object {
  return { $ref: `#/components/${kind}/${name}` };
}

function operationName({ definitions }: DocumentNode): string {
  const [first] = definitions;
  if (first?.kind !== Kind.OPERATION_DEFINITION || !first.name)
    throw new Error('An operation has no name');
  return first.name.value;
}

function json(schema: JsonSchema): object {
  return { 'application/json': { schema } };
}

/**
 * The schema with references in place of parts that have a title, which are added to the components.
 * @throws Error if two different parts have one title
 */
function hoisted(schema: JsonSchema, components: Map<string, JsonSchema>): JsonSchema {
  const inner = (one: JsonSchema) => hoisted(one, components);
  const { title, items, properties, additionalProperties, anyOf, ...rest } = schema;
  const whole: JsonSchema = {
    ...rest,
    ...(items && { items: inner(items) }),
    ...(properties && { properties: mapValues(properties, (one) => inner(one)) }),
    ...(additionalProperties && { additionalProperties: inner(additionalProperties) }),
    // One alternative is none: a reference may have a description beside it.
    ...(anyOf?.length === 1 ? anyOf.map(inner)[0] : anyOf && { anyOf: anyOf.map(inner) }),
  };
  if (title === undefined) return whole;
  const known = components.get(title);
  if (known && JSON.stringify(known) !== JSON.stringify(whole))
    throw new Error(`Two REST routes select ${title} differently: use one fragment`);
  components.set(title, whole);
  return { $ref: `#/components/schemas/${title}` };
}

function mapValues<From, To>(
  object: Readonly<Record<string, From>>,
  convert: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, convert(value, key)]));
}
