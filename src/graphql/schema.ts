/** The schema: every noun adds its own part to the builder. */
import { builder } from './builder.js';
import './scalars.js';
import './tasks.js';
import './workers.js';
import './queues.js';
import './metrics.js';
import './health.js';
import './cache.js';
import './gateway.js';

export const schema = builder.toSchema();
