/** What can be measured, in the order in which it is. */
import { cold } from './cold.mjs';
import { engine } from './engine.mjs';
import { hot } from './hot.mjs';
import { idle } from './idle.mjs';
import { indexes } from './indexes.mjs';
import { ingest } from './ingest.mjs';
import { inspect } from './inspect.mjs';
import { latency } from './latency.mjs';
import { liveness } from './liveness.mjs';
import { memory } from './memory.mjs';
import { redaction } from './redaction.mjs';
import { replicas } from './replicas.mjs';
import { scrapes } from './scrape.mjs';
import { soak } from './soak.mjs';
import { start } from './start.mjs';
import { subscribers } from './subscribers.mjs';

export const subjects = [
  hot,
  cold,
  ingest,
  memory,
  soak,
  subscribers,
  latency,
  inspect,
  start,
  idle,
  engine,
  replicas,
  indexes,
  scrapes,
  redaction,
  liveness,
];
