/** GraphQL over HTTP: Yoga with our plugins, in order. */
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { YogaServerInstance } from 'graphql-yoga';
import { auditEntry } from '../access/audit-log.js';
import type { AuditEntry } from '../access/audit-log.js';
import { LiveSessions } from '../access/live-sessions.js';
import { CacheStatus } from '../cache/cache-status.js';
import { createContext } from '../graphql/context.js';
import type { Caller, Context, Services } from '../graphql/context.js';
import type { OperationTally } from '../prometheus/operation-tally.js';
import { withoutTypesOfValue } from '../graphql/errors/hidden-schema.js';
import { createErrorMask } from '../graphql/errors/mask-error.js';
import { ClientShares } from './client-shares.js';
import type { ClientLimits, DocumentLimits } from './limits.js';
import { useAnswerSize } from './plugins/use-answer-size.js';
import { useCacheStatus } from './plugins/use-cache-status.js';
import { useClientShares } from './plugins/use-client-shares.js';
import { useConditionalRequests } from './plugins/use-conditional-requests.js';
import { documentCache, useDocumentLimits } from './plugins/use-document-limits.js';
import { useEventStreams } from './plugins/use-event-streams.js';
import { useExecutor } from './plugins/use-executor.js';
import { ConditionalAnswers } from './conditional/conditional-answers.js';
import { useKeptAnswers } from './plugins/use-kept-answers.js';
import { useGzip } from './plugins/use-gzip.js';
import { useHead } from './plugins/use-head.js';
import { useIntrospectionSwitch } from './plugins/use-introspection-switch.js';
import { useOperationTally } from './plugins/use-operation-tally.js';
import { useNoForms } from './plugins/use-no-forms.js';
import { persistedParamNames, usePersistedOperations } from './plugins/use-persisted-operations.js';
import { useRestRoutes } from './plugins/use-rest-routes.js';
import { useRequiredInput } from './plugins/use-required-input.js';
import { useSecondPass } from './plugins/use-second-pass.js';
import { useSideErrors } from './plugins/use-side-errors.js';
import { useSubscriptionItems } from './plugins/use-subscription-items.js';
import { useSubscriptionShares } from './plugins/use-subscription-shares.js';
import { typedRefusal, useTypedRefusals } from './plugins/use-typed-refusals.js';
import type { ServerContext } from './server-context.js';

export const graphqlPath = '/graphql';

export type Yoga = YogaServerInstance<ServerContext, Context>;

export interface GraphQLServerOptions {
  /** Epoch milliseconds. */
  readonly wallClock?: () => number;
  /** Of limits and durations, milliseconds; must not go back. */
  readonly durationClock?: () => number;
  /** Counts them as they end. */
  readonly operations?: OperationTally | undefined;
  /** End subscriptions before their time. */
  readonly sessions?: LiveSessions;
  /** Names of the headers in which a proxy says who the user is; none by default. */
  readonly identityHeaders?: readonly string[];
  /** Aborted when the gateway stops, before its streams end. */
  readonly stopping?: AbortSignal;
  /** Whether the server keeps answers to give them again. */
  readonly keepsAnswers?: boolean;
}

export function createGraphQLServer(
  schema: GraphQLSchema,
  services: Services,
  limits: DocumentLimits & ClientLimits,
  {
    wallClock = Date.now,
    durationClock = () => performance.now(),
    operations,
    sessions = new LiveSessions(),
    identityHeaders = [],
    stopping = new AbortController().signal,
    keepsAnswers = false,
  }: GraphQLServerOptions = {},
): Yoga {
  const { maxBatch, introspection, persistedOperations } = limits;
  const { audit, clock } = services;
  const shares = new ClientShares(limits, {
    clock: durationClock,
    onRefused: (caller, message) => audit.countRefusal(limitRefusal(caller, message, clock())),
  });
  const conditional = new ConditionalAnswers({ clock: wallClock, durationClock, identityHeaders });
  const mask = createErrorMask(services.log);
  const maskError = (error: unknown) => typedRefusal(mask(error));
  return createYoga<ServerContext, Context>({
    schema,
    // A batch has a status for the whole response, and each member its own below it; a WebSocket has no response.
    context: ({ caller, responseCacheStatus, request }) =>
      createContext(
        services,
        { ...caller, lastEventId: request.headers.get('last-event-id') },
        (responseCacheStatus ?? new CacheStatus()).member(),
        limits.maxCost,
      ),
    graphqlEndpoint: graphqlPath,
    batching: { limit: maxBatch },
    extraParamNames: persistedParamNames,
    maskedErrors: {
      maskError: introspection ? maskError : (error) => withoutTypesOfValue(maskError(error)),
    },
    logging: false,
    landingPage: false,
    graphiql: false, // served from one rendering, see graphiql.ts
    multipart: false, // nothing is uploaded
    cors: false, // Yoga's default lets every origin in, with credentials
    maxRequestBodySize: false, // the body is read, and bounded, before it gets here
    parserAndValidationCache: documentCache(),
    healthCheckEndpoint: '/.well-known/yoga', // its own answer would hide ours at any path that ends in /health
    plugins: [
      useHead(), // first: everything below sees a GET
      ...(operations ? [useOperationTally(operations)] : []), // before whatever may refuse
      useClientShares(maxBatch, shares),
      useDocumentLimits(limits),
      useRequiredInput(),
      useIntrospectionSwitch(introspection),
      usePersistedOperations(persistedOperations === 'only'),
      useNoForms(),
      ...(keepsAnswers
        ? [
            useKeptAnswers({
              clusters: services.clusters,
              conditional,
              shares,
              operations: operations ?? null,
            }),
          ]
        : []), // before the headers that differ each time
      useCacheStatus(), // before whatever executes, so that REST routes have a status too
      useConditionalRequests(conditional), // behind the headers of the cache status, which a 304 has too
      useRestRoutes(schema),
      useExecutor(),
      useSecondPass(),
      useAnswerSize(limits.maxAnswerBytes),
      useSideErrors(),
      useSubscriptionItems(limits.maxAnswerBytes, sessions),
      useSubscriptionShares(shares),
      useEventStreams(stopping, services.log),
      useTypedRefusals(),
      useGzip(), // last: everything above sees answers as they are
    ],
  });
}

function limitRefusal({ viewer, clientAddress }: Caller, message: string, at: number): AuditEntry {
  return auditEntry({
    at,
    viewer: viewer.name,
    role: viewer.role,
    method: viewer.method,
    address: clientAddress,
    action: 'request',
    outcome: 'FORBIDDEN',
    code: 'LIMIT_EXCEEDED',
    message,
  });
}
