/** Serves the REST routes by executing their operations, with the same request, so that nothing below knows REST. */
import { print } from 'graphql';
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { FetchAPI, Plugin, YogaServerInstance } from 'graphql-yoga';
import { errorCodes, isErrorCode } from '../../error-codes.js';
import type { ErrorCode } from '../../error-codes.js';
import { BadUserInputError, type ListCutError } from '../../errors.js';
import type { Context } from '../../graphql/context.js';
import { restRefusal, restResponse } from '../error-response.js';
import { openApiDocument, openApiPath } from '../routes/openapi.js';
import { readParameters } from '../routes/rest-parameters.js';
import { restPrefix } from '../routes/rest-path.js';
import { restRoutes } from '../routes/rest-routes.js';
import type { RestRoute } from '../routes/rest-routes.js';
import { StaticJson } from '../routes/static-json.js';
import type { ServerContext } from '../server-context.js';

type Yoga = YogaServerInstance<ServerContext, Context>;
type RequestHook = Parameters<NonNullable<Plugin<Context, ServerContext>['onRequest']>>[0];

/** @param schema that the operations of the routes are about */
export function useRestRoutes(schema: GraphQLSchema): Plugin<Context, ServerContext> {
  let yoga: Pick<Yoga, 'getResultForParams'> | undefined;
  let openApi: StaticJson | undefined;
  const queries = new Map(Object.values(restRoutes).map((route) => [route, print(route.document)]));

  return {
    onYogaInit(init) {
      yoga = init.yoga;
    },
    onRequest(hook) {
      // No promise for what is not for here: all the rest of the request would wait for it.
      return yoga && hook.url.pathname.startsWith(restPrefix) ? answerRest(yoga, hook) : undefined;
    },
  };

  async function answerRest(
    yoga: Pick<Yoga, 'getResultForParams'>,
    { request, url, serverContext, fetchAPI, endResponse }: RequestHook,
  ): Promise<void> {
    const path = url.pathname.replace(/\/$/, '');
    const route = restRoutes[path];
    if (!route && path !== openApiPath) {
      const paths = [...Object.keys(restRoutes), openApiPath].join(', ');
      endResponse(restRefusal(fetchAPI, { code: 'NOT_FOUND', message: `There are ${paths}` }));
      return;
    }
    const method = route?.method ?? 'GET';
    if (request.method !== method) {
      const allow = method === 'GET' ? 'GET, HEAD' : method;
      const message = `${url.pathname} takes ${allow}`;
      endResponse(restRefusal(fetchAPI, { code: 'METHOD_NOT_ALLOWED', message }, { allow }));
      return;
    }
    try {
      const variables = readParameters(route?.parameters ?? {}, url.searchParams);
      if (!route) {
        openApi ??= new StaticJson(openApiDocument(schema));
        endResponse(openApi.answer(fetchAPI, request.headers));
        return;
      }
      const params = { query: queries.get(route) ?? '', variables };
      const result = await yoga.getResultForParams({ params, request }, serverContext);
      endResponse(answer(fetchAPI, route, result));
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      endResponse(restRefusal(fetchAPI, error));
    }
  }
}

function answer(fetchAPI: FetchAPI, route: RestRoute, result: unknown): Response {
  const { data, errors } = result as ExecutionResult;
  const isAnswered = data && Object.values(data).some((value) => value !== null);
  if (!isAnswered) {
    const [first] = errors ?? [];
    return restResponse(fetchAPI, errorCodes[codeOf(first)].status, { error: describe(first) });
  }
  const { body, status = 200, errors: cut = [] } = route.shape(data);
  const listed = [...(errors ?? []).map(describe), ...cut.map(describeCut)];
  return restResponse(
    fetchAPI,
    status,
    listed.length > 0 ? { ...(body as object), errors: listed } : body,
  );
}

/** Of GraphQL's own complaints only those about arguments have no code. */
function codeOf(error: GraphQLError | undefined): ErrorCode {
  const code = error?.extensions['code'];
  return isErrorCode(code) ? code : 'BAD_USER_INPUT';
}

function describeCut({ code, message }: ListCutError): unknown {
  return { code, message };
}

function describe(error: GraphQLError | undefined): unknown {
  const id = error?.extensions['id'];
  return {
    code: codeOf(error),
    message: error?.message,
    ...(error?.path && { path: error.path.join('.') }),
    ...(id !== undefined && { id }), // the log has the error under it
  };
}
