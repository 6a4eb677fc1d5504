/** What of the file of clusters takes effect while the gateway runs. */
import { describe, expect, it } from 'vitest';
import { LiveSessions } from '../../../src/access/live-sessions.js';
import type { Visibility } from '../../../src/access/visibility.js';
import { readConfig } from '../../../src/config.js';
import { ConfigError } from '../../../src/errors.js';
import { ClustersReload } from '../../../src/reload/clusters-file.js';
import { parseClustersFile } from '../../../src/settings/clusters-file.js';

const config = readConfig([], {});
const parse = (text: string) => parseClustersFile(text, config, { PASSWORD: 'hunter2' });
const file = (...clusters: object[]) => JSON.stringify({ clusters });
const shop = { name: 'shop', broker: 'redis://h/0' };
const mail = { name: 'mail', broker: 'redis://h/1', visibleTo: { users: ['ann'] } };

function open(text: string) {
  const shown: [string, Visibility | null][] = [];
  const sessions = new LiveSessions();
  const ended: string[] = [];
  for (const name of ['ann', 'bob'])
    sessions.add({ name, role: 'viewer', method: 'basic', expiresAt: null }, () => ended.push(name));
  const clusters = { show: (name: string, to: Visibility | null) => void shown.push([name, to]) };
  const reload = new ClustersReload({ clusters, configured: parse(text), sessions, parse });
  return { reload, shown, ended };
}

describe('A changed file of clusters', () => {
  it('says at once who may see which, and ends the sessions of those who see less', () => {
    const { reload, shown, ended } = open(file(shop, mail));
    expect(reload.apply(file(shop, { ...mail, visibleTo: { users: ['bob'] } }))).toEqual([]);
    expect(shown).toEqual([
      ['shop', null],
      ['mail', { users: ['bob'], roles: [] }],
    ]);
    expect(ended).toEqual(['ann']);
  });

  it('hides a cluster that is gone from every caller', () => {
    const { reload, shown, ended } = open(file(shop, mail));
    expect(reload.apply(file(shop))).toEqual(['mail: removed']);
    expect(shown.at(-1)).toEqual(['mail', { users: [], roles: [] }]);
    expect(ended).toEqual(['ann']);
    expect(reload.apply(file(shop, mail))).toEqual([]);
    expect(shown.at(-1)).toEqual(['mail', { users: ['ann'], roles: [] }]);
  });

  it('names what needs a restart, and not what it holds', () => {
    const { reload, ended } = open(file(shop, mail));
    const changed = { ...shop, broker: 'redis://:${PASSWORD}@h/0', maxTasks: 7 };
    expect(reload.apply(file(changed, mail, { name: 'new', embedded: true }))).toEqual([
      'shop: broker, maxTasks',
      'new: added',
    ]);
    expect(ended).toEqual([]);
  });

  it('knows the same certificates again, and others under another name', () => {
    const secure = (parameters: string) => ({ name: 'shop', broker: `rediss://h/0?${parameters}` });
    const { reload } = open(file(secure('ssl_cert_reqs=none')));
    expect(reload.apply(file(secure('ssl_cert_reqs=none')))).toEqual([]);
    expect(reload.apply(file(secure('ssl_cert_reqs=required')))).toEqual(['shop: broker']);
  });

  it('that is wrong changes nothing', () => {
    const { reload, shown, ended } = open(file(shop, mail));
    expect(() => reload.apply(file(shop, shop))).toThrow(new ConfigError('names two clusters shop'));
    expect([shown, ended]).toEqual([[], []]);
  });
});
