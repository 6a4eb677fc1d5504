/**
 * Fields that move whether or not anything has happened: ages, heartbeats, the workers' clocks and loads, how long a
 * check took. Where the TTL follows from how often an answer changes they do not count, or every answer would.
 */
export const volatileFields: ReadonlySet<string> = new Set([
  'checkedAt',
  'clock',
  'elapsedSeconds',
  'lastHeartbeatAt',
  'latencySeconds',
  'loadAverage',
  'observedSeconds',
  'oldestMessageAgeSeconds',
  'oldestWaitingAgeSeconds',
  'rusage',
  'uptime',
]);
