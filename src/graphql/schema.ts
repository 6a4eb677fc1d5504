/** The schema: every noun adds its own part to the builder. */
import { builder } from './builder.js';
import './scalars.js';
import './tasks.js';
import './workers.js';
import './queues.js';
import './metrics.js';
import './task-types.js';
import './health.js';
import './cache.js';
import './gateway.js';
import './access.js';
import './controls/workers.js';
import './controls/pools.js';
import './controls/limits.js';
import './controls/revoke.js';
import './sending/send-task.js';
import './sending/rerun-task.js';
import './sending/purge-queue.js';
import './subscriptions/task-events.js';
import './subscriptions/worker-events.js';
import './subscriptions/queues.js';
import './subscriptions/metrics-summary.js';

export const schema = builder.toSchema();
