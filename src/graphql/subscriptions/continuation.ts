/** How a subscription to events continues after the last event that the client has received. */

export const eventIdDescription =
  'Identifies the event in its stream, to continue `after` it. Each stream has its own ids.';

export const afterArg = {
  required: false,
  description:
    'Continue after the event with this `eventId`: begin with the events that were missed. The filter must be the same. An item ' +
    'with the error `EVENTS_LOST` reports that they are no longer available; the stream continues with new events. The header ' +
    '`Last-Event-ID`, which an `EventSource` sends when it reconnects, takes precedence.',
} as const;
