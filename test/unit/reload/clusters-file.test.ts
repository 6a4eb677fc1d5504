/** A changed file of clusters. */
import { describe, expect, it } from 'vitest';
import { LiveSessions } from '../../../src/access/live-sessions.js';
import { readConfig } from '../../../src/config/config.js';
import { ConfigError } from '../../../src/errors.js';
import { ClustersReload } from '../../../src/reload/clusters-file.js';
import { parseClustersFile } from '../../../src/config/clusters-file.js';
import type { ConfiguredCluster } from '../../../src/config/clusters-file.js';

const config = readConfig([], {});
const parse = (text: string) => parseClustersFile(text, config, {});
const file = (...clusters: object[]) => JSON.stringify({ clusters });
const shop = { name: 'shop', broker: 'redis://h/0' };
const mail = { name: 'mail', broker: 'redis://h/1', visibleTo: { users: ['ann'] } };

function open(text: string) {
  const sessions = new LiveSessions();
  const ended: string[] = [];
  for (const name of ['ann', 'bob'])
    sessions.add({ name, role: 'viewer', method: 'basic', expiresAt: null }, () => ended.push(name));
  const clusters = {
    configured: parse(text),
    set(configured: readonly ConfiguredCluster[]) {
      this.configured = configured;
      return Promise.resolve();
    },
  };
  const reload = new ClustersReload({ open: clusters, sessions, parse });
  return { reload, clusters, ended };
}

describe('A changed file of clusters', () => {
  it('says which clusters there are, and ends the sessions of those who see less of them', () => {
    const { reload, clusters, ended } = open(file(shop, mail));
    const changed = file(shop, { ...mail, visibleTo: { users: ['bob'] } });
    reload.apply(changed);
    expect(clusters.configured).toEqual(parse(changed));
    expect(ended).toEqual(['ann']);
  });

  it('ends no session because a cluster is added or removed', () => {
    const { reload, clusters, ended } = open(file(shop, mail));
    reload.apply(file(shop, { name: 'new', embedded: true }));
    expect(clusters.configured.map(({ name }) => name)).toEqual(['shop', 'new']);
    expect(ended).toEqual([]);
  });

  it('that is wrong changes nothing', () => {
    const { reload, clusters, ended } = open(file(shop, mail));
    const before = clusters.configured;
    expect(() => reload.apply(file(shop, shop))).toThrow(
      new ConfigError('has two clusters named "shop"'),
    );
    expect(clusters.configured).toBe(before);
    expect(ended).toEqual([]);
  });
});
