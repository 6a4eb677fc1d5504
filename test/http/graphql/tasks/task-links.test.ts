/** What hangs on a task: its children, and whether its worker is gone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEvents } from '../../../../src/celery/events/event.js';
import { State } from '../../../../src/celery/events/state.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import { startTestServer } from '../../test-server.js';
import type { TestServer } from '../../test-server.js';

const minute = 60_000;

describe('A task', () => {
  let server: TestServer;
  const now = { value: Date.parse('2026-03-01T12:00:00Z') };
  const state = new State({ clock: () => now.value });
  const apply = (...events: object[]) => {
    const common = { hostname: 'w1@host', timestamp: now.value / 1000, pid: 1, clock: 1 };
    for (const event of parseEvents(events.map((fields) => ({ ...common, ...fields }))).events) {
      state.apply(event, now.value);
    }
  };
  beforeEach(async () => {
    server = await startTestServer();
    // The embedded cluster has no orphans: this state has.
    const { celery } = server.services as { celery: Mutable<Cluster['celery']> };
    celery.state = state;
  });
  afterEach(() => server[Symbol.asyncDispose]());

  it('is orphaned for as long as it is known, when its worker went away while it ran', async () => {
    const orphaned = async () => {
      const { data } = await server.query('{ task(taskId: "a", useCache: false) { state orphaned } }');
      return data;
    };
    apply({ type: 'worker-heartbeat', freq: 2 });
    apply({ type: 'task-received', uuid: 'a', name: 'x.y' }, { type: 'task-started', uuid: 'a' });
    expect(await orphaned()).toEqual({ task: { state: 'STARTED', orphaned: false } });

    now.value += minute;
    state.lookForSilence();
    expect(await orphaned()).toEqual({ task: { state: 'STARTED', orphaned: true } });

    now.value += 25 * 60 * minute;
    expect(state.worker('w1@host')).toBeNull();
    expect(await orphaned()).toEqual({ task: { state: 'STARTED', orphaned: true } });
  });

  it('shows as many of its children as are asked for, a hundred at most', async () => {
    const children = Array.from({ length: 150 }, (_, n) => ({
      uuid: `c${n}`,
      parent_id: 'p',
      root_id: 'p',
    }));
    apply({ type: 'task-received', uuid: 'p', name: 'x.y' });
    apply(...children.map((child) => ({ type: 'task-received', name: 'x.z', ...child })));
    const shown = async (args: string) => {
      const { data, errors } = await server.query<{ task: { children: { nodes: unknown[] } } }>(
        `{ task(taskId: "p", useCache: false) { children${args} { nodes { taskId } } } }`,
      );
      return errors?.[0]?.message ?? data?.task.children.nodes.length;
    };

    expect(await shown('')).toBe(100);
    expect(await shown('(first: 20)')).toBe(20);
    expect(await shown('(first: 101)')).toBe('first must be from 0 to 100');
  });

  it('stays in its list when too many of its children are asked for', async () => {
    apply({ type: 'task-received', uuid: 'lone', name: 'x.lone' });
    const { data, errors } = await server.query(
      '{ tasks(filter: { names: ["x.lone"] }) { nodes { name children(first: 101) { nodes { name } } } } me { role } }',
    );
    expect(data).toEqual({
      tasks: { nodes: [{ name: 'x.lone', children: null }] },
      me: { role: 'ADMIN' },
    });
    expect(errors).toMatchObject([
      { path: ['tasks', 'nodes', 0, 'children'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
