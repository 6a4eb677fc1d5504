/**
 * Masks secrets in the arguments of programs: `mysql -psecret`, `curl -u user:secret`, in a line of a shell or as a list
 * of strings, `['mysql', '-psecret']`.
 */
import { isNameCharacter, isQuote, isSpace, slashesEnd } from './characters.js';
import { secretArguments, type SecretArgument } from './command-programs.js';
import { isMasked, mask } from './mask.js';
import { closingOf, openingAt } from './quoting.js';
import type { ScannedText } from './scanned-text.js';
import type { Span } from './spans.js';

/** Takes the words of one command after the other, and says what in them is secret. */
export class CommandArguments {
  #secrets: readonly SecretArgument[] = [];
  #words = new Set<string>();
  #hasWord = false;
  #isNextSecret: SecretArgument | null = null;

  /** @returns where in this word the secret begins; -1 when it has none */
  secretIn(word: string): number {
    const awaited = this.#isNextSecret;
    this.#isNextSecret = null;
    if (awaited !== null && !word.startsWith('-')) return behind(word, 0, awaited);
    const program = secretArguments.get(word.slice(word.lastIndexOf('/') + 1));
    if (program !== undefined) {
      this.#secrets = program;
      this.#words.clear();
      this.#hasWord = false;
      return -1;
    }
    if (!word.startsWith('-')) {
      this.#hasWord = true;
      if (this.#secrets.length > 0 && word.length <= 16) this.#words.add(word);
      return -1;
    }
    return this.#flag(word);
  }

  #flag(word: string): number {
    for (const secret of this.#secrets) {
      if (secret.after !== undefined && !this.#words.has(secret.after)) continue;
      if (secret.isLeading === true && this.#hasWord) continue;
      for (const flag of secret.flags) {
        if (word === flag) {
          if (secret.place !== 'attached') this.#isNextSecret = secret;
          return -1;
        }
        const isLong = flag.startsWith('--') || flag.length > 2;
        if (secret.place === 'next' && !isLong) continue;
        const prefix = isLong ? `${flag}=` : flag;
        if (word.startsWith(prefix)) return behind(word, prefix.length, secret);
      }
    }
    return -1;
  }
}

/** Masks the password of `user:password`; a user without a password is a token, and masked. */
function behind(word: string, from: number, { behind: separator }: SecretArgument): number {
  if (separator === undefined) return from < word.length && !isMasked(word.slice(from)) ? from : -1;
  const found = word.indexOf(separator, from);
  if (found === -1) return -1;
  if (found === word.length - 1) return isMasked(word.slice(from, found)) ? -1 : from;
  return isMasked(word.slice(found + 1)) ? -1 : found + 1;
}

/** @param calls where the names of programs begin, in the order of the text */
export function commandSecrets(scan: ScannedText, calls: readonly number[]): readonly Span[] {
  const spans: Span[] = [];
  let read = 0;
  for (const call of calls) {
    if (call >= read) read = collect(scan, call, spans);
  }
  return spans;
}

/** @returns where the commands end that begin here */
function collect(scan: ScannedText, from: number, spans: Span[]): number {
  const { text } = scan;
  const words = new CommandArguments();
  let at = from;
  while (at < text.length) {
    const { start, end, next } = wordAt(scan, at);
    scan.work.spend(2 * (next - at) + 1);
    const secret = words.secretIn(text.slice(start, end));
    if (secret !== -1) spans.push({ start: start + secret, end, shown: mask });
    at = next;
    const between = wordStart(text, at);
    scan.work.spend(between.at - at + 1);
    if (between.isEnd) return Math.max(between.at, from + 1);
    at = between.at;
  }
  return at;
}

/** A word with or without quotes around it. */
function wordAt(scan: ScannedText, at: number): { start: number; end: number; next: number } {
  const { text } = scan;
  const opening = openingAt(scan, at);
  if (opening !== null && opening.closing.length !== 3) {
    const start = at + opening.text.length;
    const end = closingOf(scan, start, opening);
    return end === -1
      ? { start, end: text.length, next: text.length }
      : { start, end, next: end + opening.closing.length };
  }
  let end = at;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    // Part of a word may be in quotes, as in `-p'x'`; a quote with a blank behind it is that of the whole command.
    if (isQuote(code) && isPartOpening(text, end)) {
      const close = scan.indexOf(text.charAt(end), end + 1);
      if (close === -1) return { start: at, end: text.length, next: text.length };
      end = close;
      continue;
    }
    if (isSpace(code) || code === 59 || code === 124 || isQuote(code)) break;
    if (code === 92 && !isNameCharacter(text.charCodeAt(end + 1))) break;
    if (code === 92 && text[end + 1] === 'n') break;
    if (code === 44 && (isSpace(text.charCodeAt(end + 1)) || isQuote(text.charCodeAt(end + 1)))) break;
  }
  while (end > at + 1 && ')]}'.includes(text[end - 1] ?? ' ')) end--;
  return { start: at, end: Math.max(end, at + 1), next: Math.max(end, at + 1) };
}

function isPartOpening(text: string, at: number): boolean {
  const behind = text.charCodeAt(at + 1);
  return behind > 32 && !isQuote(behind) && !',;)]}\\|&'.includes(text.charAt(at + 1));
}

/** The next word of the command, or its end. */
function wordStart(text: string, from: number): { at: number; isEnd: boolean } {
  // The quote that closes the last word, or the whole command.
  const slashes = slashesEnd(text, from);
  let at = isQuote(text.charCodeAt(slashes)) ? slashes + 1 : from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const continues = code === 92 && (text[at + 1] === '\n' || text[at + 1] === '\r');
    if (continues) at++;
    else if (code !== 32 && code !== 9 && code !== 44 && code !== 0xa0) break;
  }
  const code = text.charCodeAt(at);
  if (code === 92) return { at, isEnd: !isQuote(text.charCodeAt(slashesEnd(text, at))) };
  return { at, isEnd: Number.isNaN(code) || code < 32 || ')]};|&'.includes(text.charAt(at)) };
}
