/** Who may see which cluster of a gateway. */
import { describe, expect, it } from 'vitest';
import type { Role, Viewer } from '../../../src/access/viewer.js';
import type { Visibility } from '../../../src/access/visibility.js';
import { UnknownClusterError } from '../../../src/errors.js';
import { noCluster } from '../../../src/graphql/cluster-views.js';
import { Clusters } from '../../../src/graphql/clusters.js';

/** Nothing else of a cluster is asked for here. */
const tenant = (clusterName: string, visibleTo: Visibility | null = null) => ({
  cluster: { ...noCluster, clusterName },
  visibleTo,
});

const viewer = (name: string, role: Role): Viewer => ({ name, role, method: 'bearer', expiresAt: null });
const ann = viewer('ann', 'viewer');
const bob = viewer('bob', 'operator');
const root = viewer('root', 'admin');

const clusters = new Clusters([
  tenant('of-ann', { users: ['ann'], roles: [] }),
  tenant('of-operators', { users: [], roles: ['operator'] }),
  tenant('of-both', { users: ['ann'], roles: ['operator'] }),
]);

const seenBy = (who: Viewer) => clusters.visibleTo(who).map(({ clusterName }) => clusterName);

it('cannot be used as a cluster where none was chosen', () => {
  const message = 'A field of a cluster was resolved where no cluster had been chosen';
  expect(() => noCluster.celery.state).toThrow(message);
  expect(() => noCluster.loaders.health({ path: 'health', useCache: true })).toThrow(message);
  expect(() => `${noCluster.clusterName}!`).toThrow(message);
});

describe('the clusters of a gateway', () => {
  it('are seen by the users and the roles that they name, in the order of the configuration', () => {
    expect(seenBy(ann)).toEqual(['of-ann', 'of-both']);
    expect(seenBy(bob)).toEqual(['of-operators', 'of-both']);
  });

  it('are not all for an admin: a role is the one that is named and no higher one', () => {
    expect(seenBy(root)).toEqual([]);
    expect(clusters.defaultFor(root)).toBeNull();
  });

  it('begin for each viewer with the first that they may see', () => {
    expect(clusters.pick(ann, null).clusterName).toBe('of-ann');
    expect(clusters.pick(bob, null).clusterName).toBe('of-operators');
  });

  it('are found by name by those who may see them', () => {
    expect(clusters.find(bob, 'of-both')?.clusterName).toBe('of-both');
    expect(clusters.find(bob, 'of-ann')).toBeNull();
    expect(clusters.find(bob, 'none')).toBeNull();
  });

  it('give the same error where there is none and where there is one for others', () => {
    const errors = ['of-ann', 'none', '__proto__', ''].map((name) => {
      try {
        return clusters.pick(bob, name);
      } catch (error) {
        return error;
      }
    });
    expect(new Set(errors.map(String))).toEqual(
      new Set(['UnknownClusterError: There is no such cluster']),
    );
    expect(() => clusters.pick(root, null)).toThrow(UnknownClusterError);
  });

  it('are one alone only where everybody sees it', () => {
    expect(new Clusters([tenant('default')]).only?.clusterName).toBe('default');
    expect(new Clusters([tenant('a', { users: ['ann'], roles: [] })]).only).toBeNull();
    expect(new Clusters([tenant('a'), tenant('b')]).only).toBeNull();
  });

  it('have names of their own, and there is one', () => {
    expect(() => new Clusters([tenant('a'), tenant('a')])).toThrow('Two clusters have one name');
    expect(() => new Clusters([])).toThrow('There is no cluster');
  });
});
