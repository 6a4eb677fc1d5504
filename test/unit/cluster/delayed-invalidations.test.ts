/** What a control brings about after it was answered makes the caches forget, once each, for a minute. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import { controlCommandNames } from '../../../src/celery/control/commands.js';
import { ignoreListenerErrors, Listeners } from '../../../src/listeners.js';
import type { TaskChangeListener } from '../../../src/celery/tasks/known-tasks.js';
import type { WorkerStatusListener } from '../../../src/celery/events/worker-registry.js';
import { invalidates } from '../../../src/cluster/control-invalidation.js';
import { DelayedInvalidations } from '../../../src/cluster/delayed-invalidations.js';
import { createState, task } from '../celery/events/cluster.js';

let tasks: Listeners<Parameters<TaskChangeListener>>;
let workers: Listeners<Parameters<WorkerStatusListener>>;
let caches: CacheRegistry;
let effects: DelayedInvalidations;

beforeEach(() => {
  vi.useFakeTimers();
  tasks = new Listeners('changes', ignoreListenerErrors);
  workers = new Listeners('changes', ignoreListenerErrors);
  caches = new CacheRegistry({ clock: () => 0 }); // nothing runs out by itself
  const state = {
    onTaskChange: (listener: TaskChangeListener) => tasks.add(listener),
    onWorkerStatus: (listener: WorkerStatusListener) => workers.add(listener),
  };
  effects = new DelayedInvalidations(state, caches);
});
afterEach(() => {
  caches[Symbol.dispose]();
  vi.useRealTimers();
});

const store = () => caches.get('worker_status').read('workers', async () => 'cached');
const size = () => caches.get('worker_status').getStats().size;

it('names the caches of every command, and of what changes the queues', () => {
  const changes = [...controlCommandNames, 'send_task', 'purge_queue'];
  expect(Object.keys(invalidates).sort()).toEqual(changes.sort());
});

it('invalidates when a worker that was asked to shut down says goodbye', async () => {
  await store();
  effects.goodbyes('shutdown', ['a@h', 'b@h']);
  workers.notify({ hostname: 'other@h', online: false });
  workers.notify({ hostname: 'a@h', online: true });
  expect(size()).toBe(1);
  workers.notify({ hostname: 'a@h', online: false });
  expect(size()).toBe(0);

  await store();
  workers.notify({ hostname: 'a@h', online: false });
  expect(size()).toBe(1);
});

it('waits for a minute, and not for ever', async () => {
  await store();
  effects.goodbyes('shutdown', ['a@h']);
  vi.advanceTimersByTime(60_000);
  workers.notify({ hostname: 'a@h', online: false });
  expect(size()).toBe(1);
});

it('forgets once more when a revoked task ends, and not before', async () => {
  const { state, apply } = createState();
  new DelayedInvalidations(state, caches).tasks('revoke', ['a']);
  await store();
  apply(task('received', 'a', 0), task('started', 'a', 1), task('succeeded', 'b', 1));
  expect(size()).toBe(1);
  apply(task('revoked', 'a', 2));
  expect(size()).toBe(0);
});

it('stops listening when the last name has ended, and listens for none where there is none', () => {
  effects.goodbyes('shutdown', ['a@h', 'b@h']);
  effects.goodbyes('shutdown', []);
  expect(workers.size).toBe(1);
  workers.notify({ hostname: 'a@h', online: false });
  expect(workers.size).toBe(1);
  workers.notify({ hostname: 'b@h', online: false });
  expect(workers.size).toBe(0);
});

it('waits for a hundred controls at a time', () => {
  for (let i = 0; i < 101; i++) effects.goodbyes('shutdown', [`w${i}@h`]);
  expect(workers.size).toBe(100);
  workers.notify({ hostname: 'w100@h', online: false });
  expect(workers.size).toBe(100);
  workers.notify({ hostname: 'w0@h', online: false });
  effects.goodbyes('shutdown', ['next@h', 'other@h']);
  effects.goodbyes('shutdown', ['last@h']);
  expect(workers.size).toBe(100);
});
