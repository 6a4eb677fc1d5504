/** The public API. */
export { MetricsCache } from './cache/metrics-cache.js';
export type { MetricsCacheOptions, ReadOptions, Ttl } from './cache/cache-options.js';
export type { CacheRead } from './cache/cache-read.js';
export type { CacheAdvice } from './cache/cache-advice.js';
export type { CacheStats, CacheStatsReport } from './cache/cache-stats.js';
export { cacheDefaults, cacheNames } from './cache/cache-defaults.js';
export type { CacheExtensions, CacheStatusEntry, CacheStatusSummary } from './cache/cache-status.js';
export { CacheRegistry } from './cache/cache-registry.js';
export type { CacheName, CacheOverrides } from './cache/cache-defaults.js';
export { readConfig } from './config/config.js';
export type { Config } from './config/config.js';
export * from './error-codes.js';
export * from './errors.js';
export { startGateway } from './gateway.js';
export type { Gateway } from './gateway.js';
export { createLogger, silentLogger } from './log.js';
export type { Logger, LogLevel } from './log.js';
