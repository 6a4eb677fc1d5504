/** What the script `lookUp` answers. */
import { z } from 'zod';

/** The value; or another replica loads it; or this one has the lock and shall load it. */
export type LookupReply =
  | { readonly kind: 'found'; readonly age: number; readonly ttl: number; readonly bytes: Buffer }
  | { readonly kind: 'wait'; readonly lockLeft: number }
  | { readonly kind: 'load'; readonly epoch: string; readonly began: string };

const text = z.instanceof(Buffer).transform(String);
const number = z.union([z.number(), text.pipe(z.coerce.number())]);
const kind = z.tuple([text]).rest(z.unknown());
const foundReply = z.tuple([z.unknown(), number, number, z.instanceof(Buffer)]);
const waitReply = z.tuple([z.unknown(), number]);
const loadReply = z.tuple([z.unknown(), text, text]);

/** @throws ZodError for anything else */
export function readLookupReply(reply: unknown): LookupReply {
  const [word] = kind.parse(reply);
  if (word === 'found') {
    const [, age, ttl, bytes] = foundReply.parse(reply);
    return { kind: 'found', age, ttl, bytes };
  }
  if (word === 'wait') return { kind: 'wait', lockLeft: waitReply.parse(reply)[1] };
  const [, epoch, began] = loadReply.parse(reply);
  return { kind: 'load', epoch, began };
}
