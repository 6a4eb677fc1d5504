/**
 * Masks numbers of payment cards: as long as an issuer's are, with its first digits and the check digit of Luhn, alone
 * or in groups. Ids, timestamps, UUIDs and fractions have digits as well, so nothing that a letter, a point or
 * further digits touch is one.
 */
import { isDigit, runEnd } from './characters.js';
import { mask } from './mask.js';
import { StringSpans } from './quoting.js';
import type { ScannedText } from './scanned-text.js';
import type { Span } from './spans.js';

/** What belongs to something longer: a word, a fraction, a UUID, a time, a path. */
const touchedBefore = /[\w.+]$|[\w.][-:/]$/;
const touchedBehind = /^\w|^\.\d|^[-:/]\w/;
const mostGroups = 5;
/** Cut by a worker in the middle: what is left has no check digit. */
const cutCard = /^(?:[3-6]\d{3}|2[2-7]\d\d)[ -]?\d[\d -]{2,16}$/;
const longestCut = 24;
/** Groups as they are printed on cards: with other characters between than one blank or dash, only these are cards. */
const printedGroups: readonly (readonly number[])[] = [
  [4, 4, 4, 4],
  [4, 4, 4, 4, 3],
  [4, 6, 5],
  [4, 6, 4],
  [4, 5, 6],
  Array.from({ length: 8 }, () => 2),
  Array.from({ length: 16 }, () => 1),
];

/** First digits, and how many there are. */
const issuers: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]], // Visa
  [/^5[1-5]|^2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^6(?:011|4[4-9]|5)/, [16, 17, 18, 19]], // Discover
  [/^3(?:0[0-5]|[689])/, [14, 15, 16, 17, 18, 19]], // Diners Club
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]], // JCB
  [/^62/, [16, 17, 18, 19]], // UnionPay
  [/^(?:50(?:18|20|38)|5893|6304|6390|6759|676[1-37])/, [13, 14, 15, 16, 17, 18, 19]], // Maestro
];

/** Digits in groups, with one space, dash, point and so on, or two of them, between. */
interface Run {
  readonly groups: readonly Group[];
  readonly end: number;
}

interface Group {
  readonly start: number;
  readonly end: number;
  /** What stands between it and the next one. */
  readonly gap: string;
}

/** Looks through a text's numbers, from left to right. */
export class CardNumbers {
  readonly #scan: ScannedText;
  #strings: StringSpans | null = null;

  constructor(scan: ScannedText) {
    this.#scan = scan;
  }

  /** Adds the cards among the groups of digits that begin here, and returns where these end. */
  collect(from: number, found: Span[]): number {
    const run = this.#runAt(from);
    this.#scan.work.spend(run.end - from + 1);
    if (run.end - from >= 13) {
      for (let first = 0; first < run.groups.length; first++) {
        const last = this.#lastOfCard(run.groups, first);
        if (last === -1) continue;
        found.push(this.#spanOf(run, first, last));
        first = last;
      }
    }
    if (this.#scan.text.startsWith('...', run.end)) this.#collectCut(run, found);
    return run.end;
  }

  #runAt(from: number): Run {
    const { text } = this.#scan;
    const groups: Group[] = [];
    let start = from;
    for (;;) {
      const end = runEnd(text, start, isDigit);
      let next = end;
      while (next < end + 2 && isGap(text.charCodeAt(next))) next++;
      // Two characters between only where they are the same, as of two blanks.
      const isTwo = next === end + 2 && text[end] !== text[end + 1];
      const isLast = next === end || isTwo || !isDigit(text.charCodeAt(next));
      groups.push({ start, end, gap: isLast ? '' : text.slice(end, next) });
      if (isLast) return { groups, end };
      start = next;
    }
  }

  /** The index of the last group of a card number that begins with this one; -1 when none does. */
  #lastOfCard(groups: readonly Group[], first: number): number {
    const { text } = this.#scan;
    const start = groups[first];
    if (start === undefined || !isIssuersDigit(text.charCodeAt(start.start))) return -1;
    if (!isApart(groups[first - 1]?.gap ?? '')) return -1;
    const length = start.end - start.start;
    if (length > 7) return length <= 19 && this.#isCard(groups, first, first) ? first : -1;
    for (const lengths of printedGroups) {
      if (lengths[0] !== length || !arePrinted(groups, first, lengths)) continue;
      const last = first + lengths.length - 1;
      if (this.#isCard(groups, first, last)) return last;
    }
    return length === 4 ? this.#lastOfPlain(groups, first) : -1;
  }

  /** Groups of several lengths, with a blank or a dash between. */
  #lastOfPlain(groups: readonly Group[], first: number): number {
    let digits = 4;
    for (let at = first + 1; at < groups.length && at < first + mostGroups; at++) {
      const group = groups[at];
      const gap = groups[at - 1]?.gap;
      if (group === undefined || (gap !== ' ' && gap !== '-')) return -1;
      const length = group.end - group.start;
      digits += length;
      if (length < 2 || length > 7 || digits > 19) return -1;
      if (digits >= 13 && this.#isCard(groups, first, at)) return at;
    }
    return -1;
  }

  #isCard(groups: readonly Group[], first: number, last: number): boolean {
    let digits = '';
    for (let at = first; at <= last; at++) {
      const group = groups[at];
      if (group !== undefined) digits += this.#scan.text.slice(group.start, group.end);
    }
    this.#scan.work.spend(2 * digits.length);
    return isCardNumber(digits) && this.#isFree(groups, first, last);
  }

