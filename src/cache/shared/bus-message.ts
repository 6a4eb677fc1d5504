/** What replicas send each other. Whatever cannot be read is of another version, and says nothing. */
import { z } from 'zod';

const head = { from: z.string(), cluster: z.string() };
const message = z.discriminatedUnion('kind', [
  /** A load has ended: its value is there, or its lock is free. */
  z.object({ ...head, kind: z.literal('ended'), key: z.string() }),
  z.object({
    ...head,
    kind: z.literal('invalidated'),
    targets: z.array(z.object({ cache: z.string(), prefix: z.string() })),
  }),
]);

export type BusMessage = z.infer<typeof message>;

export function readMessage(text: string): BusMessage | null {
  try {
    return message.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export function writeMessage(message: BusMessage): string {
  return JSON.stringify(message);
}
