/** The files of settings of twin gateways, which change while they run. */
import { createHash } from 'node:crypto';
import type { Role } from '../../../src/access/viewer.js';

/** Those that requests name; some of them are there at one time. */
export const clusterNames = ['north', 'south', 'west'] as const;
export type ClusterName = (typeof clusterNames)[number];

export const brokers = ['broker-a', 'broker-b', 'broker-c'] as const;
export type Broker = (typeof brokers)[number];

/** Of the user `carl`, whose hash the tests make. */
export const password = 'correct horse';

export interface ClusterEntry {
  readonly name: ClusterName;
  readonly broker: Broker;
  /** Null is everybody. */
  readonly visibleTo: readonly Role[] | null;
}

export const initialClusters: readonly ClusterEntry[] = [
  { name: 'north', broker: 'broker-a', visibleTo: null },
  { name: 'south', broker: 'broker-b', visibleTo: null },
];

export function clustersFile(entries: readonly ClusterEntry[]): string {
  const clusters = entries.map(({ name, broker, visibleTo }) => ({
    name,
    broker: `redis://${broker}`,
    ...(visibleTo && { visibleTo: { roles: visibleTo } }),
  }));
  return JSON.stringify({ clusters });
}

/** Roles by name; null of who is not in the file. */
export interface Granted {
  readonly anna: Role | null;
  readonly bert: Role | null;
  readonly carl: Role | null;
}

export const initiallyGranted: Granted = { anna: 'operator', bert: 'admin', carl: 'viewer' };

/**
 * Names are tokens; anna has a second one, for reading alone.
 * @param hash of carl's password
 */
export function authFile({ anna, bert, carl }: Granted, hash: string): string {
  const lines = [
    tokenLine('anna', 'viewer', 'anna-who-reads'),
    ...(anna === null ? [] : [tokenLine('anna', anna)]),
    ...(bert === null ? [] : [tokenLine('bert', bert)]),
    ...(carl === null ? [] : [`user carl ${carl} ${hash}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function tokenLine(name: string, role: Role, token = name): string {
  return `token ${name} ${role} ${createHash('sha256').update(token).digest('hex')}`;
}
