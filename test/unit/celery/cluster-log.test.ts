import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClusterLog } from '../../../src/celery/cluster-log.js';
import { createLogger } from '../../../src/log.js';
import { createState, start, task, worker } from './events/cluster.js';

type Entry = Readonly<Record<string, unknown>>;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function loggedCluster() {
  const lines: Entry[] = [];
  const log = createLogger('info', (line) => void lines.push(JSON.parse(line) as Entry));
  const cluster = createState();
  const clusterLog = new ClusterLog({ log, state: cluster.state });
  /** The lines since the last call; a second has passed. */
  const written = (): Entry[] => {
    vi.advanceTimersByTime(1_000);
    return lines.splice(0);
  };
  return { ...cluster, clusterLog, written, lines };
}

const at = (second: number): string => new Date(start + second * 1000).toISOString();

describe('ClusterLog', () => {
  it('names a worker that dies, with its last heartbeat, and the running tasks that die with it', () => {
    const { apply, wait, written } = loggedCluster();
    apply(worker('online', 0), worker('heartbeat', 2), task('received', 'a', 3, { name: 'mail' }));
    apply(task('started', 'a', 4), worker('heartbeat', 4));
    expect(written()).toMatchObject([
      {
        level: 'info',
        message: 'workers appeared',
        count: 1,
        workers: [{ hostname: 'w1@host', pid: 7 }],
      },
    ]);

    wait(60);
    expect(written()).toMatchObject([
      {
        level: 'warn',
        message: 'workers went offline without a goodbye',
        count: 1,
        workers: [{ hostname: 'w1@host', at: at(60), lastHeartbeatAt: at(4) }],
      },
      {
        level: 'warn',
        message: 'running tasks lost their worker',
        count: 1,
        tasks: [{ id: 'a', name: 'mail', worker: 'w1@host' }],
      },
    ]);
  });

  it('names a worker that returns, restarts or says goodbye', () => {
    const { apply, wait, written } = loggedCluster();
    apply(worker('online', 0));
    wait(60);
    written();
    apply(worker('heartbeat', 61));
    expect(written()).toMatchObject([{ level: 'info', message: 'workers returned' }]);

    apply(worker('online', 62, { pid: 8 }));
    expect(written()).toMatchObject([
      { level: 'warn', message: 'workers restarted', workers: [{ hostname: 'w1@host', pid: 8 }] },
    ]);

    apply(worker('offline', 63, { pid: 8 }));
    expect(written()).toMatchObject([{ level: 'info', message: 'workers shut down' }]);
  });

  it('is silent about heartbeats that are only late', () => {
    const { apply, wait, written } = loggedCluster();
    apply(worker('heartbeat', 0));
    written();
    wait(5);
    apply(worker('heartbeat', 6));
    expect(written()).toEqual([]);
  });

  it('writes one line for what happens within a second, with twenty names and the number of all', () => {
    const { apply, written } = loggedCluster();
    for (let n = 0; n < 500; n++) apply(worker('online', 0, { hostname: `w${n}@host` }));
    const [line, ...others] = written();
    expect([line?.['count'], (line?.['workers'] as unknown[]).length, others]).toEqual([500, 20, []]);
  });

  it('writes what it has gathered when it is disposed of, and nothing afterwards', () => {
    const { apply, clusterLog, lines, written } = loggedCluster();
    apply(worker('online', 0));
    clusterLog[Symbol.dispose]();
    expect(lines.splice(0)).toMatchObject([{ message: 'workers appeared' }]);
    apply(worker('online', 1, { hostname: 'w2@host' }));
    expect(written()).toEqual([]);
  });
});
