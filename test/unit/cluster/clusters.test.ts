/** Who may see which cluster of a gateway. */
import { describe, expect, it } from 'vitest';
import type { Role, Viewer } from '../../../src/access/viewer.js';
import type { Visibility } from '../../../src/access/visibility.js';
import { UnknownClusterError } from '../../../src/errors.js';
import { Clusters } from '../../../src/cluster/clusters.js';
import { bareCluster } from './bare-cluster.js';

/** Nothing else of a cluster is asked for here. */
const tenant = (clusterName: string, visibleTo: Visibility | null = null) => ({
  cluster: { ...bareCluster, clusterName },
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

  it('may be others from one moment to the next, and are none of those before if these are refused', () => {
    const changing = new Clusters([tenant('a'), tenant('b')]);
    changing.set([tenant('c'), tenant('a')]);
    expect(changing.all.map(({ clusterName }) => clusterName)).toEqual(['c', 'a']);
    expect(changing.find(ann, 'b')).toBeNull();
    expect(() => changing.set([tenant('d'), tenant('d')])).toThrow('Two clusters have one name');
    expect(changing.all.map(({ clusterName }) => clusterName)).toEqual(['c', 'a']);
  });

  it('leave records that only those may read who could see them last', () => {
    const changing = new Clusters([tenant('a'), tenant('b', { users: ['ann'], roles: [] })]);
    changing.set([tenant('a')]);
    const readers = [ann, root].map((who) => changing.mayReadRecords(who, 'b'));
    expect(readers).toEqual([true, false]);
    expect(changing.mayReadRecords(root, 'never')).toBe(true); // there is one that everybody sees
    changing.set([tenant('a'), tenant('c')]);
    expect(changing.mayReadRecords(root, 'never')).toBe(false);
  });

  it('have names of their own, and there is one', () => {
    expect(() => new Clusters([tenant('a'), tenant('a')])).toThrow('Two clusters have one name');
    expect(() => new Clusters([])).toThrow('There is no cluster');
  });
});
