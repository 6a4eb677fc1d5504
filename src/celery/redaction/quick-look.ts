/**
 * Whether a text may hold a secret at all: hardly any does, and some hundred thousand come in a second. It knows the
 * first three characters of every word that a secret starts with, and looks each three up in a table; a search for the
 * words themselves, ten times as slow, decides about what is left.
 */
const classes = new Uint8Array(128);
for (let letter = 0; letter < 26; letter++) classes[65 + letter] = classes[97 + letter] = letter + 1;
for (const [at, character] of [':', '/', '_', '-', '.', ' ', '='].entries())
  classes[character.charCodeAt(0)] = Math.min(27 + at, 31);

/** Digits of a card number, cut or whole, with what may stand between them. */
const fewestDigits = 12;
const start = 3;

export class QuickLook {
  readonly #table = new Uint8Array(2 ** 15);
  readonly #words: RegExp;

  /**
   * @param words in lower case, each of at least three characters
   * @param further source of an expression for what has digits
   */
  constructor(words: readonly string[], further: string) {
    for (const word of words) this.#table[hashOf(word)] = 1;
    this.#words = new RegExp([...words.map(escaped), further].join('|'), 'i');
  }

  mayHold(text: string): boolean {
    const table = this.#table;
    let hash = 0;
    let digits = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 48 && code <= 57) {
        if (++digits >= fewestDigits) return this.#words.test(text);
        hash = 0;
        continue;
      }
      if (code !== 32 && code !== 45) digits = 0;
      hash = ((hash << 5) | (classes[code] ?? 0)) & 0x7fff;
      if (table[hash] === 1) return this.#words.test(text);
    }
    return false;
  }
}

function hashOf(word: string): number {
  let hash = 0;
  for (let at = 0; at < start; at++) hash = (hash << 5) | (classes[word.charCodeAt(at)] ?? 0);
  return hash;
}

export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
