/** Check `event_stream`: whether the events of the workers arrive, and whether any were missed. */
import type { Celery } from '../celery.js';
import type { EventGap } from '../gaps/event-gaps.js';
import { describeImpairments } from './describe-impairments.js';
import type { HealthCheck } from './health-check.js';
import { describeUnreadable } from './unreadable.js';

/** Milliseconds. Workers send a heartbeat every two seconds: after this long without any event, none arrive. */
const longestSilence = 30_000;

/** Milliseconds for which an unreadable event counts: many heartbeats. */
const unreadableCounts = 60_000;

export function checkEventStream(celery: Celery): HealthCheck {
  const { events, gaps, state, transport, clock } = celery;
  const check = { name: 'event_stream' as const, latencySeconds: null, checkedAt: clock() };
  if (!transport.connection.connected) return { ...check, status: 'DOWN', message: 'not subscribed' };
  const lost = transport.impairments.filter(({ part }) => part === 'events');
  if (lost.length > 0) return { ...check, status: 'DEGRADED', message: describeImpairments(lost) };
  const { lastEventAt } = events.counters;
  const silence = clock() - Math.max(lastEventAt ?? 0, transport.connection.since);
  const workers = state.workers().filter(({ status }) => status !== 'OFFLINE').length;
  const last =
    lastEventAt === null
      ? 'no event yet'
      : `last event ${((clock() - lastEventAt) / 1000).toFixed(1)} s ago`;
  const unreadable = unreadableEvents(celery);
  if (unreadable !== null) return { ...check, status: 'DEGRADED', message: `${last}; ${unreadable}` };
  const answering = celery.silence.answering.length;
  if (answering > 0) {
    const message =
      `${last}, though workers answer (${answering}): either they send none (the worker's -E), or the settings ` +
      'FANOUT_PREFIX, FANOUT_PATTERNS, GLOBAL_KEYPREFIX or EVENT_EXCHANGE are not those of the application';
    return { ...check, status: 'DEGRADED', message };
  }
  const { hints } = celery.silence;
  if (hints.length > 0 && workers === 0) {
    const message = `${last}, and no worker answers; ${hints.join('; ')}`;
    return { ...check, status: 'DEGRADED', message };
  }
  if (silence > longestSilence && workers > 0) {
    return {
      ...check,
      status: 'DEGRADED',
      message: `${last}, though workers are online: are events sent?`,
    };
  }
  const missed = describeGap(gaps.newest);
  if (gaps.isFilling)
    return {
      ...check,
      status: 'DEGRADED',
      message: `${missed ?? 'an earlier gap is being filled'}; ${last}`,
    };
  return { ...check, status: 'OK', message: missed === null ? last : `${last}; ${missed}` };
}

/** The content type of the events that come, where none of them can be read; null as long as others can. */
export function unreadableEventType({
  events,
  unreadable,
  clock,
}: Pick<Celery, 'events' | 'unreadable' | 'clock'>): string | null {
  const foreign = unreadable.foreign('event');
  if (foreign === null || clock() - foreign.at > unreadableCounts) return null;
  const { lastEventAt } = events.counters;
  const isReadToo = lastEventAt !== null && foreign.at - lastEventAt <= longestSilence;
  return isReadToo ? null : foreign.contentType;
}

/** Events of a type that is not read, or odd ones and no good one: less is known than it seems. */
function unreadableEvents(celery: Celery): string | null {
  const foreign = describeUnreadable(celery, 'event');
  if (foreign !== null || celery.events.counters.lastEventAt !== null) return foreign;
  // A single odd event among good ones is counted, and no reason to distrust the others.
  const { total, lastAt, lastReason } = celery.unreadable.snapshot().event;
  if (lastAt === null || celery.clock() - lastAt > unreadableCounts) return null;
  return `events cannot be read (${total}, ${lastReason ?? 'unknown'}): set event_serializer to "json" in the application`;
}

/** What was before the gateway is no failure of the stream's once it is filled. */
function describeGap(gap: EventGap | null): string | null {
  if (gap === null || gap.to === null) return null;
  const { from, to, reason, filledAt } = gap;
  if (from === null) return filledAt === null ? 'learning what was before the start' : null;
  const span = `from ${new Date(from).toISOString()} to ${new Date(to).toISOString()} (${reason})`;
  if (filledAt === null) return `events were missed ${span}, what is known of them is being looked up`;
  const learned = `${gap.seededTasks} tasks from workers, ${gap.settledTasks} from results`;
  return `events were missed ${span}, filled with ${learned}`;
}
