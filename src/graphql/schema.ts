/** The schema: every noun adds its own part to the builder. */
import { builder } from './builder.js';
import './scalars.js';
import './tasks/task-type.js';
import './tasks/tasks.js';
import './workers/worker-type.js';
import './workers/workers.js';
import './queues.js';
import './metrics.js';
import './tasks/task-types.js';
import './nodes/nodes.js';
import './health.js';
import './cache/cache.js';
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

// Pothos has no option for it.
schema.description =
  'celeryql is a GraphQL gateway that monitors Celery clusters: tasks, workers, queues, figures, caches and health, as ' +
  'queries and as subscriptions; mutations control workers and send tasks. Most fields read through a cache: `extensions.cache` ' +
  'of each answer reports hits and ages, and `useCache: false` reads from the cluster. A value that is unknown is null, ' +
  'and the description of its field gives the meaning of null. Start with `tasks`, `workers`, `queues` and `health`; ' +
  '`docs/api.md` of the package describes paging, errors, subscriptions and REST.';
