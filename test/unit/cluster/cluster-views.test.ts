/** Which cluster each part of an operation is about, and how it is read. */
import { beforeEach, describe, expect, it } from 'vitest';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import { CacheStatus } from '../../../src/cache/cache-status.js';
import { anonymous } from '../../../src/access/viewer.js';
import type { Visibility } from '../../../src/access/visibility.js';
import { Celery } from '../../../src/celery/celery.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { Clusters } from '../../../src/cluster/clusters.js';
import { ClusterViews } from '../../../src/cluster/cluster-views.js';
import { reads } from '../../../src/cluster/reads.js';
import { UnknownClusterError } from '../../../src/errors.js';
import { silentLogger } from '../../../src/log.js';
import { ScriptedTransport } from '../celery/scripted-transport.js';
import { bareCluster } from './bare-cluster.js';

const hidden: Visibility = { users: ['another'], roles: [] };
const viewer = anonymous('admin');

function open(clusterName: string): Cluster {
  const celery = new Celery({
    transport: new ScriptedTransport(),
    results: null,
    log: silentLogger,
    inspectTimeout: 1_000,
    queues: [],
    maxTasks: 10,
    maxTaskBytes: 1_000_000,
  });
  return { ...bareCluster, clusterName, celery, caches: new CacheRegistry(), resultLoader: null };
}

const north = open('north');
const south = open('south');
const secret = open('secret');
let cacheStatus: CacheStatus;
beforeEach(() => void (cacheStatus = new CacheStatus()));

function views(clusters: Clusters, cluster = clusters.only): ClusterViews {
  return new ClusterViews({ clusters, viewer, cluster, cacheStatus, operationAt: 0 });
}

const several = new Clusters([
  { cluster: secret, visibleTo: hidden },
  { cluster: north, visibleTo: null },
  { cluster: south, visibleTo: null },
]);
const one = new Clusters([{ cluster: north, visibleTo: null }]);

describe('ClusterViews.pick', () => {
  it('takes the cluster that is named, or the first that the viewer may see', () => {
    const operation = views(several);
    expect(operation.pick('south').cluster).toBe(south);
    expect(operation.pick(null).cluster).toBe(north);
  });

  it('answers alike for a cluster that does not exist and one that the viewer may not see', () => {
    for (const name of ['secret', 'nowhere'])
      expect(() => views(several).pick(name)).toThrow(UnknownClusterError);
  });

  it('keeps to the cluster that the operation is about, whichever are added meanwhile', () => {
    const clusters = new Clusters([{ cluster: north, visibleTo: null }]);
    const operation = views(clusters);
    clusters.set([
      { cluster: south, visibleTo: null },
      { cluster: north, visibleTo: null },
    ]);
    expect(operation.pick(null).cluster).toBe(north);
    expect(operation.all().map(({ cluster }) => cluster)).toEqual([north]);
    expect(() => operation.pick('south')).toThrow(UnknownClusterError);
  });

  it('opens one reader for each cluster, however often it is chosen', () => {
    const operation = views(several);
    for (const name of ['south', null, 'south']) operation.pick(name);
    expect(operation.readers).toHaveLength(2);
  });
});

describe('ClusterViews.subscribed', () => {
  it('is about the cluster that the subscription has chosen', () => {
    const operation = views(several);
    operation.pick('south');
    expect(operation.subscribed('workerEvents').cluster).toBe(south);
    expect(views(one).subscribed('workerEvents').cluster).toBe(north);
  });

  it('fails where none was chosen: no answer is better than one about another cluster', () => {
    expect(views(several).chosen).toBeNull();
    expect(() => views(several).subscribed('workerEvents')).toThrow('has chosen no cluster');
  });
});

describe('ClusterView', () => {
  it('reads below a field as that field was asked for, and notes it by its path', async () => {
    const field = views(several).pick('south').at('workers', false);
    await field.below('stats').read(reads.workers());
    await field.read(reads.workers());
    expect(cacheStatus.isBypassed).toBe(true);
    expect(cacheStatus.entries).toMatchObject([
      { path: 'workers.stats', cluster: 'south', status: 'MISS' },
    ]);
  });

  it('shares what was read with every view of the operation that asks in the same way', async () => {
    const view = views(one).pick(null);
    const work = (key: string) => view.at(key, true).once('figures', () => ({}));
    expect(await work('a')).toBe(await work('b'));
    expect(await view.at('c', false).once('figures', () => ({}))).not.toBe(await work('a'));
    expect(
      await view
        .at('a', true)
        .fresh()
        .once('figures', () => 'fresh'),
    ).not.toBe('fresh');
  });
});
