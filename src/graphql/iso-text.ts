/**
 * `Date.prototype.toISOString` (ECMA-262, section 21.4.4.36) for many times that are close to each other: the day is
 * written once, and hours, minutes, seconds and milliseconds come from tables. A page of tasks shows hundreds of times.
 */

const dayMs = 86_400_000;
/** The first moment of the year 10,000, which is written in another form, as are those before 1970 here. */
const end = Date.UTC(10_000, 0, 1);

const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const threeDigits = Array.from({ length: 1_000 }, (_, value) => String(value).padStart(3, '0'));

/** The last day that was written, and its text up to the T. */
let day = NaN;
let dayText = '';

/**
 * @param time epoch milliseconds; a fraction of one is cut off, as `Date` does
 * @throws RangeError for what is no time
 */
export function isoText(time: number): string {
  if (!(time >= 0 && time < end)) return new Date(time).toISOString();
  const milliseconds = Math.trunc(time);
  const days = Math.floor(milliseconds / dayMs);
  if (days !== day) {
    day = days;
    dayText = new Date(days * dayMs).toISOString().slice(0, 11);
  }
  const ofDay = milliseconds - days * dayMs;
  const seconds = Math.floor(ofDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return `${dayText}${twoDigits[hours]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}.${threeDigits[ofDay % 1_000]}Z`;
}
