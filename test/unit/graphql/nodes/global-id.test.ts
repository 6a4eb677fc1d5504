/** Identities: what is encoded is decoded, whatever names are; everything else is no id. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeGlobalId,
  encodeGlobalId,
  type GlobalId,
} from '../../../../src/graphql/nodes/global-id.js';

/** Any text, half surrogate pairs and separators among it. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(':', '%', '%003a', '\ud800', '\udc00', 'a') }),
);
const globalId: fc.Arbitrary<GlobalId> = fc.oneof(
  fc.record({
    type: fc.constantFrom('Task' as const, 'Worker' as const, 'Queue' as const),
    cluster: text,
    key: fc.tuple(text),
  }),
  fc.record({
    type: fc.constant('TaskType' as const),
    cluster: text,
    key: fc.oneof(fc.tuple(text), fc.tuple(text, fc.integer({ min: 1, max: 86_400 }).map(String))),
  }),
  fc.record({ type: fc.constant('Cluster' as const), cluster: text, key: fc.constant([]) }),
);
const plain = (of: string) => Buffer.from(of).toString('base64url');

describe('encodeGlobalId', () => {
  it('is base64url of the type, the cluster and the key', () => {
    const id = encodeGlobalId({ type: 'Task', cluster: 'default', key: ['3f7a'] });
    expect([id, Buffer.from(id, 'base64url').toString()]).toEqual([
      'VGFzazpkZWZhdWx0OjNmN2E',
      'Task:default:3f7a',
    ]);
  });

  it('is read back as it was, whatever the names are', () => {
    fc.assert(
      fc.property(globalId, (one) => {
        expect(decodeGlobalId(encodeGlobalId(one))).toEqual(one);
      }),
    );
  });

  it('differs for what differs', () => {
    fc.assert(
      fc.property(globalId, globalId, (a, b) => {
        const isSame = JSON.stringify(a) === JSON.stringify(b);
        expect(encodeGlobalId(a) === encodeGlobalId(b)).toBe(isSame);
      }),
    );
  });
});

describe('decodeGlobalId', () => {
  it.each([
    ['an empty text', ''],
    ['a UUID', '3f7a1f0e-4f4b-4a0f-9b5e-0a3a5f3f9c11'],
    ['no base64', 'VGFzazpkZWZhdWx0OjNmN2E!'],
    ['base64 with padding', 'VGFzazpkZWZhdWx0OjNmN2E='],
    ['a type without identity', plain('TaskAttempt:default:1')],
    ['a name that every object has', plain('constructor:default:1')],
    ['a task without a key', plain('Task:default')],
    ['a task with two keys', plain('Task:default:1:2')],
    ['a window of no seconds', plain('TaskType:default:demo.add:0')],
    ['a window that is no whole number', plain('TaskType:default:demo.add:1.5')],
    ['a cluster with a key', plain('Cluster:default:1')],
    ['a separator that is written otherwise', plain('Task:default:%003A')],
    ['an escape of what needs none', plain('Task:default:%0061')],
    ['bytes that are no UTF-8', Buffer.from([84, 255, 254]).toString('base64url')],
  ])('knows no object by %s', (_, id) => {
    expect(decodeGlobalId(id)).toBeNull();
  });

  it('does not read a text that is longer than any id', () => {
    const id = encodeGlobalId({ type: 'Task', cluster: 'default', key: ['x'.repeat(20_000)] });
    expect(decodeGlobalId(id)).toBeNull();
  });

  it('reads nothing but the ids that are encoded', () => {
    fc.assert(
      fc.property(fc.oneof(fc.base64String(), text), (id) => {
        const decoded = decodeGlobalId(id);
        expect(decoded === null || encodeGlobalId(decoded) === id).toBe(true);
      }),
    );
  });
});
