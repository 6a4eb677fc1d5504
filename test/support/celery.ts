/**
 * Everything that tests need of a real Celery, in one import.
 */
export { celeryNames, celeryVersion, celeryVersions } from './celery-versions.js';
export type { CeleryName, CeleryVersion } from './celery-versions.js';
export { applicationDir, pythonOutput, runPython } from './python.js';
export type { Application, Finished } from './python.js';
export { CeleryWorker, startWorker } from './celery-worker.js';
export type { Pool, WorkerOptions } from './celery-worker.js';
export { celeryInspect, runLedger, sendTasks, timeInspectStats } from './celery-command.js';
export type { Call, InspectOptions, LedgerEntry, LedgerOptions, TimeOptions } from './celery-command.js';
export { Cluster, startCluster } from './cluster.js';
export type { ClusterOptions, ClusterWorker } from './cluster.js';
