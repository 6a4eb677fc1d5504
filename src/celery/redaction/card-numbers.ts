/**
 * Masks numbers of payment cards: as long as an issuer's are, with its first digits and the check digit of Luhn, alone
 * or in groups. Ids, timestamps, UUIDs and fractions have digits as well, so nothing that a letter, a point or
 * further digits touch is one.
 */
import { mask } from './mask.js';
import { StringSpans } from './quoting.js';

/** Source of an expression that is found in whatever contains such a number, whole or cut. */
export const cardHint = String.raw`[2-6]\d{12}|(?:[3-6]\d|2[2-7])\d\d(?:[ -]\d{1,7}){2,4}|[3-6]\d{3}[ -]?\d[\d -]{2,16}\.\.\.`;

/** Digits, in groups or not. */
const digitGroups = /\d+(?:[ -]\d+)*/g;
/** What belongs to something longer: a word, a fraction, a UUID, a time, a path. */
const touchedBefore = /[\w.+]$|[\w.][-:/]$/;
const touchedBehind = /^\w|^\.\d|^[-:/]\w/;
const mostGroups = 5;
/** Cut by a worker in the middle: what is left has no check digit. */
const cutCard = /(?<![\w.+]|[\w.][-:/])(?:[3-6]\d{3}|2[2-7]\d\d)[ -]?\d[\d -]{2,16}(?=\.\.\.)/g;

/** First digits, and how many there are. */
const issuers: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]], // Visa
  [/^5[1-5]|^2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^6(?:011|4[4-9]|5)/, [16, 17, 18, 19]], // Discover
  [/^3(?:0[0-5]|[689])/, [14, 15, 16, 17, 18, 19]], // Diners Club
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]], // JCB
  [/^62/, [16, 17, 18, 19]], // UnionPay
  [/^(?:50|5[6-8]|6)/, [13, 14, 15, 16, 17, 18, 19]], // Maestro
];

export function maskCardNumbers(text: string): string {
  const strings = new StringSpans(text);
  return text
    .replace(digitGroups, (run, at: number) =>
      run.length < 13 ? run : maskRun(run, { text, at, strings }),
    )
    .replace(cutCard, mask);
}

interface Place {
  readonly text: string;
  readonly at: number;
  readonly strings: StringSpans;
}

/** Several numbers may follow each other: each group, or some of them together, may be one. */
function maskRun(run: string, { text, at, strings }: Place): string {
  const parts = run.split(/([ -])/);
  let shown = '';
  let start = 0; // of the group, in the run
  for (let first = 0; first < parts.length; first += 2) {
    const last = lastOfCard(parts, first);
    const found = parts.slice(first, last === -1 ? first + 1 : last + 1).join('');
    const [from, to] = [at + start, at + start + found.length];
    const isCard =
      last !== -1 &&
      parts[first - 1] !== '-' &&
      parts[last + 1] !== '-' &&
      !(first === 0 && touchedBefore.test(text.slice(Math.max(0, from - 2), from))) &&
      !(last === parts.length - 1 && touchedBehind.test(text.slice(to, to + 2)));
    const isQuoted = isCard && /^\d+$/.test(found) && strings.isOutside(from) && isItem(text, from, to);
    if (isCard) shown += isQuoted ? `'${mask}'` : mask;
    else shown += parts[first] ?? '';
    if (isCard) first = last;
    const between = parts[first + 1] ?? '';
    shown += between;
    start += (isCard ? found : (parts[first] ?? '')).length + between.length;
  }
  return shown;
}

/** The index of the last group of a card number that begins with this one; -1 when none does. */
function lastOfCard(parts: readonly string[], first: number): number {
  let digits = '';
  for (let at = first; at < parts.length && at < first + 2 * mostGroups; at += 2) {
    const group = parts[at] ?? '';
    if (at > first && (group.length < 2 || group.length > 7 || parts[first]?.length !== 4)) return -1;
    digits += group;
    if (digits.length > 19) return -1;
    if (isCardNumber(digits)) return at;
  }
  return -1;
}

/** A number among others in brackets: Python has no other place for asterisks than a string. */
function isItem(text: string, start: number, end: number): boolean {
  const isAlone = start === 0 && end === text.length;
  return (
    isAlone ||
    (/[([{,:=]\s?$/.test(text.slice(Math.max(0, start - 2), start)) &&
      /^[,)\]}:]/.test(text.slice(end, end + 1)))
  );
}

export function isCardNumber(digits: string): boolean {
  const isIssued = issuers.some(
    ([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits),
  );
  return isIssued && /^\d+$/.test(digits) && hasCheckDigit(digits);
}

/** Luhn: every second digit from the right counts twice. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = at % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
