/** Serves the REST routes by executing their operations, with the same request, so that nothing below knows REST. */
import { print } from 'graphql';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { FetchAPI, Plugin, YogaServerInstance } from 'graphql-yoga';
import { BadUserInputError, errorCodes, isErrorCode } from '../../errors.js';
import type { ErrorCode } from '../../errors.js';
import type { Context } from '../../graphql/context.js';
import { restRoutes } from '../rest-routes.js';
import type { RestRoute } from '../rest-routes.js';
import type { ServerContext } from '../server-context.js';

export const restPrefix = '/api/';

type Yoga = YogaServerInstance<ServerContext, Context>;
type RequestHook = Parameters<NonNullable<Plugin<Context, ServerContext>['onRequest']>>[0];

export function useRestRoutes(): Plugin<Context, ServerContext> {
  let yoga: Pick<Yoga, 'getResultForParams'> | undefined;
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
    const route = restRoutes[url.pathname.replace(/\/$/, '')];
    if (!route) {
      const paths = Object.keys(restRoutes).join(', ');
      endResponse(json(fetchAPI, 404, { error: { code: 'NOT_FOUND', message: `There are ${paths}` } }));
      return;
    }
    if (request.method !== route.method) {
      const allow = route.method === 'GET' ? 'GET, HEAD' : route.method;
      const message = `${url.pathname} takes ${allow}`;
      endResponse(json(fetchAPI, 405, { error: { code: 'METHOD_NOT_ALLOWED', message } }, { allow }));
      return;
    }
    try {
      const cluster = url.searchParams.get('cluster'); // every route is about one, the first by default
      const variables = { ...route.variables(url.searchParams), cluster };
      const params = { query: queries.get(route) ?? '', variables };
      const result = await yoga.getResultForParams({ params, request }, serverContext);
      endResponse(answer(fetchAPI, route, result));
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      endResponse(json(fetchAPI, 400, { error: { code: error.code, message: error.message } }));
    }
  }
}

function answer(fetchAPI: FetchAPI, route: RestRoute, result: unknown): Response {
  const { data, errors } = result as ExecutionResult;
  const isAnswered = data && Object.values(data).some((value) => value !== null);
  if (!isAnswered) {
    const [first] = errors ?? [];
    return json(fetchAPI, errorCodes[codeOf(first)].status, { error: describe(first) });
  }
  const { body, status = 200 } = route.shape(data);
  return json(fetchAPI, status, errors ? { ...(body as object), errors: errors.map(describe) } : body);
}

/** Of GraphQL's own complaints only those about arguments have no code. */
function codeOf(error: GraphQLError | undefined): ErrorCode {
  const code = error?.extensions['code'];
  return isErrorCode(code) ? code : 'BAD_USER_INPUT';
}

function describe(error: GraphQLError | undefined): unknown {
  return {
    code: codeOf(error),
    message: error?.message,
    ...(error?.path && { path: error.path.join('.') }),
  };
}

function json(
  fetchAPI: FetchAPI,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Response {
  return new fetchAPI.Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}
