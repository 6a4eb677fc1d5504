/** HTTP-date (RFC 9110, section 5.6.7): whole seconds, always GMT; three forms are read and one is written. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const month = `(?<month>${months.join('|')})`;
const time = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;
const forms = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d{2}) ${month} (?<year>\d{4}) ${time} GMT`,
  // Sunday, 06-Nov-94 08:49:37 GMT (RFC 850)
  String.raw`(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d{2})-${month}-(?<year>\d{2}) ${time} GMT`,
  // Sun Nov  6 08:49:37 1994 (asctime of C)
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>[ \d]\d) ${time} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * Epoch milliseconds; null for what is no date, which is to be ignored.
 * @param now epoch milliseconds: a year of two digits that would be more than fifty years ahead is in the past
 */
export function parseHttpDate(text: string, now: number): number | null {
  const found = forms.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!found) return null;
  const number = (name: string): number => Number(found[name]);
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map(number) as Numbers;
  const year = found['year']?.length === 2 ? nearestYear(number('year'), now) : number('year');
  const monthIndex = months.indexOf(found['month'] ?? '');
  if (hour > 23 || minute > 59 || second > 60) return null; // 60 in a leap second
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, day); // Date.UTC takes years before 100 for others
  if (date.getUTCMonth() !== monthIndex || date.getUTCDate() !== day) return null; // 31 April
  return date.setUTCHours(hour, minute, second);
}

type Numbers = [day: number, hour: number, minute: number, second: number];

/** @param seconds since the epoch */
export function formatHttpDate(seconds: number): string {
  if (lastFormatted.seconds !== seconds)
    lastFormatted = { seconds, text: new Date(seconds * 1_000).toUTCString() };
  return lastFormatted.text;
}

/** Answers that have not changed are asked for again and again. */
let lastFormatted = { seconds: NaN, text: '' };

function nearestYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
