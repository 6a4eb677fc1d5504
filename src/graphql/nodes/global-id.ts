/**
 * Ids that are unique over all types and clusters: clients' caches and refetching go by them. Opaque to clients: base64url
 * of `Type:cluster:key`. What separates the parts, and half a surrogate pair, which UTF-8 cannot hold, are escaped, so
 * that different objects never have one id, whatever their names are.
 */

/** The parts of a key that each type has, at least and at most. */
const keyLengths = {
  Cluster: [0, 0],
  Queue: [1, 1],
  Task: [1, 1],
  /** The name, and the seconds of the window if there is one: each window has figures of its own. */
  TaskType: [1, 2],
  Worker: [1, 1],
} as const satisfies Record<string, readonly [number, number]>;

export type NodeType = keyof typeof keyLengths;
export const nodeTypes = Object.keys(keyLengths) as readonly NodeType[];

export interface GlobalId {
  readonly type: NodeType;
  readonly cluster: string;
  /** Identifies the object in its cluster. */
  readonly key: readonly string[];
}

/** Names have some hundred characters at most; what is longer was not made here. */
const maxLength = 16_384;

export function encodeGlobalId({ type, cluster, key }: GlobalId): string {
  return Buffer.from([type, cluster, ...key].map(escaped).join(':')).toString('base64url');
}

/** Null for a text that is no id of a node. */
export function decodeGlobalId(id: string): GlobalId | null {
  if (id.length > maxLength) return null;
  const text = Buffer.from(id, 'base64url').toString();
  const [type = '', cluster, ...key] = text.split(':').map(unescaped);
  if (!isNodeType(type) || cluster === undefined) return null;
  const [least, most] = keyLengths[type];
  if (key.length < least || key.length > most) return null;
  if (type === 'TaskType' && key[1] !== undefined && !windowSeconds.test(key[1])) return null;
  const decoded = { type, cluster, key };
  // Decoding is lenient: of all texts that it reads alike, one is the id.
  return encodeGlobalId(decoded) === id ? decoded : null;
}

function isNodeType(type: string): type is NodeType {
  return Object.hasOwn(keyLengths, type);
}

const windowSeconds = /^[1-9]\d{0,6}$/;

const special = /[%:]|\p{Surrogate}/gu;

function escaped(part: string): string {
  return part.replace(special, (one) => `%${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function unescaped(part: string): string {
  return part.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
