/** What checks say of replies, results and events that come and cannot be read, with the setting to change. */
import type { Celery } from '../celery.js';

/** Milliseconds for which an unreadable one counts. */
const recent = 60_000;
const settings = {
  reply: 'task_serializer',
  result: 'result_serializer',
  event: 'event_serializer',
} as const;
const names = { reply: 'replies of workers', result: 'stored results', event: 'events' } as const;

/** Null if none came within the last minute, or only odd ones of a content type that is read. */
export function describeUnreadable(
  { unreadable, clock }: Pick<Celery, 'unreadable' | 'clock'>,
  kind: keyof typeof settings,
): string | null {
  const foreign = unreadable.foreign(kind);
  if (foreign === null || clock() - foreign.at > recent) return null;
  const { total } = unreadable.snapshot()[kind];
  const what = `${names[kind]} cannot be read (${total}, ${foreign.contentType})`;
  return `${what}: set ${settings[kind]} to "json" in the application`;
}
