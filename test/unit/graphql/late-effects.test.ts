/** What a control brings about after it was answered makes the caches forget, once each, for a minute. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import { controlCommandNames } from '../../../src/celery/control/commands.js';
import { ignoreListenerErrors, Listeners } from '../../../src/celery/listeners.js';
import type { TaskChangeListener } from '../../../src/celery/events/task-watch.js';
import type { WorkerStatusListener } from '../../../src/celery/events/worker-registry.js';
import { invalidates, LateEffects } from '../../../src/graphql/controls/invalidations.js';

const tasks = new Listeners<Parameters<TaskChangeListener>>('changes', ignoreListenerErrors);
const workers = new Listeners<Parameters<WorkerStatusListener>>('changes', ignoreListenerErrors);
let caches: CacheRegistry;
let effects: LateEffects;

beforeEach(() => {
  vi.useFakeTimers();
  caches = new CacheRegistry({ clock: () => 0 }); // nothing runs out by itself
  const state = {
    onTaskChange: (listener: TaskChangeListener) => tasks.add(listener),
    onWorkerStatus: (listener: WorkerStatusListener) => workers.add(listener),
  };
  effects = new LateEffects(state, caches);
});
afterEach(() => {
  caches[Symbol.dispose]();
  vi.useRealTimers();
});

const store = () => caches.get('worker_status').read('workers', async () => 'cached');
const size = () => caches.get('worker_status').getStats().size;

it('names the caches of every command', () => {
  expect(Object.keys(invalidates).sort()).toEqual([...controlCommandNames].sort());
});

it('forgets when a worker that was told to go says goodbye', async () => {
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