  /** Whether nothing touches it that makes it part of something longer. */
  #isFree(groups: readonly Group[], first: number, last: number): boolean {
    const { text } = this.#scan;
    const [from, to] = [groups[first]?.start ?? 0, groups[last]?.end ?? 0];
    if (first === 0 && isTouchedBefore(text, from)) return false;
    if (last < groups.length - 1) return isApart(groups[last]?.gap ?? '');
    return !touchedBehind.test(text.slice(to, to + 2));
  }

  #spanOf(run: Run, first: number, last: number): Span {
    const [start, end] = [run.groups[first]?.start ?? 0, run.groups[last]?.end ?? 0];
    this.#strings ??= new StringSpans(this.#scan);
    const isQuoted =
      first === last && this.#strings.isOutside(start) && isItem(this.#scan.text, start, end);
    return { start, end, shown: isQuoted ? `'${mask}'` : mask };
  }

  #collectCut({ groups, end }: Run, found: Span[]): void {
    const { text } = this.#scan;
    const first = groups.findIndex(({ start }) => end - start <= longestCut);
    for (const { start } of groups.slice(first === -1 ? groups.length : first)) {
      if (start < (found.at(-1)?.end ?? 0) || isTouchedBefore(text, start)) continue;
      if (!cutCard.test(text.slice(start, end))) continue;
      found.push({ start, end, shown: mask });
      return;
    }
  }
}

function isTouchedBefore(text: string, at: number): boolean {
  return (
    touchedBefore.test(text.slice(Math.max(0, at - 2), at)) &&
    !/\\[nrt]$/.test(text.slice(Math.max(0, at - 2), at))
  );
}

/** Blanks of all kinds, dashes, points and slashes. */
function isGap(code: number): boolean {
  return (
    code === 32 ||
    code === 45 ||
    code === 46 ||
    code === 9 ||
    code === 47 ||
    code === 95 ||
    code === 0xa0 ||
    code === 0xb7 ||
    (code >= 0x2000 && code <= 0x2015) ||
    code === 0x202f
  );
}

/** What may stand between a card and another number. */
function isApart(gap: string): boolean {
  return gap === '' || /^\s+$/.test(gap);
}

/** Groups of these lengths with the same between; where all have one length, no other group is beside them. */
function arePrinted(groups: readonly Group[], first: number, lengths: readonly number[]): boolean {
  const start = groups[first];
  const isUniform = lengths.length >= 8;
  if (
    isUniform &&
    (isOfLength(groups[first - 1], lengths[0]) || isOfLength(groups[first + lengths.length], lengths[0]))
  )
    return false;
  for (let at = 0; at < lengths.length; at++) {
    const group = groups[first + at];
    if (!isOfLength(group, lengths[at])) return false;
    if (at < lengths.length - 1 && group?.gap !== start?.gap) return false;
  }
  return true;
}

function isOfLength(group: Group | undefined, length: number | undefined): boolean {
  return group !== undefined && group.end - group.start === length;
}

function isIssuersDigit(code: number): boolean {
  return code >= 50 && code <= 54;
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
