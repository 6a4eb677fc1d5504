/** Times as Python's `isoformat` writes them, on the wire and in stored results. */

const isoDateTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * An ISO time in epoch milliseconds: null when the event says that there is none, undefined when it says nothing
 * that can be read. Python leaves the offset out of naive times, which are UTC; `Date` would take them for local.
 */
export function parseIsoTime(value: unknown): number | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const [, day, time, offset] = isoDateTime.exec(value) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const ms = Date.parse(`${day}T${time}${normalOffset(offset)}`);
  return Number.isNaN(ms) ? undefined : ms;
}

function normalOffset(offset: string | undefined): string {
  if (offset === undefined || offset === 'Z') return 'Z';
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** As `parseIsoTime`, but null also for a time that is missing or cannot be read. */
export function parseIsoTimeOrNull(value: unknown): number | null {
  return parseIsoTime(value) ?? null;
}
