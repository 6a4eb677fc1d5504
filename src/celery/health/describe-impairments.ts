/** What does not work, in the words of the server. */
import type { ImpairedPart, Impairment } from '../transport/impairments.js';

/** Where more is refused, the first few say enough. */
const maxReasons = 4;

const blockingParts: ReadonlySet<ImpairedPart> = new Set(['requests', 'replies', 'queues']);

/** @param impairments at least one */
export function describeImpairments(impairments: readonly Impairment[]): string {
  const reasons = [...new Set(impairments.map(({ reason }) => reason))];
  const more = reasons.length - maxReasons;
  const shown = reasons.slice(0, maxReasons).join('; ');
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

/** Those without which the gateway cannot answer what it is for; null if there are none. */
export function whatBlocksReading(impairments: readonly Impairment[]): string | null {
  const blocking = impairments.filter(({ part }) => blockingParts.has(part));
  return blocking.length === 0 ? null : describeImpairments(blocking);
}
