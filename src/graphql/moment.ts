/**
 * Times as clients write them in arguments: RFC 3339, or relative to the start of the operation, such as `-15m`.
 */
import { RelativeTime, type Moment } from '../cluster/moment.js';
import { BadUserInputError } from '../errors.js';

/** A time as the client wrote it; parsed where the name of its argument is known, so that an error can name it. */
export class TimeText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): string {
    return this.text;
  }
}

const forms =
  'must be a time in RFC 3339, such as 2026-01-02T12:00:00Z (without an offset it is UTC), or relative to now, such as -15m, -1h or -7d';

const units: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const relative = /^([+-]\d{1,9})([smhdw])$/;
/** A hundred years: beyond that a date has no ISO form, and no task has a time. */
const longestOffset = 100 * 366 * 86_400_000;

const absolute =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/;

/**
 * @param argument its name, as the client wrote it, with the names of the inputs that it is in: `filter.received.after`
 * @throws BadUserInputError that names the argument
 */
export function parseMoment(argument: string, { text }: TimeText): Moment {
  const [, count, unit = ''] = relative.exec(text) ?? [];
  const scale = units[unit];
  if (count !== undefined && scale !== undefined) {
    const offsetMs = Number(count) * scale;
    if (Math.abs(offsetMs) > longestOffset)
      throw new BadUserInputError(`${argument} must be less than a hundred years from now`);
    return new RelativeTime(offsetMs);
  }
  const time = parseTime(text);
  if (time !== null) return time;
  throw new BadUserInputError(`${argument} ${forms}; got ${JSON.stringify(text.slice(0, 60))}`);
}

/** Null for a text of another form, and for a day that its month does not have, which `Date` would move. */
function parseTime(text: string): number | null {
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] =
    absolute.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return null;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${offset.toUpperCase()}`,
  );
  return Number.isNaN(time) ? null : time;
}
