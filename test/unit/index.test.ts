import { expect, it } from 'vitest';
import * as api from '../../src/index.js';

it('exports by name what the docs show, and nothing by accident', () => {
  expect(Object.keys(api).sort()).toEqual([
    'AuthenticationUnavailableError',
    'BadUserInputError',
    'BrokerUnavailableError',
    'CacheRegistry',
    'ClusterClosedError',
    'CommandRejectedError',
    'ConfigError',
    'CursorExpiredError',
    'EventsLostError',
    'ForbiddenError',
    'ForeignHostError',
    'GatewayError',
    'LimitExceededError',
    'ListCutError',
    'MalformedMessageError',
    'MetricsCache',
    'NoReplyError',
    'NoWorkersError',
    'NotListeningError',
    'PeekRefusedError',
    'PurgeImpossibleError',
    'PurgeRefusedError',
    'RerunRefusedError',
    'ResultBackendUnavailableError',
    'TimeoutError',
    'TooManyAttemptsError',
    'UnauthenticatedError',
    'UnknownClusterError',
    'UnknownQueueError',
    'UnknownTaskError',
    'UnknownWorkerError',
    'UnreadableReplyError',
    'UnreadableResultError',
    'cacheDefaults',
    'cacheNames',
    'createLogger',
    'errorCodes',
    'isErrorCode',
    'readConfig',
    'silentLogger',
    'startGateway',
  ]);
});

it('caches on its own, as docs/caching.md shows', async () => {
  let built = 0;
  const buildReport = async (day: string) => ({ day, number: ++built });
  const cache = new api.MetricsCache<{ day: string; number: number }>({
    name: 'reports',
    ttl: 5_000,
    maxSize: 100,
  });

  const first = await cache.read('today', () => buildReport('today'));
  expect([first.value.number, first.status]).toEqual([1, 'MISS']);
  const cachedReport = cache.cached(buildReport, { key: (day: string) => day });
  expect((await cachedReport('today')).number).toBe(1);
  expect((await cachedReport('yesterday')).number).toBe(2);
});
