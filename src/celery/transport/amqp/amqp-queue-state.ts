/**
 * What is known of a queue from a passive declaration (exact, but 0 for a quorum queue without a leader) and from the
 * management API (up to five seconds late, but it knows kinds and states). A figure that neither knows is null.
 */
import type { ManagementQueue } from './rabbitmq-management.js';
import type { QueueDepth, UnknownFigures } from '../transport.js';

/** The answer to a passive declaration. */
export type Declared =
  | { readonly kind: 'declared'; readonly messages: number; readonly consumers: number }
  /** There is no such queue. */
  | { readonly kind: 'missing' }
  /** The queue exists, but RabbitMQ does not report its state now. */
  | { readonly kind: 'unknown'; readonly reason: string };

const kinds: ReadonlyMap<string, QueueDepth['kind']> = new Map([
  ['classic', 'classic'],
  ['quorum', 'quorum'],
  ['stream', 'stream'],
]);

/** States of a classic queue in which its process does not answer. */
const deadStates: ReadonlySet<string> = new Set(['down', 'crashed', 'stopped', 'terminated']);
const noManagement = 'only the management API of RabbitMQ reports it';

/** Why a queue need not be asked, since it cannot answer; null if it can. */
export function deadReason({ type, state }: ManagementQueue): string | null {
  const isDead = type !== 'quorum' && type !== 'stream' && deadStates.has(state ?? '');
  return isDead ? `its process is not running: RabbitMQ reports the state "${state}"` : null;
}

/**
 * RabbitMQ answers 0 messages and 0 consumers for a quorum queue without a leader.
 * @param listed what the management API reports of the queue
 * @param isFresh whether it does so now: only then its leader is certain
 */
export function withoutDoubt(
  declared: Declared,
  listed: ManagementQueue | null,
  isFresh: boolean,
): Declared {
  if (!isDoubtful(declared, listed)) return declared;
  const type = listed?.type ?? '';
  const lost = lostLeader(listed);
  if (lost !== null) return { kind: 'unknown', reason: `the ${type} queue ${lost}` };
  if (isFresh || !wasUsed(listed)) return declared;
  const reason = `the ${type} queue was not empty, and may have lost its leader: the management API does not say`;
  return { kind: 'unknown', reason };
}

/** Whether an answer of 0 messages and 0 consumers may mean that the queue has no leader. */
export function isDoubtful(declared: Declared, listed: ManagementQueue | null): boolean {
  if (declared.kind !== 'declared' || declared.messages > 0 || declared.consumers > 0) return false;
  return listed?.type === 'quorum' || listed?.type === 'stream';
}

/** Whether it had messages or consumers when the management API last counted them. */
export function wasUsed(listed: ManagementQueue | null | undefined): boolean {
  return (listed?.messages_ready ?? 0) + (listed?.consumers ?? 0) > 0;
}

/** Null where the leader lives. */
function lostLeader(listed: ManagementQueue | null): string | null {
  const { leader, online, state } = listed ?? {};
  if (leader === null || leader === '') return 'has no leader';
  if (leader !== undefined && online?.includes(leader) === false)
    return `has no leader: RabbitMQ names ${leader}, which is not online`;
  return state === 'minority' ? 'has lost its majority, and may have no leader' : null;
}

/** @param listed null without the management API */
export function depthOf(
  name: string,
  declared: Declared | null,
  listed: ManagementQueue | null,
): QueueDepth {
  if (declared?.kind === 'unknown') return unknownDepth(name, declared.reason, listed);
  if (declared?.kind === 'missing') return { ...emptyDepth(name), exists: false };
  const messages = declared?.messages ?? listed?.messages_ready ?? null;
  if (messages === null) return unknownDepth(name, 'RabbitMQ has not counted its messages yet', listed);
  const split = byPriority(messages, listed);
  const unacknowledged = listed?.messages_unacknowledged ?? null;
  const timestamp = listed?.head_message_timestamp;
  return {
    name,
    messages,
    unknown: {
      ...(typeof split === 'string' && { messagesByPriority: split }),
      ...(unacknowledged === null && { unacknowledged: notReported(listed) }),
    },
    messagesByPriority: typeof split === 'string' ? null : split,
    unacknowledged,
    consumers: declared?.consumers ?? listed?.consumers ?? null,
    oldestTaskId: null, // not without taking it
    oldestSentAt: typeof timestamp === 'number' && messages > 0 ? timestamp * 1000 : null,
    kind: kindOf(listed),
  };
}

/** A queue that does not exist holds nothing, and that is certain. */
function emptyDepth(name: string): QueueDepth {
  return {
    name,
    messages: 0,
    messagesByPriority: [],
    unacknowledged: 0,
    consumers: 0,
    oldestTaskId: null,
    oldestSentAt: null,
    kind: null,
  };
}

function unknownDepth(name: string, reason: string, listed: ManagementQueue | null): QueueDepth {
  const unknown: UnknownFigures = {
    messages: reason,
    messagesByPriority: reason,
    unacknowledged: reason,
  };
  return {
    ...emptyDepth(name),
    messages: null,
    messagesByPriority: null,
    unacknowledged: null,
    consumers: null,
    unknown,
    kind: kindOf(listed),
  };
}

function kindOf(listed: ManagementQueue | null): QueueDepth['kind'] {
  return kinds.get(listed?.type ?? '') ?? null;
}

function notReported(listed: ManagementQueue | null): string {
  return listed === null ? noManagement : 'RabbitMQ has not reported it yet';
}

/**
 * Only a queue that was declared with `x-max-priority` knows priorities; any other serves all messages alike.
 * @returns the reason where it is unknown
 */
function byPriority(
  messages: number,
  listed: ManagementQueue | null,
): NonNullable<QueueDepth['messagesByPriority']> | string {
  if (messages === 0) return [];
  if (listed === null) return noManagement;
  const high = listed.messages_ready_high ?? 0;
  if (high > 0)
    return `a quorum queue only separates high priorities (here ${high} messages) from the others`;
  const lengths = listed.backing_queue_status?.priority_lengths;
  if (!lengths)
    return typeof listed.arguments?.['x-max-priority'] === 'number'
      ? 'this RabbitMQ does not report how many messages each priority has; RabbitMQ 4 never does'
      : [{ priority: 0, messages }];
  const split = Object.entries(lengths).map(([priority, count]) => ({
    priority: Number(priority),
    messages: count,
  }));
  // A split from before the latest messages would not add up.
  const total = split.reduce((sum, step) => sum + step.messages, 0);
  if (total !== messages) return 'what RabbitMQ reports of its priorities is older than its depth';
  return split.filter((step) => step.messages > 0);
}
